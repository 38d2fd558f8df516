import { parseDocument } from "yaml";

/** A host as a rule case describes it. Amounts are whole: millicores, MiB, thousandths of a per cent. */
export interface CaseNode {
  readonly name: string;
  readonly cpuMillicores: number;
  readonly memoryMiB: number;
  readonly reserveCpuMillicores: number;
  readonly reserveMemoryMiB: number;
  /** What is free now, less what is kept back, by name of the storage; null when the node lists no storage. */
  readonly freeStorageMiB: ReadonlyMap<string, number> | null;
  readonly pressure: Pressures;
  /** In maintenance, or to be evacuated: it must end empty. */
  readonly closed: boolean;
}

export interface CaseVm {
  readonly name: string;
  readonly node: string;
  readonly cpuMillicores: number;
  readonly cpuUseMillicores: number;
  readonly memoryMiB: number;
  readonly disksMiB: ReadonlyMap<string, number>;
  readonly pressure: Pressures;
  /** 1 low, 2 normal, 3 high. */
  readonly priority: number;
}

/** Stall information of the kernel: the share of time in which something waited, in thousandths of a per cent. */
export interface Pressures {
  readonly cpu: number;
  readonly memory: number;
  readonly io: number;
}

/** What a case asks of the placement; `hard` must hold, the rest should. */
export interface CaseRules {
  readonly together: readonly { readonly name: string; readonly vms: readonly string[]; readonly hard: boolean }[];
  /** `always`: on the way too, not only at the end. */
  readonly apart: readonly { readonly name: string; readonly vms: readonly string[]; readonly hard: boolean; readonly always: boolean }[];
  readonly pins: readonly { readonly vm: string; readonly nodes: readonly string[]; readonly hard: boolean }[];
  /** These do not move. */
  readonly fixed: readonly string[];
}

export interface CaseBalancing {
  readonly method: string;
  readonly mode: string;
  /** 1: only moves that a rule asks for; 5: balance eagerly. */
  readonly balanciness: number;
  readonly cpuOvercommitPermille: number;
  readonly weights: Readonly<Record<string, number>>;
  /** Explicit weight of balance and of staying put; null when the balanciness decides. */
  readonly balanceWeight: number | null;
  readonly stayWeight: number | null;
  /** Per cent by resource: unless a node uses more of one of them, nothing is balanced. */
  readonly thresholds: ReadonlyMap<"memoryMiB" | "cpuMillicores", number>;
  readonly movesAtOnceMax: number | null;
  readonly inflowMax: number;
}

export interface CaseExpectation {
  readonly feasible: boolean;
  readonly constraintsSatisfied: boolean | null;
  readonly spreadImproved: boolean | null;
  readonly maxMigrations: number | null;
  /** VM to node, or to `== other`, `!= other`. */
  readonly placements: ReadonlyMap<string, string>;
  readonly emptyNodes: readonly string[];
  readonly pathFeasible: boolean | null;
  /** Keys that nothing here understands: reported, so that nobody takes them for checked. */
  readonly unknown: readonly string[];
}

export interface RuleCase {
  readonly name: string;
  readonly nodes: readonly CaseNode[];
  readonly vms: readonly CaseVm[];
  readonly rules: CaseRules;
  readonly balancing: CaseBalancing;
  readonly expect: CaseExpectation;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a rule case; throws with words for the person who wrote it. */
export function readCase(text: string): RuleCase {
  const document = parseDocument(text);
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw new Error(fault.message);
  const data = fields(document.toJS({ maxAliasCount: 100 }), "the file");
  const evacuated = new Set(list(data["evacuate_node"]).map((value) => word(value, "a name")));
  const nodes = entries(data["nodes"], "nodes").map(([name, node]) => nodeOf(name, node, evacuated.has(name)));
  const vmFields = entries(data["vms"], "vms");
  const vms = vmFields.map(([name, vm]) => vmOf(name, vm));
  const known = new Set(nodes.map(({ name }) => name));
  for (const { name, node } of vms) {
    if (!known.has(node)) throw new Error(`VM ${name} is on ${node}, which is not among the nodes`);
  }
  for (const name of evacuated) {
    if (!known.has(name)) throw new Error(`evacuate_node ${name} is not among the nodes`);
  }
  return {
    name: word(data["name"] ?? "", "name"),
    nodes,
    vms,
    rules: rulesOf(optionalFields(data["constraints"]), vmFields, new Set(vms.map(({ name }) => name))),
    balancing: balancingOf(optionalFields(data["balancing"])),
    expect: expectationOf(optionalFields(data["expect"])),
  };
}

function nodeOf(name: string, node: Fields, evacuated: boolean): CaseNode {
  const reserve = optionalFields(node["reserve"]);
  const kept = storages(reserve["storage_gb"]);
  const free = node["storage_free"] === undefined || node["storage_free"] === null ? null : storages(node["storage_free"]);
  const cpuMillicores = thousandths(node["cpu_total"], `cpu_total of ${name}`);
  const memoryMiB = mebibytes(node["memory_total_gb"], `memory_total_gb of ${name}`);
  return {
    name,
    cpuMillicores,
    memoryMiB,
    // Nobody can keep back more than there is.
    reserveCpuMillicores: Math.min(cpuMillicores, thousandths(reserve["cpu"] ?? 0, `reserve of ${name}`)),
    reserveMemoryMiB: Math.min(memoryMiB, mebibytes(reserve["memory_gb"] ?? 0, `reserve of ${name}`)),
    freeStorageMiB: free && new Map([...free].map(([storage, amount]) => [storage, Math.max(0, amount - (kept.get(storage) ?? 0))])),
    pressure: pressures(node, name),
    closed: node["maintenance"] === true || evacuated,
  };
}

function vmOf(name: string, vm: Fields): CaseVm {
  const cpuMillicores = thousandths(vm["cpu"], `cpu of ${name}`);
  return {
    name,
    node: word(vm["node"], `node of ${name}`),
    cpuMillicores,
    cpuUseMillicores: vm["cpu_usage"] === undefined ? cpuMillicores : thousandths(vm["cpu_usage"], `cpu_usage of ${name}`),
    memoryMiB: mebibytes(vm["memory_gb"], `memory_gb of ${name}`),
    disksMiB: storages(vm["disks"]),
    pressure: pressures(vm, name),
    priority: number(vm["priority"] ?? 2, `priority of ${name}`),
  };
}

function pressures(of: Fields, name: string): Pressures {
  const read = (key: string): number => thousandths(of[key] ?? 0, `${key} of ${name}`);
  return { cpu: read("cpu_pressure"), memory: read("memory_pressure"), io: read("io_pressure") };
}

/** Rules as written and rules from tags; rules about VMs that are not there concern those that are. */
function rulesOf(written: Fields, vms: readonly (readonly [string, Fields])[], known: ReadonlySet<string>): CaseRules {
  const tags = vms.flatMap(([vm, of]) => list(of["tags"]).map((tag) => ({ vm, tag: word(tag, "a tag") })));
  const grouped = (prefix: string): { name: string; vms: string[] }[] => {
    const groups = new Map<string, string[]>();
    for (const { vm, tag } of tags) {
      if (tag.startsWith(prefix)) groups.set(tag, [...(groups.get(tag) ?? []), vm]);
    }
    return [...groups].map(([name, members]) => ({ name, vms: members }));
  };
  const groups = (key: "affinity" | "anti_affinity") => [
    ...list(written[key]).map((rule) => fields(rule, key)).map((rule, i) => ({
      name: word(rule["name"] ?? `${key} ${i + 1}`, "name"), vms: list(rule["vms"]).map((value) => word(value, "a name")),
      hard: rule["hard"] !== false, always: rule["origin"] === "pve",
    })),
    ...grouped(`plb_${key}_`).map(({ name, vms }) => ({ name, vms, hard: true, always: false })),
  ].map(({ name, vms, hard, always }) => ({ name, hard, always, vms: [...new Set(vms)].filter((vm) => known.has(vm)) })).filter(({ vms }) => vms.length > 1);
  const pins = [
    ...list(written["pin"]).map((rule) => fields(rule, "pin")).map((rule) => ({
      vm: word(rule["vm"], "vm of a pin"), nodes: list(rule["nodes"]).map((value) => word(value, "a name")), hard: rule["hard"] !== false && rule["strict"] !== false,
    })),
    ...pinTags(tags),
  ];
  const fixed = [
    ...list(written["ignore"]).map((entry) => (typeof entry === "object" && entry !== null ? word(fields(entry, "ignore")["vm"], "vm to ignore") : word(entry, "VM to ignore"))),
    ...tags.filter(({ tag }) => tag.startsWith("plb_ignore")).map(({ vm }) => vm),
  ];
  return {
    together: distinct(groups("affinity")),
    apart: distinct(groups("anti_affinity")),
    pins: pins.filter(({ vm }) => known.has(vm)),
    fixed: [...new Set(fixed)].filter((vm) => known.has(vm)),
  };
}

/** Several pin tags of one VM name its nodes together. */
function pinTags(tags: readonly { vm: string; tag: string }[]): { vm: string; nodes: string[]; hard: boolean }[] {
  const nodesOf = new Map<string, string[]>();
  for (const { vm, tag } of tags) {
    if (tag.startsWith("plb_pin_")) nodesOf.set(vm, [...(nodesOf.get(vm) ?? []), tag.slice("plb_pin_".length)]);
  }
  return [...nodesOf].map(([vm, nodes]) => ({ vm, nodes, hard: true }));
}

/** Each set of VMs once; the strictest of its rules counts. */
function distinct<Group extends { vms: readonly string[]; hard: boolean; always: boolean }>(groups: readonly Group[]): readonly Group[] {
  const strictest = new Map<string, Group>();
  const rank = ({ hard, always }: Group): number => (hard ? 2 : 0) + (always ? 1 : 0);
  for (const group of groups) {
    const key = JSON.stringify([...group.vms].sort());
    const known = strictest.get(key);
    if (known === undefined || rank(group) > rank(known)) strictest.set(key, group);
  }
  return [...strictest.values()];
}

const smartWeights = {
  w_cpu_usage: 1, w_cpu_psi: 2, w_mem_usage: 1, w_mem_psi: 2, w_io_usage: 1, w_io_psi: 2, w_global_mem: 10, w_global_cpu: 5, w_global_io: 1,
} as const;

function balancingOf(of: Fields): CaseBalancing {
  const read = (key: string): number | null => (of[key] === undefined || of[key] === null ? null : number(of[key], key));
  const method = word(of["method"] ?? "memory", "method");
  const thresholds = ([["memoryMiB", read("memory_threshold")], ["cpuMillicores", read("cpu_threshold")]] as const)
    .flatMap(([resource, percent]) => (percent === null ? [] : [[resource, percent] as const]));
  return {
    method,
    mode: word(of["mode"] ?? "used", "mode"),
    balanciness: read("balanciness") ?? 3,
    cpuOvercommitPermille: thousandths(of["cpu_overcommit"] ?? 2, "cpu_overcommit"),
    weights: Object.fromEntries(Object.entries(smartWeights).map(([key, usual]) => [key, read(key) ?? usual])),
    balanceWeight: read("w_balance"),
    stayWeight: read("w_stickiness"),
    thresholds: new Map(thresholds),
    movesAtOnceMax: read("max_parallel_migrations"),
    inflowMax: read("max_node_inflow") ?? 1,
  };
}

const understood = new Set(["feasible", "constraints_satisfied", "spread_improved", "max_migrations", "placements", "node_empty", "path_feasible"]);

function expectationOf(of: Fields): CaseExpectation {
  const verdict = (key: string): boolean | null => (typeof of[key] === "boolean" ? of[key] : null);
  return {
    feasible: verdict("feasible") ?? true,
    constraintsSatisfied: verdict("constraints_satisfied"),
    spreadImproved: verdict("spread_improved"),
    maxMigrations: of["max_migrations"] === undefined || of["max_migrations"] === null ? null : number(of["max_migrations"], "max_migrations"),
    placements: new Map(Object.entries(optionalFields(of["placements"])).map(([vm, where]) => [vm, word(where, `placement of ${vm}`)])),
    emptyNodes: list(of["node_empty"]).map((value) => word(value, "a name")),
    pathFeasible: verdict("path_feasible"),
    unknown: Object.keys(of).filter((key) => !understood.has(key)),
  };
}

function storages(value: unknown): ReadonlyMap<string, number> {
  return new Map(Object.entries(optionalFields(value)).map(([name, gigabytes]) => [name, mebibytes(gigabytes, `storage ${name}`)]));
}

function mebibytes(gigabytes: unknown, what: string): number {
  return Math.round(number(gigabytes, what) * 1024);
}

function thousandths(value: unknown, what: string): number {
  return Math.round(number(value, what) * 1000);
}

function number(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) throw new Error(`${what} is ${JSON.stringify(value)}, not a number from 0`);
  return value;
}

/** A name: YAML may have read it as a number. */
function word(value: unknown, what: string): string {
  if (typeof value !== "string" && typeof value !== "number") throw new Error(`${what} is ${JSON.stringify(value) ?? "missing"}, not a word`);
  return String(value);
}

function entries(value: unknown, what: string): readonly (readonly [string, Fields])[] {
  return Object.entries(fields(value, what)).map(([name, of]) => [name, fields(of, `${what} ${name}`)]);
}

function fields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${what} must be a map`);
  return value as Fields;
}

function optionalFields(value: unknown): Fields {
  return value === undefined || value === null ? {} : fields(value, "this part");
}

/** A list, a single value as a list of one, nothing as an empty list. */
function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
