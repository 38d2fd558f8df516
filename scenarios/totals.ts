import type { Fleet, Host, Workload } from "../model/fleet.ts";
import { amountOf } from "../model/resource.ts";
import { largestWhole } from "./fields/common.ts";

/** A sum or product that would pass the largest whole number. */
export interface Overflow {
  /** `host h1` or `workload w1`: the one that adds most. */
  readonly largest: string;
  readonly message: string;
}

interface Row {
  readonly thing: string;
  readonly amount: bigint;
}

/**
 * Sums and products that the rest of the program will form and that must stay whole numbers: totals over the fleet,
 * what may be promised, the hourly bill and a month of it, the price of moves. Each is bounded from above.
 */
export function overflows(fleet: Fleet): readonly Overflow[] {
  const { hosts, workloads, sites } = fleet;
  const found: Overflow[] = [];
  const add = (what: string, rows: readonly Row[]): void => {
    const total = rows.reduce((sum, { amount }) => sum + amount, 0n);
    if (total <= BigInt(largestWhole)) return;
    const largest = rows.reduce((most, row) => (row.amount > most.amount ? row : most));
    found.push({ largest: largest.thing, message: `${what}: the sum over ${rows.length} is ${total}, of which ${largest.thing} has ${largest.amount}; the limit is ${largestWhole}` });
  };
  const ofHosts = (amount: (host: Host) => bigint): readonly Row[] => hosts.map((host) => ({ thing: `host ${host.id}`, amount: amount(host) }));
  const ofWorkloads = (amount: (workload: Workload) => bigint): readonly Row[] => workloads.map((workload) => ({ thing: `workload ${workload.id}`, amount: amount(workload) }));
  for (const { name } of fleet.resources) {
    const overcommit = (host: Host): bigint => BigInt(Math.max(1000, amountOf(host.overcommitPermille, name)));
    add(`capacity.${name} with overcommit, per thousand`, ofHosts((host) => BigInt(amountOf(host.capacity, name)) * overcommit(host)));
    add(`reservation.${name}`, ofWorkloads(({ reservation }) => BigInt(amountOf(reservation, name))));
    add(`expectedUse.${name}`, ofWorkloads(({ expectedUse }) => BigInt(amountOf(expectedUse, name))));
  }
  const dearest = (price: (host: Host) => number): bigint => BigInt(hosts.reduce((most, host) => Math.max(most, price(host)), 0));
  const electricity = BigInt(sites.reduce((most, site) => Math.max(most, site.electricityMicrosPerKWh), 0));
  const [cpu, memory, storage, transfer] = [
    dearest(({ prices }) => prices.cpuMicrosPerCoreHour), dearest(({ prices }) => prices.memoryMicrosPerGiBHour),
    dearest(({ prices }) => prices.storageMicrosPerTiBHour), dearest(({ prices }) => prices.transferMicrosPerGiB),
  ];
  const link = BigInt(fleet.links.reduce((most, { transferMicrosPerGiB }) => Math.max(most, transferMicrosPerGiB), 0));
  // Before the division by the unit: a product per workload must be exact as well, and this bounds it.
  add("cost of processor time, per thousand", ofWorkloads(({ reservation }) => BigInt(amountOf(reservation, "cpuMillicores")) * cpu));
  add("cost of memory, per 1024", ofWorkloads(({ reservation }) => BigInt(amountOf(reservation, "memoryMiB")) * memory));
  for (const { id, reservation } of workloads) {
    const product = BigInt(amountOf(reservation, "storageMiB")) * storage;
    if (product > BigInt(largestWhole)) add("cost of storage, per 1048576", [{ thing: `workload ${id}`, amount: product }]);
  }
  add("cost of moves, per 1024", ofWorkloads(({ reservation, dataMiB }) => (BigInt(dataMiB) + BigInt(amountOf(reservation, "memoryMiB"))) * (2n * transfer + link)));
  for (const { id, peakPowerWatts } of hosts) {
    const product = BigInt(peakPowerWatts) * 1000n * electricity;
    if (product > BigInt(largestWhole)) add("cost of electricity, per million", [{ thing: `host ${id}`, amount: product }]);
  }
  add("hourly cost of hosts for a month of 730 hours", ofHosts(({ prices, peakPowerWatts }) => 730n * (BigInt(prices.onMicrosPerHour) + (BigInt(peakPowerWatts) * electricity) / 1000n)));
  return found;
}
