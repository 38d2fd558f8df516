import type { DiagnosticCode } from "../../model/diagnostic.ts";
import type { Host, Workload } from "../../model/fleet.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { Moment } from "../../model/simulation.ts";
import { chosenHosts, chosenWorkloads, type hostChoice, type workloadChoice } from "../changes/choice.ts";
import type { Checker } from "../checks.ts";
import type { Draft } from "../draft.ts";
import { durationOf } from "../duration.ts";
import { isDuration, type Written } from "../fields/common.ts";
import type { SimulationDocument } from "../fields/simulation.ts";
import type { TSchema } from "typebox";
import { shown, type Path, type Problems, type Source } from "../problem.ts";
import { hasShape } from "../shape.ts";
import type { TableKind } from "../table-file.ts";

/** One part of what is said about time, with its place. */
export interface Given<Value> {
  readonly value: Value;
  readonly at: Path;
  readonly source: Source;
  readonly check: Checker;
}

/** The parts that are objects. */
type Objects = { readonly [Key in "recovery" | "scaling" | "moves" | "sharing" | "forecast"]-?: NonNullable<SimulationDocument[Key]> };

type Choosing = { readonly hosts?: Written<typeof hostChoice> };

/** The sections `simulation` of all documents, base first. Each key is that of the last document that has it; objects are joined key by key. */
export class Parts {
  readonly draft: Draft;
  readonly #problems: Problems;
  readonly #checkerOf: (source: Source) => Checker;
  readonly #sections: readonly { readonly section: SimulationDocument; readonly source: Source; readonly check: Checker }[];

  constructor(sources: readonly Source[], problems: Problems, draft: Draft, checkerOf: (source: Source) => Checker) {
    this.draft = draft;
    this.#problems = problems;
    this.#checkerOf = checkerOf;
    this.#sections = sources.flatMap((source) => {
      const section = sectionOf(source);
      return section === null || problems.isFaulty(source, "simulation", "") ? [] : [{ section, source, check: checkerOf(source) }];
    });
  }

  /** The last one that is given; null when there is none, or it was refused for its shape. */
  last<Key extends keyof SimulationDocument>(key: Key): Given<NonNullable<SimulationDocument[Key]>> | null {
    for (const { section, source, check } of this.#sections.toReversed()) {
      const value = section[key];
      if (!Object.hasOwn(section, key)) continue;
      if (this.#problems.isFaulty(source, "simulation", key) || value === null || value === undefined) return null;
      return { value, at: ["simulation", key], source, check };
    }
    return null;
  }

  /** The last value of a key inside an object of the section. */
  inside<Key extends keyof Objects, Inner extends string & keyof Objects[Key]>(key: Key, inner: Inner): Given<NonNullable<Objects[Key][Inner]>> | null {
    for (const { section, source, check } of this.#sections.toReversed()) {
      if (this.#problems.isFaulty(source, "simulation", key)) continue;
      const holder: Objects[Key] | undefined = (section as Partial<Objects>)[key];
      const value = holder?.[inner];
      if (value !== null && value !== undefined) return { value, at: ["simulation", key, inner], source, check };
    }
    return null;
  }

  /** The same as a duration in milliseconds. */
  durationMs<Key extends keyof Objects>(key: Key, inner: string & keyof Objects[Key], absent: number): number {
    const value: unknown = this.inside(key, inner)?.value;
    return typeof value === "string" ? durationOf(value) : absent;
  }

  /** The rows of the table that a part names, as items of a document with places of their own; none when it is refused, which is told. */
  rows<Schema extends TSchema, Kind extends TableKind & keyof Written<Schema>>({ source, check, at, value: { file } }: Given<{ readonly file: string }>, kind: Kind, schema: Schema): Given<Written<Schema>[Kind]> | null {
    const table = source.tables?.get(`${kind} ${file}`);
    if (source.tables === undefined) {
      check.problem("not-allowed", [...at, "file"], () => ({ message: `${check.subject([...at, "file"])} is ${shown(file)}; a text that comes from no file has no table beside it.`, advice: "Load the scenario from its file." }));
    }
    if (table === undefined || table === null || !hasShape(table, this.#problems, schema)) return null;
    // What fits the schema is what it describes.
    return { value: (table.value as Written<Schema>)[kind], at: [kind], source: table, check: this.#checkerOf(table) };
  }

  warn({ source, at }: Given<unknown>, code: DiagnosticCode, message: string, advice: string): void {
    this.#problems.warning(code, { source, path: at }, () => ({ message, advice }));
  }

  /** A part that says nothing about its hosts is about all of them. */
  hosts({ value, at, check }: Given<Choosing>): readonly HostId[] {
    const context = { draft: this.draft, check, at, name: "simulation" };
    return (chosenHosts(value.hosts ?? { everything: true }, context) ?? []).map(({ id }: Host) => id);
  }

  workloads({ value, at, check }: Given<{ readonly workloads?: Written<typeof workloadChoice> }>): readonly WorkloadId[] {
    const context = { draft: this.draft, check, at, name: "simulation" };
    return (chosenWorkloads(value.workloads ?? { everything: true }, context) ?? []).map(({ id }: Workload) => id);
  }
}

/** The items of a list, each with its place. */
export function items<Item>(given: Given<readonly Item[]> | null): readonly Given<Item>[] {
  return given === null ? [] : given.value.map((value, i) => ({ ...given, value, at: [...given.at, i] }));
}

/** A moment as written; the beginning when absent. */
export function momentOf(text: string | undefined, { at, check }: Given<unknown>, field: string): Moment {
  if (text === undefined) return { kind: "after", ms: 0 };
  if (isDuration(text)) return { kind: "after", ms: durationOf(text) };
  check.instant(text, [...at, field]);
  return { kind: "instant", utc: text };
}

function sectionOf({ value }: Source): SimulationDocument | null {
  if (typeof value !== "object" || value === null || !("simulation" in value)) return null;
  const { simulation } = value;
  return typeof simulation === "object" && simulation !== null && !Array.isArray(simulation) ? simulation : null;
}
