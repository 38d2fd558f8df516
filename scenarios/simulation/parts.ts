import type { Host, Workload } from "../../model/fleet.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { Moment } from "../../model/simulation.ts";
import { chosenHosts, chosenWorkloads, type hostChoice, type workloadChoice } from "../changes/choice.ts";
import type { Checker } from "../checks.ts";
import type { Draft } from "../draft.ts";
import { durationOf } from "../duration.ts";
import { isDuration, type Written } from "../fields/common.ts";
import type { SimulationDocument } from "../fields/simulation.ts";
import type { Path, Problems, Source } from "../problem.ts";

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
  readonly #sections: readonly { readonly section: SimulationDocument; readonly source: Source; readonly check: Checker }[];

  constructor(sources: readonly Source[], problems: Problems, draft: Draft, checkerOf: (source: Source) => Checker) {
    this.draft = draft;
    this.#problems = problems;
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
