import type { Move } from "../model/plan.ts";
import { currentInstant, hostIsOnWhen, type FleetIndex } from "../model/snapshot.ts";
import { chargeMicrosPerHour, hostOnMicrosPerHour, licenceCharges, licencesMicrosPerHour } from "../policies/index.ts";
import type { Problem } from "./problem.ts";

/**
 * The bill of all hosts for one hour, micro-units. `now` takes hosts as they are switched today, `planned` as
 * `hostIsOnWhen` leaves them.
 */
export function hourlyBill(index: FleetIndex, hostOf: ArrayLike<number>, when: "now" | "planned"): number {
  const used = usedHosts(index, hostOf);
  let bill = licencesMicrosPerHour(index, (w) => hostOf[w] ?? -1);
  index.hosts.forEach((host, h) => {
    const isOn = when === "now" ? host.state === "on" || host.state === "maintenance" : hostIsOnWhen(host, used[h] === 1);
    if (isOn) bill += hostOnMicrosPerHour(index, host);
  });
  index.workloads.forEach((workload, w) => {
    const host = index.hosts[hostOf[w] ?? -1];
    if (host !== undefined) bill += chargeMicrosPerHour(index, workload, host);
  });
  return bill;
}

function usedHosts(index: FleetIndex, hostOf: ArrayLike<number>): Uint8Array {
  const used = new Uint8Array(index.hosts.length);
  for (let w = 0; w < index.workloads.length; w++) {
    const h = hostOf[w] ?? -1;
    if (h >= 0) used[h] = 1;
  }
  return used;
}

/** What changes for each workload, with the reason and the saving; in order of id. */
export function movesOf(problem: Problem, hostOf: Int32Array): readonly Move[] {
  const reasons = reasonsToMove(problem, hostOf);
  const { index, current } = problem;
  const shareOfOff = savingOfSwitchingOff(problem, hostOf);
  const licences = licenceGains(problem, hostOf);
  return index.workloads.flatMap((workload, w): readonly Move[] => {
    const from = index.hosts[current[w] ?? -1] ?? null;
    const to = index.hosts[hostOf[w] ?? -1] ?? null;
    const stops = workload.state === "running" && workload.desired === "stopped";
    const starts = workload.state === "stopped" && workload.desired === "running";
    if (from === to && !stops && !starts) return [];
    if (from === null && to === null) return [];
    const gain = (from === null ? 0 : chargeMicrosPerHour(index, workload, from)) - (to === null ? 0 : chargeMicrosPerHour(index, workload, to));
    const how = to === null ? "remove"
      : from === null ? (workload.copyOf === null ? "start" : "copy")
      : from === to ? (stops ? "stop" : "start")
      : workload.liveMove && workload.state === "running" && !stops ? "live" : "cold";
    return [{
      workload: workload.id, from: from?.id ?? null, to: to?.id ?? null, how,
      reason: reasons(w, gain + (licences.get(w) ?? 0)), gainMicrosPerHour: gain + (shareOfOff.get(w) ?? 0) + (licences.get(w) ?? 0),
    }];
  });
}

/** The fixed cost of each host that the moves let go dark, shared evenly by those that left it; the first take the rest. */
function savingOfSwitchingOff({ index, current, wanted }: Problem, hostOf: Int32Array): ReadonlyMap<number, number> {
  const used = usedHosts(index, hostOf);
  const leaving = new Map<number, number[]>();
  for (const w of wanted) {
    const from = current[w] ?? -1;
    if (from >= 0 && hostOf[w] !== from) leaving.set(from, [...(leaving.get(from) ?? []), w]);
  }
  const share = new Map<number, number>();
  for (const [h, left] of leaving) {
    const host = index.hosts[h];
    if (host !== undefined && !hostIsOnWhen(host, used[h] === 1)) shareEvenly(hostOnMicrosPerHour(index, host), left, (w, part) => share.set(w, part));
  }
  return share;
}

/** What moves save of licences, less what they add: each host's shared evenly by those who left it last or came to it first. */
function licenceGains({ index, current }: Problem, hostOf: Int32Array): ReadonlyMap<number, number> {
  const gains = new Map<number, number>();
  const add = (w: number, micros: number): void => { gains.set(w, (gains.get(w) ?? 0) + micros); };
  const charges = { before: licenceCharges(index, (w) => current[w] ?? -1), after: licenceCharges(index, (w) => hostOf[w] ?? -1) };
  const paidFor = (side: "before" | "after"): ReadonlySet<string> => new Set(charges[side].map(({ licence, host }) => `${licence.name} ${host}`));
  for (const [side, other, sign] of [["before", "after", 1], ["after", "before", -1]] as const) {
    const paid = paidFor(other);
    for (const { licence, host, members, micros } of charges[side]) {
      if (licence.hostMicros !== null && !paid.has(`${licence.name} ${host}`)) shareEvenly(micros, members, (w, part) => add(w, sign * part));
    }
  }
  return gains;
}

/** The first take the rest. */
function shareEvenly(micros: number, among: readonly number[], give: (w: number, part: number) => void): void {
  const each = Math.floor(micros / among.length);
  among.forEach((w, position) => give(w, each + (position < micros - each * among.length ? 1 : 0)));
}

/** Why a workload moves: the must that it breaks where it is, the host that goes dark, the price, or the room it makes. */
function reasonsToMove(problem: Problem, hostOf: Int32Array): (w: number, gain: number) => string {
  const { index, current } = problem;
  const broken = brokenNow(problem, hostOf);
  const used = usedHosts(index, hostOf);
  const arrivals = new Map<number, number[]>();
  hostOf.forEach((h, w) => {
    if (h >= 0 && current[w] !== h) arrivals.set(h, [...(arrivals.get(h) ?? []), w]);
  });
  return (w, gain) => {
    const workload = index.workloads[w];
    const from = current[w] ?? -1;
    const host = index.hosts[from];
    if (workload === undefined) return "";
    if (workload.desired === "removed") return "is not wanted any more";
    if (host === undefined) {
      if (workload.lostFrom !== undefined) return `lost its host ${workload.lostFrom}`;
      return workload.copyOf === null ? "is new" : `is new, a copy of ${workload.copyOf}`;
    }
    if (hostOf[w] === from) return workload.desired === "running" ? "is wanted running" : "is wanted stopped";
    const rule = broken.get(w);
    if (rule !== undefined) return rule;
    if (!hostIsOnWhen(host, used[from] === 1)) return `lets host ${host.id} be switched off`;
    if (gain > 0) return "is cheaper there";
    const newcomers = (arrivals.get(from) ?? []).map((other) => index.workloads[other]?.id);
    if (newcomers.length > 0) return `makes room for ${newcomers.slice(0, 3).join(", ")}${newcomers.length > 3 ? " and others" : ""}`;
    return "makes the fleet better as a whole (see the levels)";
  };
}

/** For each workload that moves, the rule in whose breach it takes part now, musts first. */
function brokenNow({ index, constraints, current }: Problem, hostOf: Int32Array): ReadonlyMap<number, string> {
  const words = new Map<number, string>();
  const now = currentInstant(index);
  for (const strength of ["must", "should"] as const) {
    for (const constraint of constraints) {
      if (constraint.strength !== strength) continue;
      for (const violation of constraint.check(now)) {
        for (const w of violation.workloads) {
          if (words.has(w) || current[w] === hostOf[w]) continue;
          words.set(w, `${constraint.policy}: ${constraint.explain(violation)}`);
        }
      }
    }
  }
  return words;
}
