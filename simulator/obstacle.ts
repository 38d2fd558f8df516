import type { Step } from "./step.ts";
import type { World } from "./world.ts";

/** Why an action cannot begin in a world, in words; null when it can. */
export function obstacleTo(step: Step, world: World): string | null {
  const { kind, from, to, workload: w } = step;
  const { hosts, workloads } = world.index;
  const nameOf = (h: number): string => hosts[h]?.id ?? "a host that the fleet does not have";
  if (hosts[from] === undefined || ("to" in step.action && hosts[to] === undefined)) return "it names a host that the fleet does not have";
  if (kind === "bootHost") return world.hostState(from) === "off" ? null : `host ${nameOf(from)} is ${world.hostState(from)}`;
  if (kind === "shutdownHost") {
    if (world.hostState(from) !== "on" && world.hostState(from) !== "maintenance") return `host ${nameOf(from)} is ${world.hostState(from)}`;
    return world.present(from).length > 0 ? `${world.present(from).map((there) => workloads[there]?.id).join(", ")} still on host ${nameOf(from)}` : null;
  }
  const workload = workloads[w];
  if (workload === undefined) return "it names a workload that the fleet does not have";
  for (const h of to >= 0 ? [from, to] : [from]) if (!world.runsWorkloads(h)) return `host ${nameOf(h)} is ${world.hostState(h)}`;
  const { host, arriving, leaving } = world.where(w);
  const state = world.stateOf(w);
  const isAt = (wanted: "running" | "stopped"): string | null => {
    if (host !== from) return `${workload.id} is ${host < 0 ? "nowhere" : `on ${nameOf(host)}`}, not on ${nameOf(from)}`;
    return state === wanted && arriving < 0 ? null : `${workload.id} is ${state} there, not ${wanted}`;
  };
  switch (kind) {
    case "migrate": case "stop": return isAt("running");
    case "transfer": case "remove": return isAt("stopped");
    case "start": return host < 0 && (state === "absent" || state === "failed") ? null : isAt("stopped");
    case "deleteSource": return leaving === from ? null : `no old data of ${workload.id} lie on ${nameOf(from)}`;
    case "copy": return state === "absent" ? null : `${workload.id} exists already`;
  }
}
