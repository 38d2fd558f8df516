import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Workload } from "../../model/fleet.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { Plan } from "../../model/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { actionWords } from "../render/action.ts";
import type { Executions } from "./executions.ts";
import { silenceWords, silentLayersOf, unexpected, type Taken } from "./inventory.ts";
import { notAllowed } from "./not-allowed.ts";

/** A workload that a plan starts, and the silent host or layer that may have it. */
interface Doubt {
  readonly workload: Workload;
  readonly action: string;
  readonly where: string;
  readonly advice: string;
}

/**
 * Workloads that a plan starts though nobody has seen them run, and which a silent host or layer may have: believed is what
 * a file says, and files are old. Data that lie stopped where it is believed to be prove nothing, since they may have been
 * left there; they count when our own journal says that it was stopped there last. What was lost with its host was there.
 */
export async function mayRunAlready({ actions }: Plan, { fleet }: Scenario, taken: Taken, executions: Executions): Promise<readonly Diagnostic[]> {
  const silentHosts = new Set(unexpected(taken.silent, fleet));
  const silentLayers = silentLayersOf(taken);
  const doubts = actions.flatMap(({ action }): readonly Doubt[] => {
    const workload = action.kind === "start" ? fleet.workloads.find(({ id }) => id === action.workload) : undefined;
    if (workload === undefined || workload.lostFrom !== undefined || isAlive(workload, taken)) return [];
    const host = fleet.hosts.find(({ id, layers }) => silentHosts.has(id) && Object.hasOwn(layers, workload.layer))?.id;
    const layer = silentLayers.find((each) => each.layer === workload.layer);
    const about = { workload, action: actionWords(action) };
    if (host !== undefined) return [{ ...about, where: `host ${host}, whose agent does not answer`, advice: `Bring its agent back. If the host is dead, make sure that it is off, and plan with the change \`hostFailure: { hosts: [${host}] }\`.` }];
    return layer === undefined ? [] : [{ ...about, where: `layer ${layer.layer} of host ${layer.host}, which is ${silenceWords(layer)}`, advice: `Bring the layer back (its daemon on host ${layer.host}), then apply again.` }];
  });
  if (doubts.length === 0) return [];
  const stoppedAt = await executions.lastStopped(new Set(doubts.map(({ workload }) => workload.id)));
  return doubts.flatMap(({ workload, action, where, advice }) => {
    const at = liesStoppedAt(workload, taken);
    if (at !== null && stoppedAt.get(workload.id) === at) return [];
    const seen = at === null ? "nobody has seen it" : `what lies stopped on host ${at} may be old`;
    return [notAllowed(`the plan is to ${action}, but ${seen}, and it may be on ${where}`, advice, `workload ${workload.id}`)];
  });
}

/** Does it run somewhere, or is it paused where it is believed to be? */
function isAlive({ id, host }: Workload, { inventories }: Taken): boolean {
  return [...inventories].some(([at, { workloads }]) => workloads.some(({ workload, found }) => workload === id && (found === "running" || (at === host && found === "paused"))));
}

/** Where it is believed to be, if its data are there. */
function liesStoppedAt({ id, host }: { readonly id: WorkloadId; readonly host: HostId | null }, { inventories }: Taken): HostId | null {
  if (host === null) return null;
  return inventories.get(host)?.workloads.some(({ workload, found }) => workload === id && found === "stopped") === true ? host : null;
}
