import { closed, type Written } from "../fields/common.ts";
import { counted, decide, listed, type ChangeKind } from "./change.ts";
import { chosenHosts, hostChoice } from "./choice.ts";
import { leaving } from "./leaving.ts";

const schema = closed({ hosts: hostChoice }, "Hosts leave for good: the plan moves their workloads away and switches them off.");

/** Hosts leave for good: they are emptied, then switched off, and cost nothing any more. */
export const removeHosts: ChangeKind<Written<typeof schema>> = {
  name: "removeHosts",
  meaning: "hosts leave for good: emptied, then switched off",
  schema,

  apply({ hosts }, context) {
    const chosen = chosenHosts(hosts, context);
    if (chosen === null) return null;
    for (const host of chosen) {
      if (!decide(context, `host ${host.id}`, "removed", "hosts")) return null;
      context.draft.hosts.set(host.id, leaving(host, "removed"));
    }
    return `${counted(chosen.length, "host")} to be removed: ${listed(chosen.map(({ id }) => id))}`;
  },
};
