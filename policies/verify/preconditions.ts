import { counted } from "../../model/counted.ts";
import { hostsNamed, type DenseAction } from "./dense-action.ts";
import type { ReplayState } from "./replay-state.ts";

/** Why an action cannot start in a state, in words; null when it can. */
export function obstacle(action: DenseAction, state: ReplayState): string | null {
  const { hosts } = state.index;
  if (action.kind === "bootHost" || action.kind === "shutdownHost") return powerObstacle(action, state);
  for (const h of hostsNamed(action)) if (!state.isReady(h)) return `host ${hosts[h]?.id} is not on`;
  if (state.isBusy(action.workload) || state.isCopied(action.workload)) return `${name(action, state)} is under way in another action`;
  return workloadObstacle(action, state);
}

function powerObstacle({ kind, from }: DenseAction, state: ReplayState): string | null {
  const host = state.index.hosts[from];
  if (host?.powerManaged !== true) return `nobody may switch host ${host?.id} on or off`;
  if (host.state === "failed") return `host ${host.id} has failed`;
  if (kind === "bootHost") return state.isOn(from) ? `host ${host.id} is on already` : null;
  if (!state.isReady(from)) return `host ${host.id} is not on`;
  return state.present(from).length > 0 ? `${counted(state.present(from).length, "workload is", "workloads are")} still on host ${host.id}` : null;
}

function workloadObstacle(action: DenseAction, state: ReplayState): string | null {
  const { kind, workload: w, from } = action;
  const workload = state.index.workloads[w];
  const { host, leaving, activity } = state.where(w);
  const id = name(action, state);
  if (workload === undefined) return "it names no workload";
  const isAt = (wanted: "running" | "stopped"): string | null =>
    host !== from ? `${id} is ${placeName(state, host)}, not on ${hostName(state, from)}` : activity !== wanted ? `${id} is ${activity} there, not ${wanted}` : null;
  switch (kind) {
    case "migrate": return isAt("running") ?? (leaving >= 0 ? `old data of ${id} still lie on ${hostName(state, leaving)}` : null) ?? liveObstacle(action, state);
    case "stop": return isAt("running") ?? (workload.desired === "running" && !workload.mayStop ? `${id} may not be stopped` : null);
    case "transfer": return isAt("stopped") ?? (leaving >= 0 ? `old data of ${id} still lie on ${hostName(state, leaving)}` : null) ?? (action.to === from ? `${id} would go to where it is` : null);
    case "start": return startObstacle(action, state);
    case "deleteSource":
      if (leaving !== from) return `no old data of ${id} lie on ${hostName(state, from)}`;
      return activity === "running" || workload.desired !== "running" ? null : `${id} has not started on ${hostName(state, host)} yet`;
    case "remove": return isAt("stopped") ?? (workload.desired === "removed" ? null : `${id} is still wanted`);
    case "copy": return copyObstacle(action, state);
    case "bootHost":
    case "shutdownHost": return null;
  }
}

function liveObstacle(action: DenseAction, state: ReplayState): string | null {
  const workload = state.index.workloads[action.workload];
  const from = state.index.hosts[action.from];
  const to = state.index.hosts[action.to];
  if (workload?.liveMove !== true) return `${workload?.id} cannot move while it runs`;
  if (action.from === action.to) return `${workload.id} would go to where it is`;
  if (from?.cpuVendor !== to?.cpuVendor) return `${to?.id} has processors of ${to?.cpuVendor}, ${workload.id} runs on ${from?.cpuVendor}`;
  return (to?.cpuLevel ?? 0) < (from?.cpuLevel ?? 0) ? `the processor level of ${to?.id} is ${to?.cpuLevel}, ${workload.id} runs on ${from?.cpuLevel}` : null;
}

function startObstacle(action: DenseAction, state: ReplayState): string | null {
  const { workload: w, from } = action;
  const workload = state.index.workloads[w];
  const { host, activity } = state.where(w);
  if (workload === undefined || workload.desired === "removed") return `${workload?.id} is not wanted any more`;
  if (host >= 0) {
    if (workload.desired !== "running") return `${workload.id} is not wanted running`;
    if (host !== from) return `${workload.id} is on ${hostName(state, host)}, not on ${hostName(state, from)}`;
    return activity === "stopped" ? null : `${workload.id} is ${activity} already`;
  }
  if (state.existedBefore(w)) return `${workload.id} is nowhere: its data are lost`;
  const source = workload.copyOf === null ? undefined : state.index.workloadIndex.get(workload.copyOf);
  return source !== undefined && state.existedBefore(source) ? `${workload.id} is a copy of ${workload.copyOf} and has no data yet` : null;
}

function copyObstacle({ workload: w, source, from }: DenseAction, state: ReplayState): string | null {
  const [workload, original] = [state.index.workloads[w], state.index.workloads[source]];
  const { host, arriving } = state.where(w);
  const there = state.where(source);
  if (workload === undefined || original === undefined) return "it names no workload";
  if (workload.copyOf !== original.id) return `${workload.id} is not a copy of ${original.id}`;
  if (host >= 0 || arriving >= 0 || state.existedBefore(w)) return `${workload.id} exists already`;
  if (there.host !== from) return `${original.id} is ${placeName(state, there.host)}, not on ${hostName(state, from)}`;
  if (state.isBusy(source)) return `${original.id} is under way in another action`;
  return there.activity === "running" && !original.liveMove ? `${original.id} runs and cannot be copied while it does` : null;
}

function name({ workload }: DenseAction, { index }: ReplayState): string {
  return index.workloads[workload]?.id ?? "";
}

function hostName({ index }: ReplayState, h: number): string {
  return index.hosts[h]?.id ?? "nowhere";
}

function placeName(state: ReplayState, h: number): string {
  return h < 0 ? "nowhere" : `on ${hostName(state, h)}`;
}
