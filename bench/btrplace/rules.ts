import type { PolicyId } from "../../model/ids.ts";
import type { Holds, PolicyDocument, Selector } from "../../model/policy.ts";
import type { BtrConstraint } from "./read.ts";

/** Ids of the scenario for the numbers of the instance. */
export interface Names {
  host(node: number): string;
  /** Null for a machine that the scenario leaves out: it is nowhere and stays so. */
  workload(vm: number): string | null;
}

/** What the constraints of an instance become, apart from those that change the fleet itself. */
export interface Rules {
  readonly policies: readonly PolicyDocument[];
  /** Labels by machine, by which policies group them. */
  readonly labels: ReadonlyMap<number, Readonly<Record<string, string>>>;
  /** Domains by node, over which limits are summed. */
  readonly domains: ReadonlyMap<number, Readonly<Record<string, string>>>;
}

/** The resource that counts machines, for limits on how many run somewhere. */
export const machinesResource = "machines";

/**
 * Constraints of one sort become as few policies as possible: the groups of all `spread` are told apart by a label, and
 * one policy holds for each group. A machine in several groups has several labels, and there are as many policies.
 */
export function rulesOf(constraints: readonly BtrConstraint[], names: Names): Rules {
  const sheet = new Sheet(names);
  const grouped = new Map<string, BtrConstraint[]>();
  const fenced = new Map<string, { readonly first: BtrConstraint; readonly vms: number[] }>();
  for (const constraint of constraints) {
    const { id, continuous, parts, nodes } = constraint;
    if (id === "spread" || id === "gather" || id === "among") {
      const key = `${id} ${continuous} ${id === "among" ? partsKey(parts) : ""}`;
      const known = grouped.get(key);
      if (known === undefined) grouped.set(key, [constraint]);
      else known.push(constraint);
    } else if (id === "fence" || id === "ban") {
      const key = `${id} ${continuous} ${nodes.join(" ")}`;
      const known = fenced.get(key) ?? { first: constraint, vms: [] };
      known.vms.push(...constraint.vms);
      fenced.set(key, known);
    } else sheet.addAlone(constraint);
  }
  for (const alike of grouped.values()) sheet.addGroups(alike);
  for (const { first, vms } of fenced.values()) sheet.addPlaces(first, vms);
  sheet.add("moves-at-once", "parallelism", {}, { perHostIn: 1_000_000, perHostOut: 1_000_000 }, null);
  return sheet;
}

const partsKeys = new WeakMap<readonly (readonly number[])[], string>();

function partsKey(parts: readonly (readonly number[])[]): string {
  const known = partsKeys.get(parts) ?? parts.map((part) => part.join(" ")).join(";");
  partsKeys.set(parts, known);
  return known;
}

class Sheet implements Rules {
  readonly policies: PolicyDocument[] = [];
  readonly labels = new Map<number, Record<string, string>>();
  readonly domains = new Map<number, Record<string, string>>();
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  add(name: string, entry: string, select: PolicyDocument["select"], parameters: Readonly<Record<string, unknown>>, holds: Holds | null): void {
    this.policies.push({
      id: `${name}-${this.policies.length + 1}` as PolicyId, title: `${name} of the instance`, why: "The instance says so.", enabled: true,
      select, require: { entry, parameters }, strength: "must", weight: 1, holds, mayBeEmpty: true, exceptions: [], tests: [],
    });
  }

  /** Groups of machines under the same rule. */
  addGroups(alike: readonly BtrConstraint[]): void {
    const [first] = alike;
    if (first === undefined) return;
    const { id, continuous, parts } = first;
    const slots: string[] = [];
    alike.forEach(({ vms }, g) => {
      const members = vms.filter((vm) => this.#names.workload(vm) !== null);
      const free = slots.find((slot) => members.every((vm) => !Object.hasOwn(this.labels.get(vm) ?? {}, slot)));
      const slot = free ?? `${id}-${this.policies.length + 1}-${slots.length + 1}`;
      if (free === undefined) slots.push(slot);
      for (const vm of members) {
        const labels = this.labels.get(vm) ?? {};
        labels[slot] = String(g + 1);
        this.labels.set(vm, labels);
      }
    });
    const parameters = id === "among" ? { groups: parts.filter((part) => part.length > 0).map((part) => this.#hosts(part)) } : {};
    for (const slot of slots) this.add(id, id, { workloads: { everything: true }, groupBy: `label.${slot}` }, parameters, holdsOf(continuous));
  }

  /** Machines that may be, or may not be, on the same nodes. */
  addPlaces({ id, continuous, nodes }: BtrConstraint, vms: readonly number[]): void {
    const workloads = this.#workloads(vms);
    if (workloads !== null && nodes.length > 0) this.add(id, id, { workloads }, { hosts: this.#hosts(nodes) }, holdsOf(continuous));
  }

  /** Rules that stand alone; those that change the fleet itself are no policies. */
  addAlone({ id, continuous, vms, nodes, parts, resource, amount }: BtrConstraint): void {
    const holds = holdsOf(continuous);
    switch (id) {
      case "lonely":
      case "root": {
        const workloads = this.#workloads(vms);
        if (workloads !== null) this.add(id, id, { workloads }, {}, id === "lonely" ? holds : null);
        return;
      }
      case "split": return this.#addSplit(parts, holds);
      case "quarantine": return this.add(id, id, { hosts: this.#hosts(nodes) }, {}, null);
      case "maxOnline": return this.add(id, "max-online", { hosts: this.#hosts(nodes) }, { atMost: amount }, holds);
      case "resourceCapacity": return this.#addCapacity(id, nodes, { resources: [resource], atMost: amount }, holds);
      case "runningCapacity": return this.#addCapacity(id, nodes, { resources: [machinesResource], atMost: amount }, holds);
      case "offline": return;
      case "among": case "ban": case "fence": case "gather": case "spread":
      case "killed": case "online": case "overbook": case "preserve": case "ready": case "running": case "sleeping": return;
    }
  }

  /** Each group apart from those after it. */
  #addSplit(parts: readonly (readonly number[])[], holds: Holds): void {
    const groups = parts.map((part) => this.#workloads(part));
    groups.forEach((group, g) => {
      for (const from of groups.slice(g + 1)) if (group !== null && from !== null) this.add("split", "split", { workloads: group }, { from }, holds);
    });
  }

  /** A limit on what nodes promise together; a domain of their own when they are several. */
  #addCapacity(name: string, nodes: readonly number[], parameters: Readonly<Record<string, unknown>>, holds: Holds): void {
    if (nodes.length === 0) return;
    const key = nodes.length === 1 ? "host" : `pool-${this.policies.length + 1}`;
    if (nodes.length > 1) for (const node of nodes) this.domains.set(node, { ...this.domains.get(node), [key]: "1" });
    this.add(name, "capacity", { hosts: this.#hosts(nodes) }, { ...parameters, perDomain: key }, holds);
  }

  #hosts(nodes: readonly number[]): Selector {
    return { ids: nodes.map((node) => this.#names.host(node)) };
  }

  #workloads(vms: readonly number[]): Selector | null {
    const ids = [...new Set(vms)].map((vm) => this.#names.workload(vm)).filter((id) => id !== null);
    return ids.length === 0 ? null : { ids };
  }
}

function holdsOf(continuous: boolean): Holds {
  return continuous ? "continuously" : "at-end";
}
