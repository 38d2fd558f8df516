import type { Random } from "../model/random.ts";
import type { Distribution } from "../model/simulation.ts";

/** A share between 0 and 1, neither included. */
function share(random: Random): number {
  return (random.uint32() + 0.5) / 4_294_967_296;
}

/** One time, whole milliseconds and at least one. */
export function drawMs(distribution: Distribution, random: Random): number {
  return Math.max(1, Math.round(exactMs(distribution, random)));
}

/** The time that half of all draws stay under. */
export function medianMs(distribution: Distribution): number {
  switch (distribution.kind) {
    case "fixed": return distribution.ms;
    case "exponential": return Math.LN2 * distribution.meanMs;
    case "weibull": return distribution.scaleMs * Math.LN2 ** (1 / distribution.shape);
    case "log-normal": return distribution.medianMs;
  }
}

function exactMs(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case "fixed": return distribution.ms;
    case "exponential": return -Math.log(share(random)) * distribution.meanMs;
    case "weibull": return distribution.scaleMs * (-Math.log(share(random))) ** (1 / distribution.shape);
    case "log-normal": return distribution.medianMs * Math.exp(distribution.sigma * normal(random));
  }
}

/** A draw from the standard normal distribution (Box and Muller); always two shares, so that streams stay in step. */
function normal(random: Random): number {
  const [radius, angle] = [Math.sqrt(-2 * Math.log(share(random))), 2 * Math.PI * share(random)];
  return radius * Math.cos(angle);
}
