import type { Checker } from "./checks.ts";
import type { Draft } from "./draft.ts";
import { isId } from "./fields/common.ts";
import type { Path, Place } from "./problem.ts";

/** An item of a list that was refused: for its shape, or because its id was taken. */
export interface Refused {
  readonly list: string;
  readonly document: object;
  readonly place: Place;
}

const amountsOf: Readonly<Record<string, readonly string[]>> = {
  hosts: ["capacity", "overcommitPermille", "reserve", "safeUse"], applications: ["needs"], workloads: ["reservation", "expectedUse"],
};

/**
 * References of what was refused, so that all mistakes are told in one round. Only of values that have the form of an
 * id: what is wrong with the others was told with the shape.
 */
export function checkRefused(checker: Checker, { list, document, place: { path } }: Refused, draft: Draft): void {
  for (const field of amountsOf[list] ?? []) {
    const given: unknown = Reflect.get(document, field);
    if (typeof given !== "object" || given === null || Array.isArray(given)) continue;
    checker.amounts(Object.fromEntries(Object.keys(given).filter(isId).map((name) => [name, 0])), draft, [...path, field]);
  }
  const refer = (noun: Parameters<Checker["exists"]>[0], known: Parameters<Checker["exists"]>[2], value: unknown, ...way: Path): void => {
    if (isId(value)) checker.exists(noun, value, known, [...path, ...way]);
  };
  const applications: unknown = Reflect.get(document, "applications");
  if (Array.isArray(applications)) applications.forEach((id: unknown, i) => refer("application", draft.applications, id, "applications", i));
  if (list === "hosts") {
    refer("site", draft.sites, Reflect.get(document, "site"), "site");
    refer("host type", draft.hostTypes, Reflect.get(document, "type"), "type");
  }
  if (list === "workloads") {
    refer("host", draft.hosts, Reflect.get(document, "host"), "host");
    refer("workload", draft.workloads, Reflect.get(document, "copyOf"), "copyOf");
  }
}
