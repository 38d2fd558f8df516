import type { Diagnostic } from "../model/diagnostic.ts";
import type { Path, Place, Source } from "./problem.ts";

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

/** Diagnostics about the section `simulation` that only a run could find: each part is that of the last document that has it. */
export function locateSimulation(diagnostics: readonly Diagnostic[], sources: readonly Source[]): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    if (diagnostic.file !== null || !diagnostic.path.startsWith("simulation.")) return diagnostic;
    const path = partsOf(`.${diagnostic.path}`);
    const source = sources.findLast(({ value }) => valueAt(value, path.slice(0, 2)) !== undefined);
    if (source === undefined) return diagnostic;
    const [position] = source.positions([{ path, onKey: false }]);
    return { ...diagnostic, file: source.file, line: position?.line ?? null, column: position?.column ?? null };
  });
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, part) => (typeof inside === "object" && inside !== null && Object.hasOwn(inside, part) ? Reflect.get(inside, part) : undefined), root);
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
    const value = valueAt(place.source.value, [...place.path, ...partsOf(way)]);
    return typeof value === "string" && !doubtful.has(value);
  });
}

function partsOf(way: string): Path {
  return [...way.matchAll(/\[(\d+)\]|\.([^.[\]]+)/g)].map(([, position, key = ""]) => position === undefined ? key : Number(position));
}
