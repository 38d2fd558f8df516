/** An instance that cannot be used: what is wrong, where, and what would do. */
export class InstanceFault extends Error {}

/** A virtual machine as the file has it; `ready` ones are nowhere. */
export interface BtrVm {
  readonly id: number;
  readonly state: "running" | "sleeping" | "ready";
  readonly node: number | null;
}

export interface BtrNode {
  readonly id: number;
  readonly online: boolean;
}

/** What nodes have and machines use of one resource, with the values of those that are not listed. */
export interface BtrResource {
  readonly id: string;
  readonly capacities: ReadonlyMap<number, number>;
  readonly capacityElse: number;
  readonly uses: ReadonlyMap<number, number>;
  readonly useElse: number;
}

/** One constraint; the fields that its id has not are empty. */
export interface BtrConstraint {
  readonly id: ConstraintId;
  readonly continuous: boolean;
  readonly vms: readonly number[];
  readonly nodes: readonly number[];
  readonly parts: readonly (readonly number[])[];
  readonly resource: string;
  readonly amount: number;
  readonly ratio: number;
}

/** Whole seconds by the name of an action, for those machines or nodes that say. */
export type Durations = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** A BtrPlace instance, read and checked. Lists are sorted by number. */
export interface BtrInstance {
  readonly nodes: readonly BtrNode[];
  readonly vms: readonly BtrVm[];
  readonly resources: readonly BtrResource[];
  readonly vmSeconds: Durations;
  readonly nodeSeconds: Durations;
  readonly constraints: readonly BtrConstraint[];
  readonly objective: string;
  /** Views that do not matter here, e.g. the names of the elements. */
  readonly ignoredViews: readonly string[];
}

/** What a constraint must say, by id. `vm` and `node` are lists of one. */
const fieldsOf = {
  among: ["vms", "parts"], ban: ["vm", "nodes"], fence: ["vm", "nodes"], gather: ["vms"], killed: ["vm"], lonely: ["vms"],
  maxOnline: ["nodes", "amount"], offline: ["node"], online: ["node"], overbook: ["node", "rc", "ratio"], preserve: ["vm", "rc", "amount"],
  quarantine: ["node"], ready: ["vm"], resourceCapacity: ["nodes", "rc", "amount"], root: ["vm"], running: ["vm"],
  runningCapacity: ["nodes", "amount"], sleeping: ["vm"], split: ["parts"], spread: ["vms"],
} as const;

export type ConstraintId = keyof typeof fieldsOf;

/** Every id that is understood. */
export const constraintIds = Object.keys(fieldsOf).sort();

type Json = Readonly<Record<string, unknown>>;

/** Reads an instance from its JSON text. Throws an `InstanceFault` that names the place. */
export function readInstance(text: string): BtrInstance {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new InstanceFault(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const root = record(document, "the file");
  const model = record(root["model"], "model");
  const { nodes, vms } = readMapping(record(model["mapping"], "model.mapping"));
  const views = list(model["views"] ?? [], "model.views").map((view, i) => record(view, `model.views[${i}]`));
  const attributes = record(model["attributes"] ?? {}, "model.attributes");
  const resources = views.flatMap((view, i) => (view["id"] === "shareableResource" ? [readResource(view, `model.views[${i}]`)] : []));
  const known = new Known(vms, nodes, resources);
  return {
    nodes, vms, resources,
    vmSeconds: readDurations(attributes["vms"], "model.attributes.vms"),
    nodeSeconds: readDurations(attributes["nodes"], "model.attributes.nodes"),
    constraints: list(root["constraints"] ?? [], "constraints").map((each, i) => readConstraint(record(each, `constraints[${i}]`), `constraints[${i}]`, known)),
    objective: readObjective(root["objective"]),
    ignoredViews: [...new Set(views.map(({ id }) => String(id)).filter((id) => id !== "shareableResource"))],
  };
}

function readObjective(value: unknown): string {
  const id = value === undefined ? "minimizeMTTR" : record(value, "objective")["id"];
  if (id === "minimizeMTTR" || id === "minMigrations") return id;
  throw new InstanceFault(`objective.id is ${JSON.stringify(id)}; minimizeMTTR and minMigrations are understood`);
}

function readMapping(mapping: Json): { nodes: readonly BtrNode[]; vms: readonly BtrVm[] } {
  const nodes: BtrNode[] = [];
  const vms: BtrVm[] = [];
  for (const [key, value] of Object.entries(record(mapping["onlineNodes"], "model.mapping.onlineNodes"))) {
    const path = `model.mapping.onlineNodes.${key}`;
    const id = Number(key);
    if (!Number.isSafeInteger(id) || id < 0) throw new InstanceFault(`${path} is no number of a node`);
    const node = record(value, path);
    nodes.push({ id, online: true });
    for (const vm of wholes(node["runningVMs"] ?? [], `${path}.runningVMs`)) vms.push({ id: vm, state: "running", node: id });
    for (const vm of wholes(node["sleepingVMs"] ?? [], `${path}.sleepingVMs`)) vms.push({ id: vm, state: "sleeping", node: id });
  }
  for (const id of wholes(mapping["offlineNodes"] ?? [], "model.mapping.offlineNodes")) nodes.push({ id, online: false });
  for (const id of wholes(mapping["readyVMs"] ?? [], "model.mapping.readyVMs")) vms.push({ id, state: "ready", node: null });
  return { nodes: sorted(nodes, "node"), vms: sorted(vms, "vm") };
}

function sorted<Item extends { readonly id: number }>(items: Item[], sort: string): readonly Item[] {
  items.sort((a, b) => a.id - b.id);
  const twice = items.find(({ id }, i) => items[i + 1]?.id === id);
  if (twice !== undefined) throw new InstanceFault(`model.mapping has ${sort} ${twice.id} twice`);
  return items;
}

function readResource(view: Json, path: string): BtrResource {
  return {
    id: text(view["rcId"], `${path}.rcId`),
    capacities: numbered(view["nodes"] ?? {}, `${path}.nodes`), capacityElse: whole(view["defCapacity"] ?? 0, `${path}.defCapacity`),
    uses: numbered(view["vms"] ?? {}, `${path}.vms`), useElse: whole(view["defConsumption"] ?? 0, `${path}.defConsumption`),
  };
}

/** Attributes that are whole numbers; others are no durations. */
function readDurations(value: unknown, path: string): Durations {
  const durations = new Map<number, ReadonlyMap<string, number>>();
  for (const [key, attributes] of Object.entries(record(value ?? {}, path))) {
    const named = new Map<string, number>();
    for (const [name, seconds] of Object.entries(record(attributes, `${path}.${key}`))) {
      if (typeof seconds === "number" && Number.isSafeInteger(seconds) && seconds > 0) named.set(name, seconds);
    }
    durations.set(Number(key), named);
  }
  return durations;
}

type Parts = readonly (readonly number[])[];

/** What constraints may name. */
class Known {
  readonly vms: ReadonlySet<number>;
  readonly nodes: ReadonlySet<number>;
  readonly resources: ReadonlySet<string>;
  #lastParts: Parts = [];

  constructor(vms: readonly BtrVm[], nodes: readonly BtrNode[], resources: readonly BtrResource[]) {
    this.vms = new Set(vms.map(({ id }) => id));
    this.nodes = new Set(nodes.map(({ id }) => id));
    this.resources = new Set(resources.map(({ id }) => id));
  }

  /** Thousands of constraints repeat the same parts, and equal ones become the same object. */
  partsOf(raw: readonly unknown[], sort: "vms" | "nodes", path: string): Parts {
    const last = this.#lastParts;
    if (raw.length === last.length && raw.every((part, p) => Array.isArray(part) && areSame(part, last[p] ?? []))) return last;
    const parts = raw.map((part, p) => wholes(part, `${path}.parts[${p}]`));
    for (const part of parts) {
      const stranger = part.find((each) => !this[sort].has(each));
      if (stranger !== undefined) throw new InstanceFault(`${path}.parts names ${stranger}, which is not one of the ${sort} of model.mapping`);
    }
    this.#lastParts = parts;
    return parts;
  }
}

function areSame(a: readonly unknown[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function readConstraint(raw: Json, path: string, known: Known): BtrConstraint {
  const { id } = raw;
  if (typeof id !== "string" || !isKnown(id)) {
    throw new InstanceFault(`${path} has the id ${JSON.stringify(id)}, which is not understood; these are: ${constraintIds.join(", ")}`);
  }
  const fields: readonly string[] = fieldsOf[id];
  const vms = fields.includes("vms") ? wholes(raw["vms"], `${path}.vms`) : fields.includes("vm") ? oneOrMore(raw, "vm", path) : [];
  const nodes = fields.includes("nodes") ? wholes(raw["nodes"], `${path}.nodes`) : fields.includes("node") ? oneOrMore(raw, "node", path) : [];
  const parts = fields.includes("parts") ? known.partsOf(list(raw["parts"], `${path}.parts`), id === "split" ? "vms" : "nodes", path) : [];
  const resource = fields.includes("rc") ? text(raw["rc"], `${path}.rc`) : "";
  const stranger = vms.find((vm) => !known.vms.has(vm)) ?? nodes.find((node) => !known.nodes.has(node));
  if (stranger !== undefined) throw new InstanceFault(`${path} (${id}) names ${stranger}, which model.mapping does not have`);
  if (resource !== "" && !known.resources.has(resource)) throw new InstanceFault(`${path} (${id}) names the resource ${resource}, which no view has`);
  return {
    id, continuous: raw["continuous"] === true, vms, nodes, parts, resource,
    amount: fields.includes("amount") ? whole(raw["amount"], `${path}.amount`) : 0,
    ratio: fields.includes("ratio") ? positive(raw["ratio"], `${path}.ratio`) : 1,
  };
}

function isKnown(id: string): id is ConstraintId {
  return Object.hasOwn(fieldsOf, id);
}

/** `vm: 3`, or `vms: [3, 4]` as older files write it. */
function oneOrMore(raw: Json, name: "vm" | "node", path: string): readonly number[] {
  return raw[name] === undefined ? wholes(raw[`${name}s`], `${path}.${name}`) : [whole(raw[name], `${path}.${name}`)];
}

function numbered(value: unknown, path: string): ReadonlyMap<number, number> {
  return new Map(Object.entries(record(value, path)).map(([key, amount]) => [Number(key), whole(amount, `${path}.${key}`)]));
}

function record(value: unknown, path: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new InstanceFault(`${path} should be an object`);
}

function list(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new InstanceFault(`${path} should be a list`);
}

function wholes(value: unknown, path: string): readonly number[] {
  const items = list(value, path);
  for (const item of items) whole(item, path);
  return items as readonly number[];
}

function whole(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InstanceFault(`${path} should be a whole number from 0, not ${JSON.stringify(value)}`);
}

function positive(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new InstanceFault(`${path} should be a number above 0, not ${JSON.stringify(value)}`);
}

function text(value: unknown, path: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new InstanceFault(`${path} should be a text, not ${JSON.stringify(value)}`);
}
