import type { FleetIndex } from "../model/snapshot.ts";
import { chargeParts, hostOnParts, licencesMicrosPerHour } from "../policies/index.ts";
import type { ChargeItem, ChargeLine } from "./cost/charge.ts";
import { movesCharged } from "./cost/consumption.ts";
import { courseOf, type Step } from "./cost/course.ts";
import type { Placed } from "./figures.ts";

/** What is paid for, whoever pays it: as the cost report and the planner both know it. */
export const billKinds = ["hosts", "compute", "power", "storage", "traffic", "licences"] as const;
export type BillKind = (typeof billKinds)[number];

/** Micro-units by kind. */
export type Bill = Readonly<Record<BillKind, bigint>>;

const kindOf: Readonly<Record<Exclude<ChargeItem, "move">, BillKind>> = {
  "host-time": "hosts", "idle-host": "hosts", "reserve-host": "hosts", processor: "compute", memory: "compute",
  "power-used": "power", "power-held": "power", "idle-power": "power", "reserve-power": "power", storage: "storage", traffic: "traffic", licence: "licences",
};

/** The lines of a cost report by kind, without what moves carry: that is paid once. */
export function billOfLines(lines: readonly ChargeLine[]): Bill {
  const bill = noBill();
  for (const { item, costMicros } of lines) if (item !== "move") bill[kindOf[item]] += costMicros;
  return bill;
}

/** What the planner expects a placement to cost in an hour, by kind. */
export function expectedBill(placed: Placed): Bill {
  const { index, hostOf } = placed;
  const bill = noBill();
  const add = (parts: Readonly<Partial<Record<BillKind, number>>>): void => {
    for (const kind of billKinds) bill[kind] += BigInt(parts[kind] ?? 0);
  };
  index.hosts.forEach((host, h) => { if (placed.isOn(h)) add(hostOnParts(index, host)); });
  index.workloads.forEach((workload, w) => {
    const host = index.hosts[hostOf[w] ?? -1];
    if (host !== undefined) add(chargeParts(index, workload, host));
  });
  bill.licences = BigInt(licencesMicrosPerHour(index, (w) => hostOf[w] ?? -1));
  return bill;
}

export function billDifference(a: Bill, b: Bill): Bill {
  return eachKind((kind) => b[kind] - a[kind]);
}

export function billTotal(bill: Bill): bigint {
  return billKinds.reduce((sum, kind) => sum + bill[kind], 0n);
}

/** A bill of some milliseconds for others, each kind rounded half up by itself. */
export function billOver(bill: Bill, fromMs: number, toMs: number): Bill {
  const [from, to] = [BigInt(fromMs), BigInt(toMs)];
  return eachKind((kind) => floorDivided(2n * bill[kind] * to + from, 2n * from));
}

/** What carrying the data of all moves costs, whenever they are made. */
export function onceMicros(index: FleetIndex, steps: readonly Step[]): bigint {
  if (steps.length === 0) return 0n;
  const period = steps.reduce((most, { beganMs, endedMs }) => ({ startMs: Math.min(most.startMs, beganMs), endMs: Math.max(most.endMs, endedMs + 1) }), { startMs: Infinity, endMs: -Infinity });
  return movesCharged(index, courseOf(index, period, steps)).reduce((sum, { micros }) => sum + micros, 0n);
}

function noBill(): Record<BillKind, bigint> {
  return { hosts: 0n, compute: 0n, power: 0n, storage: 0n, traffic: 0n, licences: 0n };
}

function eachKind(of: (kind: BillKind) => bigint): Bill {
  const bill = noBill();
  for (const kind of billKinds) bill[kind] = of(kind);
  return bill;
}

function floorDivided(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient;
}
