import { counted } from "../model/counted.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Redundancy, Service } from "../model/fleet.ts";
import type { PolicyId } from "../model/ids.ts";
import type { PolicyDocument, Selector } from "../model/policy.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { workloadsHolding } from "./groups.ts";
import type { MoveLimit } from "./way-rules.ts";

/** Ids of the musts that a fleet states by itself start with this; policies may not use it. */
export const builtInPrefix = "built-in/";

/** The musts that follow from the fleet alone, written as the policies that one would otherwise have to write. */
export function builtInPolicies(index: FleetIndex): readonly PolicyDocument[] {
  const everything: Selector = { everything: true };
  const banned = index.workloads.filter(({ offsiteBanned }) => offsiteBanned).map(({ id }) => id);
  return [
    builtIn("host-state", "Workloads are on hosts that are in use", "A host in maintenance or failed carries nothing.", { workloads: everything }, "host-state"),
    builtIn("capacity", "Reservations fit on every host", "What is promised must be there.", { hosts: everything }, "capacity"),
    builtIn("layer", "Hosts offer the layer and the features that a workload needs", "It could not run elsewhere.", { workloads: everything }, "layer"),
    builtIn("security-level", "Hosts have at least the security level of their workloads", "The workload says so.", { workloads: everything }, "security-level"),
    ...(banned.length === 0 ? [] : [
      builtIn("offsite-ban", "Workloads with an offsite ban stay on internal sites", "The workload says so.", { workloads: { ids: banned } }, "offsite-ban")]),
    ...index.fleet.services.flatMap((service) => redundancyPolicies(service, index)),
    builtIn("start-order", "Applications start after those they need", "The services say so.", { services: everything }, "start-order"),
  ];
}

/** Moves at once onto a host, and away from it, where no policy says how many. */
const movesAtOnceDefault = 2;

/** Limits on moves at once for the hosts of which the policies that were written say nothing. */
export function builtInLimits(index: FleetIndex, said: readonly MoveLimit[]): readonly PolicyDocument[] {
  return ([["perHostIn", "onto"], ["perHostOut", "away from"]] as const).flatMap(([counts, way]) => {
    const spoken = said.filter((limit) => limit.counts === counts && limit.workloads === null);
    const silent = index.hosts.filter((_, h) => spoken.every(({ hosts }) => hosts !== null && hosts[h] !== 1));
    if (silent.length === 0) return [];
    const select = silent.length === index.hosts.length ? {} : { hosts: { ids: silent.map(({ id }) => id) } };
    return [builtIn(
      `parallelism ${counts}`, `At most ${movesAtOnceDefault} moves at once ${way} a host`, "No policy says how many; a host also serves while it moves workloads.",
      select, "parallelism", { [counts]: movesAtOnceDefault })];
  });
}

/** What the fleet's services ask for and its workloads cannot give. */
export function builtInDiagnostics(index: FleetIndex): readonly Diagnostic[] {
  return index.fleet.services.flatMap(({ id, redundancy }) => redundancy.flatMap((rule, i) => {
    const count = instancesOf(rule, index).length;
    const wanted = Math.max(rule.minInstances, rule.minHosts);
    if (count >= wanted) return [];
    return [{
      code: "out-of-range", severity: "warning", file: null, line: null, column: null, path: `services[${id}].redundancy[${i}]`,
      message: `service ${id}: application ${rule.application} has ${count} of the ${counted(wanted, "instance")} that redundancy asks for.`,
      advice: `Add workloads that hold ${rule.application}, or grow the service.`,
    } as const];
  }));
}

function redundancyPolicies(service: Service, index: FleetIndex): readonly PolicyDocument[] {
  return service.redundancy.flatMap((rule) => {
    const ids = instancesOf(rule, index);
    if (rule.minHosts < 2 || ids.length < 2) return [];
    return [builtIn(
      `service ${service.id} redundancy ${rule.application}`, `Instances of ${rule.application} are on at least ${counted(rule.minHosts, "host")}`,
      `Service ${service.id} says so.`, { workloads: { ids } }, "spread", { key: "host", atLeast: rule.minHosts })];
  });
}

/** Ids of the workloads that are to run an application. */
function instancesOf({ application }: Redundancy, index: FleetIndex): readonly string[] {
  return Array.from(workloadsHolding(index, new Set([application]))).flatMap((w) => {
    const workload = index.workloads[w];
    return workload?.desired === "running" ? [workload.id] : [];
  });
}

function builtIn(
  name: string, title: string, why: string, select: PolicyDocument["select"], entry: string, parameters: Readonly<Record<string, unknown>> = {},
): PolicyDocument {
  return {
    id: `${builtInPrefix}${name}` as PolicyId, title, why, enabled: true, select, require: { entry, parameters },
    strength: "must", weight: 1, holds: null, mayBeEmpty: true, exceptions: [], tests: [],
  };
}
