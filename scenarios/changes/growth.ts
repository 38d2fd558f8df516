import type { Workload } from "../../model/fleet.ts";
import type { Resources } from "../../model/resource.ts";
import { oneOf } from "../fields/common.ts";
import { scaled } from "./change.ts";

/** What grows of a workload. Use that grows alone is what scale limits watch. */
export const growthOf = oneOf(["reservation", "expectedUse"], "Only what is reserved, or only what is expected to be used; both when absent.");

/** A workload under more (or less) load: reservation and expected use, or one of them, by so many per thousand, rounded up. */
export function grown(workload: Workload, factorPermille: number, { of, resources }: {
  readonly of?: "reservation" | "expectedUse"; readonly resources?: readonly string[];
}): Workload {
  const grow = (amounts: Resources): Resources => Object.fromEntries(Object.entries(amounts).map(([name, amount]) =>
    [name, resources === undefined || resources.includes(name) ? scaled(amount, factorPermille) : amount]));
  return {
    ...workload,
    ...(of === "expectedUse" ? {} : { reservation: grow(workload.reservation) }),
    ...(of === "reservation" ? {} : { expectedUse: grow(workload.expectedUse) }),
  };
}

/** What grew, in words: the load, or one half of it. */
export function growthWords(of: "reservation" | "expectedUse" | undefined): string {
  return of === undefined ? "load" : of === "expectedUse" ? "expected use" : "reservation";
}
