import { Type, type Static } from "typebox";
import type { Instant } from "../../model/snapshot.ts";
import { hostAlone } from "../alone.ts";
import type { ConstraintKind, Part, Violation } from "../constraint.ts";

const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));

const parameters = Type.Object({
  perHostIn: limit("Moves at once onto one host."),
  perHostOut: limit("Moves at once away from one host."),
  perSiteLink: limit("Moves at once between two sites."),
  total: limit("Moves at once in all."),
}, { additionalProperties: false });

const limitNames = ["perHostIn", "perHostOut", "perSiteLink", "total"] as const;

/** What a limit on moves at once counts. */
export type MoveLimitName = (typeof limitNames)[number];

/** One limit on how many moves are under way at once. */
export interface ParallelismLimit {
  readonly counts: MoveLimitName;
  readonly atMost: number;
  /** Moves of these workloads count; 1 for each. Null: of all. */
  readonly workloads: Uint8Array | null;
  /** Moves that touch these hosts count; 1 for each. Null: all. */
  readonly hosts: Uint8Array | null;
}

/** A limit where it is looked at: at one host when it counts by host, so that an action asks about its own hosts only. */
export interface ParallelismParams {
  readonly limit: ParallelismLimit;
  /** -1: everywhere. */
  readonly host: number;
}

/** Only so many moves are under way at once. Starting a new workload is none, unless data are copied for it. */
export const parallelism: ConstraintKind<Static<typeof parameters>, ParallelismParams> = {
  name: "parallelism",
  meaning: "at each instant: |{moves under way to h}| <= perHostIn, from h <= perHostOut, between two sites <= perSiteLink, in all <= total",
  parameters,
  selectors: {},
  subject: "plan",
  holds: { default: "continuously", allowed: ["continuously"] },
  monotone: true,
  aboutTheWay: true,

  faults({ raw }) {
    if (limitNames.some((name) => raw[name] !== undefined)) return [];
    return [{ parameter: "total", message: "parallelism without any limit says nothing", advice: `Give one of ${limitNames.join(", ")}.` }];
  },

  parts({ raw, workloads, hosts, index }): readonly Part<ParallelismParams>[] {
    const scope = {
      workloads: maskOf(workloads, index.workloads.length),
      hosts: maskOf(hosts, index.hosts.length),
    };
    return limitNames.flatMap((counts): readonly Part<ParallelismParams>[] => {
      const atMost = raw[counts];
      if (atMost === undefined) return [];
      const limit = { counts, atMost, ...scope };
      if (counts === "perSiteLink" || counts === "total") return [{ params: { limit, host: -1 }, subject: counts, workloads: null, hosts: null }];
      return index.hosts.flatMap(({ id }, h) => scope.hosts !== null && scope.hosts[h] !== 1 ? [] : [{
        params: { limit, host: h }, subject: `${counts} ${id}`, workloads: null, hosts: hostAlone(index, h),
      }]);
    });
  },

  check({ limit: { counts, atMost, workloads, hosts }, host: only }, instant) {
    const moves = new Map<string, number[]>();
    for (const w of only < 0 ? instant.underWay() : instant.present(only)) {
      const { host, arriving } = instant.where(w);
      if (arriving < 0 || (workloads !== null && workloads[w] !== 1)) continue;
      if (only >= 0 && only !== (counts === "perHostIn" ? arriving : host)) continue;
      const key = placeOf(counts, host, arriving, hosts, instant);
      if (key === null) continue;
      const known = moves.get(key);
      if (known === undefined) moves.set(key, [w]);
      else known.push(w);
    }
    return [...moves].filter(([, under]) => under.length > atMost).map(([key, under]): Violation => ({
      key, amount: under.length - atMost, workloads: under, hosts: [], value: under.length, limit: atMost,
    }));
  },

  lower: () => [],

  explain: (_, { key, value, limit: most }) => `${value} ${key} at once, at most ${most} may be under way`,
};

/** What a move counts against: the words of its host, of its pair of sites, or of the whole; null for nothing. */
function placeOf(counts: MoveLimitName, from: number, to: number, hosts: Uint8Array | null, { index }: Instant): string | null {
  const counted = (h: number): boolean => h >= 0 && (hosts === null || hosts[h] === 1);
  switch (counts) {
    case "perHostIn": return counted(to) ? `moves to host ${index.hosts[to]?.id}` : null;
    case "perHostOut": return counted(from) ? `moves from host ${index.hosts[from]?.id}` : null;
    case "perSiteLink": {
      const [a, b] = [index.hosts[from]?.site, index.hosts[to]?.site];
      if (a === undefined || b === undefined || a === b || !(counted(from) || counted(to))) return null;
      return `moves between sites ${a < b ? `${a} and ${b}` : `${b} and ${a}`}`;
    }
    case "total": return counted(from) || counted(to) ? "moves in all" : null;
  }
}

/** 1 for each chosen element; null when nothing was chosen or everything was. */
function maskOf(chosen: Int32Array, count: number): Uint8Array | null {
  if (chosen.length === 0 || chosen.length === count) return null;
  const mask = new Uint8Array(count);
  for (const each of chosen) mask[each] = 1;
  return mask;
}
