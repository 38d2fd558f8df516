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

/**
 * The turns of every host. Each host of each process has a stream of its own, so that what happens to one host does not
 * depend on anything else: scenarios that differ in placement see the same failures.
 */
export class FailureTurns {
  readonly #streams = new Map<number, { readonly process: FailureProcess; readonly random: Random; next: number }[]>();

  constructor(index: FleetIndex, processes: readonly FailureProcess[], random: Random) {
    for (const process of processes) {
      const own = random.split();
      index.hosts.forEach(({ id }, h) => {
        const stream = { process, random: own.split(), next: 0 };
        if (process.hosts !== "all" && !process.hosts.includes(id)) return;
        this.#streams.set(h, [...(this.#streams.get(h) ?? []), stream]);
      });
    }
  }

  /** How many processes a host is under. */
  count(host: number): number {
    return this.#streams.get(host)?.length ?? 0;
  }

  /** The next turn of a host under its process of this number; null when it fails no more. */
  next(host: number, number: number): Turn | null {
    const stream = this.#streams.get(host)?.[number];
    if (stream === undefined) return null;
    const { process, random } = stream;
    if (process.kind === "drawn") return { lifetimeMs: drawMs(process.lifetime, random), repairMs: drawMs(process.repair, random) };
    const place = process.repeat && process.turns.length > 0 ? stream.next % process.turns.length : stream.next;
    stream.next++;
    const turn = process.turns[place];
    return turn === undefined ? null : { lifetimeMs: turn.afterMs, repairMs: turn.repairMs };
  }
}
