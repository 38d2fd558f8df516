import type { Workload } from "../../model/fleet.ts";
import type { Resources } from "../../model/resource.ts";
import { scaled } from "./change.ts";

/** A workload under more (or less) load: reservation and expected use by so many per thousand, rounded up. */
export function grown(workload: Workload, factorPermille: number, resources?: readonly string[]): Workload {
  const grow = (amounts: Resources): Resources => Object.fromEntries(Object.entries(amounts).map(([name, amount]) =>
    [name, resources === undefined || resources.includes(name) ? scaled(amount, factorPermille) : amount]));
  return { ...workload, reservation: grow(workload.reservation), expectedUse: grow(workload.expectedUse) };
}
