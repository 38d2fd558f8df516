import type { Diagnostic } from "../model/diagnostic.ts";
import { below, type Path, type Place, type Source } from "./problem.ts";

/** `policies[apart].exceptions[0]`: the list, and what follows. Things are named by their ids, so that a path stays true when files are laid over each other. */
const thingPath = /^(policies|services)\[(.*)$/s;

const nouns: Readonly<Record<string, string>> = { policies: "policy", services: "service" };

/** Diagnostics about policies and services that were found after loading, with the file and line of what they are about. */
export function locateThings(diagnostics: readonly Diagnostic[], places: ReadonlyMap<string, Place>): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const place = diagnostic.file === null ? placeOf(diagnostic.path, places) : null;
    return place === null ? diagnostic : placedAt(diagnostic, place);
  });
}

/** Where a path that names a thing leads; null when no file has that thing. */
function placeOf(path: string, places: ReadonlyMap<string, Place>): Place | null {
  const [, list = "", rest = ""] = thingPath.exec(path) ?? [];
  // An id may have brackets itself: the longest that there is counts.
  for (let end = rest.length - 1; end > 0; end--) {
    const place = rest[end] === "]" ? places.get(`${nouns[list]} ${rest.slice(0, end)}`) : undefined;
    if (place !== undefined) return below(place, ...partsOf(rest.slice(end + 1)));
  }
  return null;
}

/** Sections of which each part is that of the last document that has it, and how many keys name a part. */
const sections: readonly { readonly pattern: RegExp; readonly keys: number }[] = [{ pattern: /^simulation\./, keys: 2 }, { pattern: /^objectives(?![^.[])/, keys: 1 }];

/** Diagnostics about sections of the document that only a run could find. */
export function locateSections(diagnostics: readonly Diagnostic[], sources: readonly Source[]): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const section = sections.find(({ pattern }) => diagnostic.file === null && pattern.test(diagnostic.path));
    if (section === undefined) return diagnostic;
    const path = partsOf(`.${diagnostic.path}`);
    const source = sources.findLast(({ value }) => valueAt(value, path.slice(0, section.keys)) !== undefined);
    return source === undefined ? diagnostic : placedAt(diagnostic, { source, path });
  });
}

function placedAt(diagnostic: Diagnostic, { source, path }: Place): Diagnostic {
  const [position] = source.positions([{ path, onKey: false }]);
  return { ...diagnostic, file: source.file, line: position?.line ?? null, column: position?.column ?? null };
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
    const place = placeOf(path, places);
    if (place === null) return false;
    if (code === "policy-exception-expired") return true;
    const value = valueAt(place.source.value, place.path);
    return typeof value === "string" && !doubtful.has(value);
  });
}

function partsOf(way: string): Path {
  return [...way.matchAll(/\[(\d+)\]|\.([^.[\]]+)/g)].map(([, position, key = ""]) => position === undefined ? key : Number(position));
}
