import type { Workload } from "../../model/fleet.ts";
import { closed, type Written } from "../fields/common.ts";
import { counted, decide, listed, type ChangeKind } from "./change.ts";
import { chosenHosts, hostChoice } from "./choice.ts";

const schema = closed({ hosts: hostChoice }, "Hosts fail at once, with all that runs on them: what ran there must be started anew elsewhere.");

/**
 * Hosts fail, with what ran on them. A workload that lost its host is new: it has no place and no data to carry (they
 * come back from a backup or from its replicas, which no plan can see), and the plan starts it elsewhere. Which host it lost
 * is kept: restoring it is no new expense. One that was to be removed is gone.
 */
export const hostFailure: ChangeKind<Written<typeof schema>> = {
  name: "hostFailure",
  meaning: "hosts fail, with what ran on them",
  schema,

  apply({ hosts }, context) {
    const chosen = chosenHosts(hosts, context);
    if (chosen === null) return null;
    const { draft } = context;
    for (const host of chosen) {
      if (!decide(context, `host ${host.id}`, "failed", "hosts")) return null;
      draft.hosts.set(host.id, { ...host, state: "failed" });
    }
    const failed = new Set<string>(chosen.map(({ id }) => id));
    const lost = [...draft.workloads.values()].filter((workload) => workload.host !== null && failed.has(workload.host));
    for (const workload of lost) {
      if (workload.desired === "removed") draft.workloads.delete(workload.id);
      else draft.workloads.set(workload.id, homeless(workload));
    }
    // A copy that was to be made from lost data starts from scratch as well.
    const gone = new Set<string>(lost.map(({ id }) => id));
    for (const workload of draft.workloads.values()) {
      if (workload.copyOf !== null && gone.has(workload.copyOf)) draft.workloads.set(workload.id, { ...workload, copyOf: null });
    }
    return `${counted(chosen.length, "host")} failed (${listed(chosen.map(({ id }) => id))}), ${counted(lost.length, "workload")} lost ${lost.length === 1 ? "its" : "their"} place`;
  },
};

function homeless(workload: Workload): Workload {
  return { ...workload, host: null, state: "new", ...(workload.host === null ? {} : { lostFrom: workload.host }) };
}
