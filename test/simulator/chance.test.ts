import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import type { Distribution } from "../../model/simulation.ts";
import { drawMs } from "../../simulator/chance.ts";

const hourMs = 3_600_000;

/** Mean of the gamma function's argument 1 + 1/2. */
const halfGamma = Math.sqrt(Math.PI) / 2;

describe("drawMs", () => {
  it.each([
    [{ kind: "fixed", ms: hourMs }, hourMs, 0],
    [{ kind: "exponential", meanMs: hourMs }, hourMs, hourMs],
    [{ kind: "weibull", shape: 1, scaleMs: hourMs }, hourMs, hourMs],
    [{ kind: "weibull", shape: 2, scaleMs: hourMs }, hourMs * halfGamma, hourMs * Math.sqrt(1 - halfGamma ** 2)],
    [{ kind: "log-normal", medianMs: hourMs, sigma: 0.5 }, hourMs * Math.exp(0.125), hourMs * Math.sqrt((Math.exp(0.25) - 1) * Math.exp(0.25))],
  ] as readonly (readonly [Distribution, number, number])[])("draws times with the mean and deviation of theory: %j", (distribution, mean, deviation) => {
    const random = new Random(11);
    const count = 20_000;
    const times = Array.from({ length: count }, () => drawMs(distribution, random));
    const found = times.reduce((sum, ms) => sum + ms, 0) / count;
    expect(Math.abs(found - mean)).toBeLessThanOrEqual((3.5 * deviation) / Math.sqrt(count) + 0.5);
    const spread = Math.sqrt(times.reduce((sum, ms) => sum + (ms - found) ** 2, 0) / count);
    expect(Math.abs(spread - deviation)).toBeLessThanOrEqual(0.05 * deviation);
    expect(times.every((ms) => Number.isInteger(ms) && ms >= 1)).toBe(true);
  });

  it("draws the same from the same seed", () => {
    const [one, other] = [new Random(3), new Random(3)];
    const distribution = { kind: "log-normal", medianMs: 1000, sigma: 1 } as const;
    expect(Array.from({ length: 5 }, () => drawMs(distribution, one))).toEqual(Array.from({ length: 5 }, () => drawMs(distribution, other)));
  });
});
