/**
 * A placement problem of one shape, as tables: sums of sizes on hosts with soft and hard limits, a cost for being away
 * from home, and the three group rules that large fleets have by the thousand. Everything is one weighted sum, so a
 * placement costs one number. Dimensions that count on both ends come first.
 */
export interface FlatProblem {
  readonly workloadCount: number;
  readonly hostCount: number;
  readonly dimensionCount: number;
  /** The first so many dimensions count on a workload's home too while it is away from it. */
  readonly bothEndsCount: number;
  /** Workloads x dimensions; negative ones only in dimensions without hard limit. */
  readonly sizes: Float64Array;
  /** Hosts x dimensions; what is above it costs `softWeights`. */
  readonly softLimits: Float64Array;
  /** Per dimension; 0 where there is no soft limit. */
  readonly softWeights: Float64Array;
  /** Hosts x dimensions; Infinity where there is none. */
  readonly hardLimits: Float64Array;
  /** Host of each workload now, from which moving costs are counted. */
  readonly home: Int32Array;
  /** Cost of each workload when it is not at home. */
  readonly perMove: Float64Array;
  /** Further cost by target: `weight` x values[row of the workload x hosts + target]. */
  readonly between: { readonly rows: Int32Array; readonly values: Uint8Array | Uint32Array; readonly weight: number } | null;
  /** At most one workload of a group on a host; null when there is no such rule. */
  readonly apart: Grouping | null;
  /** Each group uses at least so many domains. */
  readonly spread: (Grouping & Domains & { readonly atLeast: Int32Array }) | null;
  /** Wherever a member of a group is, each group that it needs has a member in the same domain. */
  readonly near: (Grouping & Domains & { readonly needs: Lists; readonly neededBy: Lists }) | null;
  /** The largest number of members of one group away from home costs `weight` each. */
  readonly mostMoved: (Grouping & { readonly weight: number }) | null;
  /** 1 for each host that a workload may use, null for all of them; null when no workload is restricted. */
  readonly allowed: readonly (Uint8Array | null)[] | null;
}

export interface Grouping {
  /** Per workload, -1 for none. */
  readonly groupOf: Int32Array;
  readonly groupCount: number;
}

export interface Domains {
  /** Per host. */
  readonly domainOf: Int32Array;
  readonly domainCount: number;
}

/** Lists one after the other: list i is items[starts[i]] to items[starts[i + 1] - 1]. */
export interface Lists {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}
