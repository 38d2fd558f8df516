import type { FleetIndex } from "../model/snapshot.ts";
import type { Constraint } from "../policies/index.ts";
import { Guard } from "./guard.ts";
import type { RunSettings } from "./settings.ts";

/** What an execution is held to, the same from its beginning to its end. */
export interface Terms {
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  readonly settings: RunSettings;
  readonly guard: Guard;
}

export function termsOf(index: FleetIndex, constraints: readonly Constraint[], settings: RunSettings): Terms {
  return { index, constraints, settings, guard: new Guard(index, constraints) };
}
