import { compareIds, type HostId } from "../model/ids.ts";
import type { Fleet } from "../model/fleet.ts";
import type { PolicyDocument } from "../model/policy.ts";
import { standardResourceKinds, type ResourceKind } from "../model/resource.ts";
import { defaultObjectives, defaultSettings, type PlanSettings, type Scenario } from "../model/scenario.ts";
import { approvalOf } from "./approval.ts";
import { applyToDraft } from "./changes.ts";
import { Checker } from "./checks.ts";
import { copyCircles } from "./copy-circles.ts";
import { applicationOf, hostOf, linkOf, policyOf, resourceOf, serviceOf, siteOf, workloadOf } from "./defaults.ts";
import { fleetOf, type Draft } from "./draft.ts";
import { financeOf } from "./finance.ts";
import type { HostTypeDocument } from "./fields/fleet.ts";
import { levelsOf } from "./objectives.ts";
import { below, pathWords, type Place, type Problems, type Source } from "./problem.ts";
import { checkRefused, type Refused } from "./refused.ts";
import type { ChangeDocument, ScenarioDocument } from "./schema.ts";
import { simulationOf } from "./simulation.ts";
import { soundPart, type SoundPart } from "./sound.ts";
import { hasShape } from "./shape.ts";
import { startOrderCycles } from "./start-order.ts";
import { overflows } from "./totals.ts";

/** Lists of things with ids, by their key in the document, and what one item is called. */
const nouns = {
  resources: "resource", sites: "site", hosts: "host", applications: "application", workloads: "workload", services: "service", policies: "policy",
} as const;

type ListKey = keyof typeof nouns;
type ItemOf<Key extends ListKey> = NonNullable<ScenarioDocument[Key]>[number];

interface Item<Document> {
  readonly document: Document;
  readonly place: Place;
}

/** The documents of a scenario, base first, put together. Every item is kept with its place, for messages. */
class Composition {
  readonly sources: readonly Source[];
  readonly problems: Problems;
  /** `host h1` for things that were refused for their shape: references to them are not reported as well. */
  readonly refused = new Set<string>();
  /** The things themselves: what is sound of them is checked for dangling references all the same. */
  readonly refusedItems: Refused[] = [];
  /** Place of every thing, by `host h1`. */
  readonly places = new Map<string, Place>();

  constructor(sources: readonly Source[], problems: Problems) {
    this.sources = sources;
    this.problems = problems;
  }

  /** Items of one list over all documents, without those of wrong shape; an id given twice is reported, the first counts. */
  items<Key extends ListKey>(key: Key): readonly Item<ItemOf<Key>>[] {
    return this.sources.flatMap((source) => {
      const list = topOf(source)[key] as readonly ItemOf<Key>[] | undefined;
      return Array.isArray(list) ? list.flatMap((document: ItemOf<Key>, i) => this.#item(key, document, { source, path: [key, i] })) : [];
    });
  }

  #item<Key extends ListKey>(key: Key, document: ItemOf<Key>, place: Place): readonly Item<ItemOf<Key>>[] {
    const id = idOf(document);
    if (id === null) return [];
    const thing = `${nouns[key]} ${id}`;
    const first = this.places.get(thing);
    if (first !== undefined) {
      this.problems.error("duplicate-id", below(place, key === "resources" ? "name" : "id"), () => ({
        message: `${thing} is defined twice: first in ${first.source.file ?? "the input"} at ${pathWords(first.path)}, and again in ${place.source.file ?? "the input"} at ${pathWords(place.path)}.`,
        advice: "Choose another id, or remove one of the two; to alter what another file defines, use changes.",
      }));
      this.refusedItems.push({ list: key, document, place });
      return [];
    }
    this.places.set(thing, place);
    if (this.problems.isFaulty(place.source, key, Number(place.path[1]))) {
      this.refused.add(thing);
      this.refusedItems.push({ list: key, document, place });
      return [];
    }
    return [{ document, place }];
  }

  /** Value of a key at the top, of the last document that has it. */
  last<Key extends keyof ScenarioDocument>(key: Key): ScenarioDocument[Key] | undefined {
    for (const source of this.sources.toReversed()) {
      const top = topOf(source);
      if (Object.hasOwn(top, key) && !this.problems.isFaultyBelow(source, key)) return top[key];
    }
    return undefined;
  }

  checker(source: Source): Checker {
    return new Checker(source, this.problems, this.refused);
  }
}

/** A scenario, null when anything is wrong, and where each of its things stands in the text: `host h1`, `policy apart`. */
interface Composed {
  readonly scenario: Scenario | null;
  /** What is sound of a refused input: its policies are checked over this, so that all mistakes are told at once. */
  readonly sound: SoundPart | null;
  readonly places: ReadonlyMap<string, Place>;
}

/** Puts documents together, fills in what they leave out, checks references, applies changes. */
export function composeScenario(sources: readonly Source[], problems: Problems, asOf: string | undefined): Composed {
  for (const source of sources) hasShape(source, problems);
  const composition = new Composition(sources, problems);
  const draft = draftOf(composition);
  checkDraft(composition, draft);
  const currency = currencyOf(composition);
  const words = applyChangesOf(composition, draft);
  const bare = fleetOf(draft, currency);
  const simulation = simulationOf(sources, problems, draft, (source) => composition.checker(source));
  const { finance, licences } = financeOf(sources, problems, draft, (source) => composition.checker(source));
  const fleet = licences.length === 0 ? bare : { ...bare, licences };
  checkWhole(composition, fleet);
  const name = composition.last("name");
  if (name === undefined && !problems.hasErrors) {
    const [source] = sources;
    problems.error("missing-key", source === undefined ? null : { source, path: ["name"] }, () => ({ message: "No file gives the scenario a name.", advice: "Add name: NAME at the top of one of the files." }));
  }
  const { places } = composition;
  const scenario: Scenario = {
    name: name ?? "unnamed",
    title: composition.last("title") ?? name ?? "unnamed",
    description: composition.last("description") ?? "",
    asOf: asOf ?? composition.last("asOf") ?? null,
    fleet,
    policies: [...draft.policies.values()],
    objectives: draft.objectives,
    settings: settingsOf(composition),
    ...approvalIn(composition),
    simulation,
    finance,
    changes: words,
  };
  if (problems.hasErrors || name === undefined) return { scenario: null, sound: soundPart(scenario, sources, problems, places), places };
  return { scenario, sound: null, places };
}

function draftOf(composition: Composition): Draft {
  const resources = resourcesOf(composition);
  const hostTypes = hostTypesOf(composition);
  const applications = new Map(composition.items("applications").map(({ document }) => applicationOf(document)).map((made) => [made.id, made]));
  const objectives = composition.last("objectives");
  const hosts = composition.items("hosts");
  return {
    resources, hostTypes, applications,
    hostTypeOf: new Map(hosts.flatMap(({ document: { id, type } }) => (type === undefined ? [] : [[id as HostId, type] as const]))),
    sites: new Map(composition.items("sites").map(({ document }) => siteOf(document)).map((made) => [made.id, made])),
    hosts: new Map(hosts.map(({ document }) => hostOf(document, hostTypes.get(document.type ?? ""))).map((made) => [made.id, made])),
    workloads: new Map(composition.items("workloads").map(({ document }) => workloadOf(document, applications)).map((made) => [made.id, made])),
    services: new Map(composition.items("services").map(({ document }) => serviceOf(document)).map((made) => [made.id, made])),
    links: [],
    policies: new Map(composition.items("policies").map(({ document }) => policyOf(document)).map((made): [PolicyDocument["id"], PolicyDocument] => [made.id, made])),
    objectives: objectives === undefined ? defaultObjectives : levelsOf(objectives),
    decided: new Map(),
  };
}

function resourcesOf(composition: Composition): readonly ResourceKind[] {
  const own = composition.items("resources").flatMap(({ document, place }) => {
    if (!standardResourceKinds.some(({ name }) => name === document.name)) return [resourceOf(document)];
    composition.problems.error("duplicate-id", below(place, "name"), () => ({ message: `resource ${document.name} is one of the standard four; it is always there.`, advice: "Leave it out, or choose another name." }));
    return [];
  });
  return [...standardResourceKinds, ...own.sort((a, b) => compareIds(a.name, b.name))];
}

function hostTypesOf({ sources, problems }: Composition): ReadonlyMap<string, HostTypeDocument> {
  const types = new Map<string, HostTypeDocument>();
  for (const source of sources) {
    const given: unknown = topOf(source).hostTypes;
    if (typeof given !== "object" || given === null || Array.isArray(given)) continue;
    for (const [name, type] of Object.entries(given)) {
      if (types.has(name)) {
        problems.error("duplicate-id", { source, path: ["hostTypes", name] }, () => ({ message: `host type ${name} is defined twice, in two files.`, advice: "Choose another name, or remove one of the two." }), true);
      } else {
        types.set(name, problems.isFaulty(source, "hostTypes", name) ? {} : (type as HostTypeDocument));
      }
    }
  }
  return types;
}

/** References and values, item by item, each with its place. */
function checkDraft(composition: Composition, draft: Draft): void {
  const { places, problems, sources } = composition;
  const checkers = new Map(sources.map((source) => [source, composition.checker(source)]));
  const at = (thing: string, check: (checker: Checker, place: Place) => void): void => {
    const place = places.get(thing);
    const checker = place === undefined ? undefined : checkers.get(place.source);
    if (place !== undefined && checker !== undefined) check(checker, place);
  };
  for (const host of draft.hosts.values()) at(`host ${host.id}`, (checker, place) => checkHost(checker, place, draft));
  for (const application of draft.applications.values()) at(`application ${application.id}`, (checker, { path }) => checker.amounts(application.needs, draft, [...path, "needs"]));
  for (const workload of draft.workloads.values()) {
    at(`workload ${workload.id}`, (checker, { path, source }) => {
      const document = itemAt("workloads", { path, source });
      checker.amounts(document?.reservation, draft, [...path, "reservation"]);
      checker.amounts(document?.expectedUse, draft, [...path, "expectedUse"]);
      checker.workload(workload, draft, path);
    });
  }
  for (const service of draft.services.values()) at(`service ${service.id}`, (checker, { path }) => checker.service(service, draft, path));
  for (const item of composition.refusedItems) checkRefused(composition.checker(item.place.source), item, draft);
  for (const [source, checker] of checkers) checkTop(source, checker, draft, problems);
  for (const policy of draft.policies.values()) {
    at(`policy ${policy.id}`, (checker, { path }) => policy.exceptions.forEach(({ expires }, i) => checker.instant(expires, [...path, "exceptions", i, "expires"])));
  }
}

function checkHost(checker: Checker, { source, path }: Place, draft: Draft): void {
  const document = itemAt("hosts", { source, path });
  if (document === undefined) return;
  for (const field of ["capacity", "overcommitPermille", "reserve", "safeUse"] as const) checker.amounts(document[field], draft, [...path, field]);
  if (document.type !== undefined) checker.exists("host type", document.type, draft.hostTypes, [...path, "type"]);
  const type = draft.hostTypes.get(document.type ?? "");
  checker.impliedDomains(`host ${document.id}`, { ...type?.domains, ...document.domains }, { host: document.id, site: document.site }, path);
  checker.host(hostOf(document, type), draft, path);
}

/** Host types, links and the instant of one document. */
function checkTop(source: Source, checker: Checker, draft: Draft, problems: Problems): void {
  checkSettings(source, checker, draft);
  const top = topOf(source);
  for (const name of draft.hostTypes.keys()) {
    const type = top.hostTypes?.[name];
    if (type === undefined || problems.isFaulty(source, "hostTypes", name)) continue;
    for (const field of ["capacity", "overcommitPermille", "reserve", "safeUse"] as const) checker.amounts(type[field], draft, ["hostTypes", name, field]);
  }
  const links = Array.isArray(top.links) ? top.links : [];
  links.forEach((document, i) => {
    if (problems.isFaulty(source, "links", i)) return;
    const link = linkOf(document);
    checker.link(link, draft, ["links", i]);
    const twin = draft.links.find(({ a, b }) => (a === link.a && b === link.b) || (a === link.b && b === link.a));
    if (twin !== undefined) checker.problem("duplicate-id", ["links", i], () => ({ message: `the link between ${link.a} and ${link.b} is defined twice.`, advice: "Keep one of the two: a link works in both directions." }));
    else draft.links.push(link);
  });
  if (typeof top.asOf === "string" && !problems.isFaultyBelow(source, "asOf")) checker.instant(top.asOf, ["asOf"]);
}

/** Resources that the settings name; of a wrong shape nothing is asked, that was reported. */
function checkSettings(source: Source, checker: Checker, draft: Draft): void {
  const settings: unknown = topOf(source).settings;
  const dimensions = listAt(fieldOf(settings, "balance"), "dimensions");
  dimensions.forEach((dimension, i) => {
    if (isRecord(dimension)) checker.amounts(dimension as Readonly<Record<string, number>>, draft, ["settings", "balance", "dimensions", i]);
  });
  const known = new Set(draft.resources.map(({ name }) => name));
  for (const [list, field] of [["headroom", "resource"], ["proportion", "room"], ["proportion", "per"]] as const) {
    listAt(settings, list).forEach((entry, i) => {
      const name = fieldOf(entry, field);
      if (typeof name === "string") checker.exists("resource", name, known, ["settings", list, i, field]);
    });
  }
}

function fieldOf(value: unknown, field: string): unknown {
  return isRecord(value) ? value[field] : undefined;
}

function listAt(value: unknown, field: string): readonly unknown[] {
  const list = fieldOf(value, field);
  return Array.isArray(list) ? list : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function applyChangesOf(composition: Composition, draft: Draft): readonly string[] {
  const words: string[] = [];
  for (const source of composition.sources) {
    const changes = topOf(source).changes;
    if (!Array.isArray(changes)) continue;
    const checker = composition.checker(source);
    changes.forEach((change: ChangeDocument, i) => {
      if (composition.problems.isFaulty(source, "changes", i)) return;
      const done = applyToDraft(draft, change, ["changes", i], checker);
      if (done !== null) words.push(done);
    });
  }
  return words;
}

/** What can only be said of the whole: start orders, copies, addresses, and sums that must stay whole numbers. */
function checkWhole({ places, problems }: Composition, fleet: Fleet): void {
  for (const cycle of startOrderCycles(fleet.services)) {
    const [application, needs] = cycle;
    const holder = fleet.services.find(({ startOrder }) => startOrder.some((one) => one.application === application && one.needs === needs));
    const position = holder?.startOrder.findIndex((one) => one.application === application && one.needs === needs) ?? 0;
    const place = places.get(`service ${holder?.id}`);
    problems.error("start-order-cycle", place === undefined ? null : below(place, "startOrder", position), () => ({
      message: `The start order goes round in a circle: ${cycle.slice(0, 20).join(" needs ")}${cycle.length > 20 ? " needs ..." : ""}.`,
      advice: "Take one of these needs away; an application cannot wait for itself.",
    }));
  }
  for (const circle of copyCircles(fleet.workloads)) {
    const place = places.get(`workload ${circle[0]}`);
    const words = circle.length === 2 ? `workload ${circle[0]} is a copy of itself` : `Workloads go round in a circle as copies: ${circle.slice(0, 20).join(" is a copy of ")}${circle.length > 20 ? " is a copy of ..." : ""}`;
    problems.error("contradiction", place === undefined ? null : below(place, "copyOf"), () => ({ message: `${words}.`, advice: "Leave copyOf out of one of them, or name another workload: one must be there to copy." }));
  }
  const holderOf = new Map<string, string>();
  for (const { id, virtualAddress } of fleet.services) {
    if (virtualAddress === null) continue;
    const other = holderOf.get(virtualAddress);
    const place = places.get(`service ${id}`);
    if (other === undefined) holderOf.set(virtualAddress, id);
    else problems.error("contradiction", place === undefined ? null : below(place, "virtualAddress"), () => ({ message: `service ${id}: virtualAddress is ${virtualAddress}, which service ${other} has already.`, advice: "Give each service an address of its own." }));
  }
  if (problems.hasErrors) return;
  for (const { largest, message } of overflows(fleet)) {
    problems.error("overflow", places.get(largest) ?? null, () => ({ message: `${message}.`, advice: "Check the unit of the largest; whole numbers beyond the limit cannot be added exactly." }));
  }
}

function currencyOf({ sources, problems }: Composition): string {
  const given = sources.flatMap((source) => {
    const { currency } = topOf(source);
    return typeof currency === "string" ? [{ source, currency }] : [];
  });
  const [first] = given;
  for (const { source, currency } of given) {
    if (first === undefined || currency === first.currency) continue;
    problems.error("contradiction", { source, path: ["currency"] }, () => ({ message: `currency is ${currency}, but ${first.source.file ?? "another file"} counts in ${first.currency}.`, advice: "Convert the prices of one file: a fleet has one currency." }));
  }
  return first?.currency ?? "EUR";
}

function approvalIn(composition: Composition): Pick<Scenario, "approval"> {
  const approval = composition.last("approval");
  return approval === undefined ? {} : { approval: approvalOf(approval) };
}

function settingsOf({ sources }: Composition): PlanSettings {
  return Object.assign({}, defaultSettings, ...sources.map((source) => topOf(source).settings ?? {})) as PlanSettings;
}

/** The top of a document whose shape may be wrong: what is used of it has been checked by then. */
function topOf(source: Source): Partial<ScenarioDocument> {
  return typeof source.value === "object" && source.value !== null && !Array.isArray(source.value) ? source.value : {};
}

function itemAt<Key extends ListKey>(key: Key, { source, path }: Place): ItemOf<Key> | undefined {
  return (topOf(source)[key] as readonly ItemOf<Key>[] | undefined)?.[Number(path[1])];
}

function idOf(document: unknown): string | null {
  if (typeof document !== "object" || document === null) return null;
  if ("id" in document && typeof document.id === "string") return document.id;
  return "name" in document && typeof document.name === "string" ? document.name : null;
}
