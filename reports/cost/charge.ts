import type { Labels } from "../../model/fleet.ts";
import type { ApplicationId, HostId, ServiceId, SiteId, WorkloadId } from "../../model/ids.ts";
import type { Rational } from "./rational.ts";

/** From one instant up to another, the end not included: milliseconds since 1970 UTC. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * What is paid for. `host`: being switched on, the part that somebody held. `compute`: processors and memory, by their
 * prices. `power`: electricity. `idle` and `reserve`: what nobody held of a host and its idle power; `reserve` is the
 * part of it that policies ask to keep free.
 */
export const chargeCategories = ["host", "compute", "power", "storage", "transfer", "licence", "idle", "reserve"] as const;
export type ChargeCategory = (typeof chargeCategories)[number];

/** What exactly, within a category; licences have their own names in `detail`. */
export type ChargeItem =
  | "host-time" | "processor" | "memory" | "power-used" | "power-held" | "storage" | "traffic" | "move" | "licence"
  | "idle-host" | "idle-power" | "reserve-host" | "reserve-power";

/** How a charge came to whom it is charged to. */
export type Sharing =
  /** By its own reservation, use or presence. */
  | "metered"
  /** Its part of a host: the largest part of any resource that it reserved or used, over the time. */
  | "held"
  | "proportional" | "even" | "fixed" | "requester"
  /** To nobody. */
  | "kept";

/**
 * One line of the bill of one host in one period. Whatever a host costs is in its lines, and in no others, so that the
 * lines add up to the bills of all hosts, grouped by anything.
 */
export interface ChargeLine {
  readonly host: HostId;
  readonly site: SiteId;
  /** Who it is charged to; null all three: to nobody, or to no application, to no service. */
  readonly workload: WorkloadId | null;
  readonly application: ApplicationId | null;
  readonly service: ServiceId | null;
  /** Those of the workload before those of its service; of the host where nobody pays. */
  readonly labels: Labels;
  readonly category: ChargeCategory;
  readonly item: ChargeItem;
  /** The licence, or the policies that ask for a reserve; empty otherwise. */
  readonly detail: string;
  /** Above zero, in `unit`. */
  readonly quantity: Rational;
  readonly unit: ChargeUnit;
  /** Micro-units of the currency for one unit. `quantity x unitPrice = costMicros`, exactly: rounding is in this price. */
  readonly unitPrice: Rational;
  /** The price as the scenario states it, before any rounding; micro-units for one unit. */
  readonly listPrice: Rational;
  /** Whole micro-units, never below zero. */
  readonly costMicros: bigint;
  readonly sharing: Sharing;
}

/** Units of quantities. A host-hour is a whole host for an hour; half a host for an hour is half of one. */
export type ChargeUnit = "host-hour" | "core-hour" | "GiB-hour" | "TiB-hour" | "kWh" | "GiB" | "workload-hour";
