import { InvalidArgumentError, Option } from "commander";
import type { HostId, SiteId } from "../model/ids.ts";
import type { FailureScope, Moment, PlannedFailure } from "../model/simulation.ts";
import { durationOf, isDuration } from "../scenarios/index.ts";

/** Reads an option that must be a whole number within limits; names the limits when it is not. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}

/** The longest time that may be given: eleven days and a half. */
const secondsMax = 999_999;

/** Reads seconds, with up to three decimals, as milliseconds. */
export function secondsAsMs(text: string): number {
  const match = /^(\d+)(?:\.(\d{1,3}))?$/.exec(text);
  const value = match === null ? 0 : Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
  if (value <= 0 || value > secondsMax * 1000) throw new InvalidArgumentError(`It must be seconds above 0 and up to ${secondsMax}, at most three decimals, e.g. 30 or 2.5.`);
  return value;
}

/** Reads a UTC instant. */
export function utcInstant(text: string): string {
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!isInstant) throw new InvalidArgumentError("It must be a UTC instant, e.g. 2026-11-21T08:00:00Z.");
  return text;
}

/** `--as-of`, the same on every command that reads a scenario. */
export function asOfOption(otherwise = "what the scenario says, else now"): Option {
  return new Option("--as-of <utc>", `instant for expiries and time windows; default: ${otherwise}`)
    .argParser(utcInstant);
}

/** `--evacuate`, the same on every command that reads a scenario; may be repeated. */
export function evacuateOption(): Option {
  return new Option("--evacuate <host>", "put this host in maintenance before anything else (may be repeated)")
    .argParser((host: string, earlier: readonly string[]) => [...earlier, host])
    .default([] as readonly string[], "none");
}

/** The options of every command that reads a scenario, as commander hands them over. */
export interface ScenarioOptions {
  readonly asOf?: string;
  readonly evacuate?: readonly string[];
}

/** Reads a duration, `1d12h`, as milliseconds above 0. */
export function durationAsMs(text: string): number {
  const ms = isDuration(text) ? durationOf(text) : 0;
  if (ms <= 0) throw new InvalidArgumentError("It must be a duration above 0 and of at most 9999d, e.g. 7d, 12h, 30min or 300s.");
  return ms;
}

/** Reads a time of a simulation: a duration after its beginning, or a UTC instant. */
export function timeOfSimulation(text: string): Moment {
  if (isDuration(text)) return { kind: "after", ms: durationOf(text) };
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!isInstant) throw new InvalidArgumentError("It must be a time after the beginning, e.g. 2h, or a UTC instant, e.g. 2026-11-21T08:00:00Z.");
  return { kind: "instant", utc: text };
}

/** Reads a failure, `host:h1@2h+30min`: what, when, and how long until it is back. */
export function plannedFailure(text: string): PlannedFailure {
  const [, key = "", value = "", at = "", repair = ""] = /^([^:@]+):(.+)@([^@+]+)\+([^+]+)$/.exec(text) ?? [];
  if (key === "") throw new InvalidArgumentError("It must be WHAT@WHEN+REPAIR, e.g. host:h1@2h+30min, rack:r1@1d+4h or link:paris,lyon@2h+1h.");
  return { at: timeOfSimulation(at), repairMs: durationAsMs(repair), scope: scopeOf(key, value) };
}

function scopeOf(key: string, value: string): FailureScope {
  if (key === "host") return { kind: "host", host: value as HostId };
  if (key !== "link") return { kind: "domain", key, value };
  const [a = "", b = ""] = value.split(",");
  return { kind: "link", a: a as SiteId, b: b as SiteId };
}
