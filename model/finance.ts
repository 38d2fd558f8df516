import type { ApplicationId, ServiceId, WorkloadId } from "./ids.ts";

/** What reservations and use are charged by: what was promised, what was used, or the greater of the two at each instant. */
export const chargeBases = ["reserved", "used", "greater"] as const;
export type ChargeBasis = (typeof chargeBases)[number];

/**
 * Who pays for what nobody holds of a host. `kept`: nobody, it is shown by itself. `proportional`: those who were there,
 * by what they held of the host over the time. `even`: the same for each who was there, by time. `fixed`: by agreed shares.
 */
export const idleMethods = ["kept", "proportional", "even", "fixed"] as const;
export type IdleMethod = (typeof idleMethods)[number];

/** For room kept free for failover also `requester`: those whose policy asks for it. */
export const reserveMethods = ["kept", "proportional", "even", "fixed", "requester"] as const;
export type ReserveMethod = (typeof reserveMethods)[number];

/** How an application that belongs to several services is divided: the same for each, or by what each costs beside it. */
export const serviceMethods = ["even", "own-cost"] as const;
export type ServiceMethod = (typeof serviceMethods)[number];

/** An agreed part of what nobody holds; parts beyond those that are named are kept. */
export interface FixedShare {
  readonly name: string;
  readonly workloads: readonly WorkloadId[];
  readonly permille: number;
}

/** An application whose services have agreed on their parts; a service that is not named pays nothing of it. */
export interface AgreedParts {
  readonly application: ApplicationId;
  readonly parts: readonly { readonly service: ServiceId; readonly permille: number }[];
}

/** A licence that is paid for as long as one of its workloads is there: for each host, each core of the host, or each workload. */
export interface Licence {
  readonly name: string;
  readonly per: "host" | "core" | "workload";
  readonly microsPerMonth: number;
  readonly workloads: readonly WorkloadId[];
}

/** What costs may be grouped by. */
export const costKinds = ["host", "workload", "application", "service", "site", "team"] as const;
export type CostKind = (typeof costKinds)[number];

/** Money that may be spent, from one instant up to another. */
export interface Budget {
  readonly name: string;
  readonly micros: number;
  readonly from: string;
  readonly to: string;
  /** Null: all that the fleet costs. */
  readonly about: { readonly kind: CostKind; readonly id: string } | null;
}

/** What a scenario says about money beyond prices. */
export interface Finance {
  readonly basis: ChargeBasis;
  readonly idle: IdleMethod;
  readonly reserve: ReserveMethod;
  readonly fixedShares: readonly FixedShare[];
  readonly services: ServiceMethod;
  readonly agreedParts: readonly AgreedParts[];
  /** The label of workloads, services and hosts that names a team. */
  readonly teamLabel: string;
  readonly budgets: readonly Budget[];
}

export const defaultFinance: Finance = {
  basis: "reserved", idle: "proportional", reserve: "requester", fixedShares: [], services: "even", agreedParts: [], teamLabel: "team", budgets: [],
};

/** Hours of a month in bills: a year of 365 days divided by twelve. */
export const hoursPerMonth = 730;
