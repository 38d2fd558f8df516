import { Engine, type TopLevelCondition } from "json-rules-engine";
import type { DiagnosticCode } from "../model/diagnostic.ts";
import type { Condition, Selector } from "../model/policy.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { checkCondition, factsAskedBy } from "./condition.ts";
import { didYouMean } from "./did-you-mean.ts";
import { factsOf, type Selectable } from "./selection-facts.ts";

/** Something wrong with a selector; `path` is below the selector. */
export interface SelectorProblem {
  readonly code: DiagnosticCode;
  readonly path: string;
  readonly message: string;
  readonly advice: string;
}

/** What a selector chooses: dense indices, ascending. For services these are positions in `fleet.services`. */
export interface Selection {
  readonly chosen: Int32Array;
  readonly problems: readonly SelectorProblem[];
}

/** Resolves a selector. It comes from outside and may be anything; a wrong one chooses nothing and says why. */
export async function select(selector: unknown, sort: Selectable, index: FleetIndex): Promise<Selection> {
  const problem = shapeProblem(selector);
  if (problem !== null) return refused([problem]);
  const wanted = selector as Selector;
  if ("everything" in wanted) return { chosen: Int32Array.from(elementsOf(index, sort), (_, i) => i), problems: [] };
  if ("ids" in wanted) return byIds(wanted.ids, sort, index);
  if ("labels" in wanted) return byLabels(wanted.labels, sort, index);
  return byCondition(wanted.where, sort, index);
}

const shapes = ["everything", "ids", "labels", "where"];

function shapeProblem(selector: unknown): SelectorProblem | null {
  const advice = "Write everything: true, ids: [...], labels: { name: value }, or where: a condition.";
  const wrong = (path: string, message: string): SelectorProblem => ({ code: "policy-parameter", path, message, advice });
  if (!isRecord(selector)) return wrong("", `a selector must be an object, not ${JSON.stringify(selector) ?? "nothing"}`);
  const keys = Object.keys(selector);
  const unknown = keys.find((key) => !shapes.includes(key));
  if (unknown !== undefined) return { ...wrong(`.${unknown}`, `a selector knows no key "${unknown}"`), advice: didYouMean(unknown, shapes, advice) };
  if (keys.length !== 1) return wrong("", `a selector must have exactly one key, not ${keys.length}`);
  const { everything, ids, labels } = selector;
  if ("everything" in selector && everything !== true) return wrong(".everything", "everything must be true");
  if ("ids" in selector && !areTexts(ids)) return wrong(".ids", "ids must be a list of texts with at least one");
  if ("labels" in selector) {
    const good = isRecord(labels) && Object.keys(labels).length > 0 && Object.values(labels).every((value) => typeof value === "string" || areTexts(value));
    if (!good) return wrong(".labels", "labels must map at least one name to a text or a list of texts");
  }
  return null;
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
}

function elementsOf(index: FleetIndex, sort: Selectable): readonly { readonly id: string; readonly labels: Readonly<Record<string, string>> }[] {
  return sort === "workloads" ? index.workloads : sort === "hosts" ? index.hosts : index.fleet.services;
}

const positions = new WeakMap<FleetIndex, Map<Selectable, ReadonlyMap<string, number>>>();

/** Dense index by id, as plain text: what a policy names may not exist. */
export function positionsOf(index: FleetIndex, sort: Selectable): ReadonlyMap<string, number> {
  const known = positions.get(index) ?? new Map<Selectable, ReadonlyMap<string, number>>();
  positions.set(index, known);
  const found = known.get(sort) ?? new Map(elementsOf(index, sort).map(({ id }, i) => [id, i]));
  known.set(sort, found);
  return found;
}

function byIds(ids: readonly string[], sort: Selectable, index: FleetIndex): Selection {
  const known = positionsOf(index, sort);
  const chosen = new Set<number>();
  const problems: SelectorProblem[] = [];
  ids.forEach((id, i) => {
    const found = known.get(id);
    if (found !== undefined) chosen.add(found);
    else problems.push({
      code: "unknown-reference", path: `.ids[${i}]`, message: `no ${sort.slice(0, -1)} is called "${id}"`,
      advice: didYouMean(id, [...known.keys()], `Name one of the fleet's ${sort}.`),
    });
  });
  return { chosen: Int32Array.from(chosen).sort(), problems };
}

function byLabels(labels: Readonly<Record<string, string | readonly string[]>>, sort: Selectable, index: FleetIndex): Selection {
  const lists = Object.entries(labels).map(([name, value]) => {
    const byValue = labelled(index, sort, name);
    const values = new Set(typeof value === "string" ? [value] : value);
    return [...values].flatMap((each) => byValue.get(each) ?? []);
  });
  const [first = [], ...others] = lists;
  const rest = others.map((list) => new Set(list));
  const chosen = Int32Array.from(first.filter((element) => rest.every((list) => list.has(element)))).sort();
  return { chosen, problems: [] };
}

const labelLists = new WeakMap<FleetIndex, Map<string, ReadonlyMap<string, readonly number[]>>>();

/** The elements that have a label, by its value, ascending: the policies of a large fleet ask for the same few labels. */
function labelled(index: FleetIndex, sort: Selectable, name: string): ReadonlyMap<string, readonly number[]> {
  const known = labelLists.get(index) ?? new Map<string, ReadonlyMap<string, readonly number[]>>();
  labelLists.set(index, known);
  const found = known.get(`${sort} ${name}`);
  if (found !== undefined) return found;
  const byValue = new Map<string, number[]>();
  elementsOf(index, sort).forEach(({ labels }, element) => {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
    if (value === undefined) return;
    const list = byValue.get(value);
    if (list === undefined) byValue.set(value, [element]);
    else list.push(element);
  });
  known.set(`${sort} ${name}`, byValue);
  return byValue;
}

/**
 * Evaluates a condition with json-rules-engine once per distinct combination of the facts that it asks for, one after
 * the other: the engine is too slow to be asked once per element of a large fleet, and elements with equal facts get
 * equal answers.
 */
async function byCondition(condition: Condition, sort: Selectable, index: FleetIndex): Promise<Selection> {
  const facts = factsOf(index, sort);
  const problems = checkCondition(condition, facts);
  if (problems.length > 0) return refused(problems.map(({ path, message, advice }) => ({ code: "policy-condition", path: `.where${path}`, message, advice })));
  const asked = factsAskedBy(condition).flatMap((name) => {
    const fact = facts.get(name);
    return fact === undefined ? [] : [{ name, fact }];
  });
  const engine = new Engine([{ name: "selects", conditions: topLevel(condition), event: { type: "selects" } }], { allowUndefinedFacts: true });
  const answers = new Map<string, boolean>();
  const chosen: number[] = [];
  for (let element = 0; element < elementsOf(index, sort).length; element++) {
    const values = asked.map(({ fact }) => fact.value(element));
    const combination = JSON.stringify(values);
    let answer = answers.get(combination);
    if (answer === undefined) {
      const { events } = await engine.run(Object.fromEntries(asked.map(({ name }, i) => [name, values[i]])));
      answer = events.length > 0;
      answers.set(combination, answer);
    }
    if (answer) chosen.push(element);
  }
  return { chosen: Int32Array.from(chosen), problems: [] };
}

/** The engine wants `all`, `any` or `not` at the top, and lists of its own that it may keep. */
function topLevel(condition: Condition): TopLevelCondition {
  const copy: unknown = structuredClone("fact" in condition ? { all: [condition] } : condition);
  return copy as TopLevelCondition;
}

function refused(problems: readonly SelectorProblem[]): Selection {
  return { chosen: new Int32Array(0), problems };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
