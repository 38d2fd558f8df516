import type { ResourceKind } from "../model/resource.ts";

/**
 * Forms: the few shapes that all placement rules lower to. Both engines understand forms and nothing else, so a new
 * rule costs one file and no engine change. A form is data: dense indices into a FleetIndex.
 *
 * Each form has an `amount`: 0 when kept, a whole number that grows with the breach. For every catalogue entry the
 * sum of its forms' amounts equals the sum of the amounts that its `check` finds on the settled placement (a
 * contract test holds this). `n_d` is the number of placed members in domain d. Hosts with domain -1 are in none.
 */
export type Form =
  | AllowForm | FillForm | PackForm | DomainsForm | TogetherForm | ExclusiveForm | NearForm | SkewForm | LinearForm | SurviveForm;

/** A workload may only be on some hosts. amount = 1 when it is placed on another one. */
export interface AllowForm {
  readonly kind: "allow";
  readonly workload: number;
  /** 1 for each allowed host. One array is shared by all workloads with the same needs. */
  readonly allowed: Uint8Array;
  /** 1 for each host on which it may be once it starts anew, lost with its host; absent when that changes nothing. */
  readonly allowedAnew?: Uint8Array;
}

/**
 * One pool of hosts with one limit, e.g. a resource of a host: amount = max(0, sum of sizes of members on the hosts - limit).
 * `members`, `sizes` and `home` are the same arrays (identical objects) in all forms about one resource, so that an engine
 * can keep them as one dense table of hosts by resources.
 */
export interface FillForm {
  readonly kind: "fill";
  readonly members: Int32Array;
  /** Per member, whole numbers >= 0. */
  readonly sizes: Float64Array;
  readonly hosts: Int32Array;
  readonly limit: number;
  /**
   * Per member, the host on which its size counts wherever it is, and once only when it is there: the place that it
   * keeps while everybody moves at once; -1 for none. Absent when sizes count only where members are.
   */
  readonly home?: Int32Array;
  /** The resource when the sizes are reservations of one: how it counts while a workload is under way. */
  readonly resource?: ResourceKind;
}

/** Sizes of the members in each domain stay within its limit. amount = sum over d of max(0, load_d - limit_d). */
export interface PackForm {
  readonly kind: "pack";
  readonly members: Int32Array;
  /** Per member, whole numbers >= 0. */
  readonly sizes: Float64Array;
  /** Per host. */
  readonly domainOfHost: Int32Array;
  /** Per domain. May be negative when even nothing is too much. */
  readonly limits: Float64Array;
}

/**
 * Distinct domains that members use. With u = domains d with n_d > 0 or alwaysUsed[d], and p placed members:
 * amount = max(0, min(atLeast, p) - u) + max(0, u - atMost).
 */
export interface DomainsForm {
  readonly kind: "domains";
  readonly members: Int32Array;
  readonly domainOfHost: Int32Array;
  readonly domainCount: number;
  readonly atLeast: number;
  readonly atMost: number;
  /** Per domain: 1 when it counts as used whatever is there; null for none. */
  readonly alwaysUsed: Uint8Array | null;
}

/** All placed members in one domain. amount = p - max over d of n_d (hosts with domain -1 count in p only). */
export interface TogetherForm {
  readonly kind: "together";
  readonly members: Int32Array;
  readonly domainOfHost: Int32Array;
  readonly domainCount: number;
}

/** Two groups share no domain. amount = sum over d of min(a_d, b_d). */
export interface ExclusiveForm {
  readonly kind: "exclusive";
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly domainOfHost: Int32Array;
  readonly domainCount: number;
}

/** Where one of `members` is, one of `near` is too. amount = sum over d with near_d = 0 of n_d, plus members on domain -1. */
export interface NearForm {
  readonly kind: "near";
  readonly members: Int32Array;
  readonly near: Int32Array;
  readonly domainOfHost: Int32Array;
  readonly domainCount: number;
}

/** Evenness. amount = max(0, max n_d - min n_d - atMost) over all domains 0..domainCount-1. */
export interface SkewForm {
  readonly kind: "skew";
  readonly members: Int32Array;
  readonly domainOfHost: Int32Array;
  readonly domainCount: number;
  readonly atMost: number;
}

/**
 * A sum stays within a limit: amount = max(0, base + sum over placed members of at(w, h) + sum over on-hosts of on(h) - limit).
 * A host is on by `hostIsOnWhen`, and counts only when `hosts[h]` is 1. All values are whole numbers, possibly negative.
 */
export interface LinearForm {
  readonly kind: "linear";
  readonly members: Int32Array;
  at(workload: number, host: number): number;
  /** 1 for each host whose `on` counts; null when none does. */
  readonly hosts: Uint8Array | null;
  on(host: number): number;
  readonly base: number;
  readonly limit: number;
}

/**
 * Failover: for each loss (a set of hosts), the placed workloads that ran there can be put on the hosts left, all
 * together and everybody else unmoved, so that every form of `keep` still has amount 0 (or no more than before the
 * loss), where an allow form means what it says of one that starts anew. amount = number of losses for which that is
 * not shown.
 */
export interface SurviveForm {
  readonly kind: "survive";
  /** Each a list of host indices lost together. */
  readonly losses: readonly Int32Array[];
  /** Hosts that may take over; 1 each. */
  readonly takers: Uint8Array;
  /** Workloads that must be carried on. */
  readonly members: Int32Array;
  /** The musts that must hold after it; filled in by the compiler, without other survive forms. */
  keep(): readonly Form[];
}
