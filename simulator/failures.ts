import { Random } from "../model/random.ts";
import { domainOf } from "../model/fleet.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { FailureProcess, FailureScope } from "../model/simulation.ts";
import { drawMs } from "./chance.ts";

/** A failure that is known beforehand; times since the simulation began. */
export interface GivenFailure {
  readonly atMs: number;
  readonly scope: FailureScope;
  readonly repairMs: number;
}

/** Hosts that a scope takes down; none for a link. */
export function hostsOf(scope: FailureScope, index: FleetIndex): readonly number[] {
  switch (scope.kind) {
    case "host": return [index.hostIndex.get(scope.host) ?? -1].filter((h) => h >= 0);
    case "domain": return index.hosts.flatMap((host, h) => (domainOf(host, scope.key) === scope.value ? [h] : []));
    case "link": return [];
  }
}

/** The scope in words. */
export function scopeInWords(scope: FailureScope): string {
  switch (scope.kind) {
    case "host": return `host ${scope.host}`;
    case "domain": return `${scope.key} ${scope.value}`;
    case "link": return `the link between ${scope.a} and ${scope.b}`;
  }
}

/** One turn of a host under a process. */
export interface Turn {
  readonly lifetimeMs: number;
  readonly repairMs: number;
}

/** What fails as one under a process: a host, or all of a domain. */
interface Unit {
  readonly process: FailureProcess;
  readonly random: Random;
  readonly hosts: readonly number[];
  readonly because: string;
  next: number;
}

/**
 * The turns of everything that fails by itself. Each unit of each process has a stream of its own, so that what happens to
 * one does not depend on anything else: scenarios that differ in placement see the same failures.
 */
export class FailureTurns {
  readonly #units: readonly Unit[];

  constructor(index: FleetIndex, processes: readonly FailureProcess[], random: Random) {
    const units = processes.flatMap((process) => unitsOf(process, index, random.split()));
    this.#units = units.sort((a, b) => (a.hosts[0] ?? 0) - (b.hosts[0] ?? 0));
  }

  /** How many units there are; they are numbered from 0. */
  get count(): number {
    return this.#units.length;
  }

  hostsOf(unit: number): readonly number[] {
    return this.#units[unit]?.hosts ?? [];
  }

  /** Why the hosts of a unit fail, in words. */
  because(unit: number): string {
    return this.#units[unit]?.because ?? "it failed";
  }

  /** The next turn of a unit; null when it fails no more. */
  next(number: number): Turn | null {
    const unit = this.#units[number];
    if (unit === undefined) return null;
    const { process, random } = unit;
    if (process.kind === "drawn") return { lifetimeMs: drawMs(process.lifetime, random), repairMs: drawMs(process.repair, random) };
    const place = process.repeat && process.turns.length > 0 ? unit.next % process.turns.length : unit.next;
    unit.next++;
    const turn = process.turns[place];
    return turn === undefined ? null : { lifetimeMs: turn.afterMs, repairMs: turn.repairMs };
  }
}

/** Streams are drawn for all hosts, or all domains, of a fleet: those that are not chosen change nothing for the others. */
function unitsOf(process: FailureProcess, index: FleetIndex, random: Random): readonly Unit[] {
  const { together } = process;
  const isChosen = (h: number): boolean => process.hosts === "all" || process.hosts.some((id) => id === index.hosts[h]?.id);
  if (together === undefined) {
    return index.hosts.map((_, h): Unit => ({ process, random: random.split(), hosts: [h], because: "it failed", next: 0 })).filter(({ hosts: [h = -1] }) => isChosen(h));
  }
  const values = [...new Set(index.hosts.flatMap((host) => domainOf(host, together) ?? []))].sort();
  return values.map((value): Unit => {
    const scope = { kind: "domain", key: together, value } as const;
    return { process, random: random.split(), hosts: hostsOf(scope, index).filter(isChosen), because: `${scopeInWords(scope)} failed`, next: 0 };
  }).filter(({ hosts }) => hosts.length > 0);
}
