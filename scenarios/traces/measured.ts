import { sampleMax } from "../../model/load.ts";
import type { Findings } from "./findings.ts";
import { unmeasured } from "./series-builder.ts";

/**
 * A value in fine units, rounded to the nearest; `unmeasured`, and a finding, when it cannot be one. `text` is what
 * stands in the file, `what` the name of its column.
 */
export function fineUnits(value: number, perValue: number, row: number, findings: Findings, what: string, text: () => string): number {
  const fine = Math.round(value * perValue);
  if (fine >= 0 && fine <= sampleMax) return fine;
  if (Number.isNaN(value)) findings.note("not-a-number", "repaired", row, () => `${what} is ${JSON.stringify(text())}; left out`);
  else if (value < 0) findings.note("negative-value", "repaired", row, () => `${what} is ${text()}; it cannot be below 0; left out`);
  else findings.note("value-too-large", "repaired", row, () => `${what} is ${text()}; at most ${Math.floor(sampleMax / perValue)} can be; left out`);
  return unmeasured;
}

/** Says that a use was above what was promised; it counts all the same. */
export function noteAbove(use: number, provisioned: number, row: number, findings: Findings, what: string, perUnit: number): void {
  if (provisioned < 0 || use <= provisioned + 1) return;
  findings.note("above-provisioned", "kept", row, () => `${what} is ${use / perUnit}, ${provisioned / perUnit} is provisioned`);
}
