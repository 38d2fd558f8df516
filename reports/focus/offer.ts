import type { ChargeItem, ChargeUnit } from "../cost/charge.ts";

/** What FOCUS calls a service: what is offered, and where it belongs in its lists. */
export interface Offer {
  readonly serviceName: string;
  readonly serviceCategory: "Compute" | "Storage" | "Networking" | "Migration" | "Other";
  readonly serviceSubcategory: string;
  readonly meter: string;
  /** Is it paid for whether it is used or not? */
  readonly isRecurring: boolean;
}

const hosts = { serviceName: "Hosts", serviceCategory: "Compute", serviceSubcategory: "Virtual Machines", isRecurring: true } as const;
const compute = { serviceName: "Processors and memory", serviceCategory: "Compute", serviceSubcategory: "Virtual Machines", isRecurring: false } as const;
const power = { serviceName: "Power", serviceCategory: "Compute", serviceSubcategory: "Other (Compute)", isRecurring: false } as const;

export const offers: Readonly<Record<ChargeItem, Offer>> = {
  "host-time": { ...hosts, meter: "Host time held" },
  "idle-host": { ...hosts, meter: "Host time that nobody held" },
  "reserve-host": { ...hosts, meter: "Host time kept free" },
  processor: { ...compute, meter: "Processor time" },
  memory: { ...compute, meter: "Memory" },
  "power-used": { ...power, meter: "Power that use adds" },
  "power-held": { ...power, meter: "Idle power held" },
  "idle-power": { ...power, meter: "Idle power that nobody held" },
  "reserve-power": { ...power, meter: "Idle power of what is kept free" },
  storage: { serviceName: "Storage", serviceCategory: "Storage", serviceSubcategory: "Block Storage", meter: "Storage", isRecurring: false },
  traffic: { serviceName: "Data transfer", serviceCategory: "Networking", serviceSubcategory: "Network Connectivity", meter: "Data sent and received", isRecurring: false },
  move: { serviceName: "Moves", serviceCategory: "Migration", serviceSubcategory: "Resource Migration", meter: "Data carried in moves", isRecurring: false },
  licence: { serviceName: "Licences", serviceCategory: "Other", serviceSubcategory: "Other (Other)", meter: "Licence", isRecurring: true },
};

/** For what rounding to whole micro-units leaves. */
export const roundingOffer = { serviceName: "Rounding", serviceCategory: "Other", serviceSubcategory: "Other (Other)" } as const;

const units: Readonly<Record<ChargeUnit, string>> = {
  "host-hour": "Host-Hours", "core-hour": "Core-Hours", "GiB-hour": "GiB-Hours", "TiB-hour": "TiB-Hours", kWh: "Kilowatt-Hours", GiB: "GiB", "workload-hour": "Workload-Hours",
};

/** `Core-Hours`, `730 Workload-Hours`. */
export function unitName(unit: ChargeUnit, perUnit = 1n): string {
  return perUnit === 1n ? units[unit] : `${perUnit} ${units[unit]}`;
}
