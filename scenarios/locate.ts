import type { Diagnostic } from "../model/diagnostic.ts";
import type { Path, Place } from "./problem.ts";

/** `policies[apart].exceptions[0]`: the policy's id, and the way on from there. */
const policyPath = /^policies\[([^\]]+)\](.*)$/;

/** Diagnostics about policies that were found after loading, with the file and line of what they are about. */
export function locatePolicies(diagnostics: readonly Diagnostic[], places: ReadonlyMap<string, Place>): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const [, id = "", way = ""] = policyPath.exec(diagnostic.path) ?? [];
    const place = places.get(`policy ${id}`);
    if (diagnostic.file !== null || place === undefined) return diagnostic;
    const path = [...place.path, ...partsOf(way)];
    const [position] = place.source.positions([{ path, onKey: false }]);
    return { ...diagnostic, file: place.source.file, line: position?.line ?? null, column: position?.column ?? null };
  });
}

/**
 * Of what the policies of the sound part were found to have, what is true whatever becomes of the rest: a text that no
 * faulty thing mentions, and exceptions that ran out. All else may follow from what is missing.
 */
export function certainOf(diagnostics: readonly Diagnostic[], doubtful: ReadonlySet<string>, places: ReadonlyMap<string, Place>): readonly Diagnostic[] {
  return diagnostics.filter(({ code, path }) => {
    const [, id = "", way = ""] = policyPath.exec(path) ?? [];
    const place = places.get(`policy ${id}`);
    if (place === undefined) return false;
    if (code === "policy-exception-expired") return true;
    const value = [...place.path, ...partsOf(way)].reduce<unknown>((inside, part) =>
      typeof inside === "object" && inside !== null && Object.hasOwn(inside, part) ? Reflect.get(inside, part) : undefined, place.source.value);
    return typeof value === "string" && !doubtful.has(value);
  });
}

function partsOf(way: string): Path {
  return [...way.matchAll(/\[(\d+)\]|\.([^.[\]]+)/g)].map(([, position, key = ""]) => position === undefined ? key : Number(position));
}
