import type { Plan } from "../../model/plan.ts";
import { currentHosts, hostIsOnWhen, type FleetIndex } from "../../model/snapshot.ts";
import { fleetDigest, fleetFact } from "../fleet-fact.ts";
import { licencesMicrosPerHour } from "../cost-licences.ts";
import { chargeMicrosPerHour, hostOnMicrosPerHour } from "../cost.ts";
import type { ReplayState } from "./replay-state.ts";

/**
 * Where the end of the replay is not what the plan says: places, states, hosts and cost, in words. On a fleet that has
 * changed since the plan was made only what the plan acts on counts: nobody can blame it for the rest, nor for prices. A
 * way back that begins `halfWay` leaves empty hosts on where they were on.
 */
export function notArrived(index: FleetIndex, plan: Plan, after: ReplayState, halfWay: boolean): readonly string[] {
  const made = plan.basis.find(({ about }) => about === fleetFact)?.value;
  const sameFleet = made === undefined || made === fleetDigest(index);
  const touched = touchedBy(plan);
  const target = new Map<string, string>(plan.target.map(({ workload, host }) => [workload, host]));
  const unreached = new Set<string>([...plan.unreached, ...plan.unplaced].map(({ workload }) => workload));
  const counts = (id: string): boolean => sameFleet || touched.has(id);
  return [
    ...placesOf(index, target, unreached, after, counts), ...(sameFleet ? unknownIn(index, target) : []),
    ...powerOf(index, after, counts, halfWay), ...(sameFleet ? costOf(index, plan, after) : []),
  ];
}

/** Ids of all workloads and hosts that actions name. */
function touchedBy({ actions }: Plan): ReadonlySet<string> {
  return new Set(actions.flatMap(({ action }): string[] => Object.entries(action).flatMap(([key, value]) => (key === "kind" ? [] : [value]))));
}

type Counts = (id: string) => boolean;

function placesOf(index: FleetIndex, target: ReadonlyMap<string, string>, unreached: ReadonlySet<string>, after: ReplayState, counts: Counts): readonly string[] {
  return index.workloads.flatMap((workload, w): readonly string[] => {
    if (!counts(workload.id)) return [];
    const { host, arriving, leaving, activity } = after.where(w);
    const at = index.hosts[host]?.id;
    const wanted = target.get(workload.id);
    if (arriving >= 0) return [`${workload.id} is still under way to ${index.hosts[arriving]?.id} at the end`];
    if (leaving >= 0) return [`old data of ${workload.id} still lie on ${index.hosts[leaving]?.id} at the end`];
    if (workload.desired === "removed") return host < 0 || unreached.has(workload.id) ? [] : [`${workload.id} is to be removed, but is still on ${at} at the end`];
    if (host < 0 && after.existedBefore(w)) return [`${workload.id} is lost: it was somewhere before and is nowhere at the end`];
    if (wanted !== at) return [`${workload.id} ends ${at === undefined ? "nowhere" : `on ${at}`}, the target says ${wanted ?? "nowhere"}`];
    if (host < 0 || unreached.has(workload.id) || (activity === "running") === (workload.desired === "running")) return [];
    return [`${workload.id} is ${activity} at the end, wanted ${workload.desired}`];
  });
}

function unknownIn(index: FleetIndex, target: ReadonlyMap<string, string>): readonly string[] {
  const known = new Set<string>(index.workloads.map(({ id }) => id));
  return [...target.keys()].filter((id) => !known.has(id)).map((id) => `the target names workload ${id}, which the fleet does not have`);
}

/** Hosts that are on or off against what the cost assumes. */
function powerOf(index: FleetIndex, after: ReplayState, counts: Counts, halfWay: boolean): readonly string[] {
  return index.hosts.flatMap((host, h): readonly string[] => {
    if (!counts(host.id)) return [];
    const present = after.present(h);
    const serving = present.some((w) => after.where(w).activity === "running");
    if (serving && !after.isOn(h)) return [`host ${host.id} is off at the end, but workloads run there`];
    if (!halfWay && present.length === 0 && after.isOn(h) && !hostIsOnWhen(host, false)) return [`host ${host.id} is on and empty at the end; the cost counts it as off`];
    return [];
  });
}

function costOf(index: FleetIndex, plan: Plan, after: ReplayState): readonly string[] {
  const now = currentHosts(index);
  const before = billOf(index, (w) => now[w] ?? -1, (h) => index.hosts[h]?.state === "on" || index.hosts[h]?.state === "maintenance");
  const then = billOf(index, (w) => after.where(w).host, (h) => hostIsOnWhen(index.hosts[h], after.present(h).length > 0));
  return [
    ...(before === plan.hourlyCostBeforeMicros ? [] : [`the fleet costs ${before} micro-units an hour now, the plan says ${plan.hourlyCostBeforeMicros}`]),
    ...(then === plan.hourlyCostAfterMicros ? [] : [`the fleet costs ${then} micro-units an hour after the plan, the plan says ${plan.hourlyCostAfterMicros}`]),
  ];
}

function billOf(index: FleetIndex, hostOf: (w: number) => number, isOn: (h: number) => boolean): number {
  let bill = licencesMicrosPerHour(index, hostOf);
  index.hosts.forEach((host, h) => {
    if (isOn(h)) bill += hostOnMicrosPerHour(index, host);
  });
  index.workloads.forEach((workload, w) => {
    const host = index.hosts[hostOf(w)];
    if (host !== undefined) bill += chargeMicrosPerHour(index, workload, host);
  });
  return bill;
}
