import { closed, type Written } from "../fields/common.ts";
import { counted, decide, listed, type ChangeKind } from "./change.ts";
import { chosenHosts, hostChoice } from "./choice.ts";
import { drained } from "./leaving.ts";

const schema = closed({ hosts: hostChoice }, "Hosts go into maintenance: the plan moves their workloads away; they stay switched on.");

/** Hosts go into maintenance: emptied, but kept. */
export const maintenance: ChangeKind<Written<typeof schema>> = {
  name: "maintenance",
  meaning: "hosts go into maintenance: emptied, but kept",
  schema,

  apply({ hosts }, context) {
    const chosen = chosenHosts(hosts, context);
    if (chosen === null) return null;
    for (const host of chosen) {
      if (!decide(context, `host ${host.id}`, "in maintenance", "hosts")) return null;
      context.draft.hosts.set(host.id, drained(host));
    }
    return `${counted(chosen.length, "host")} in maintenance: ${listed(chosen.map(({ id }) => id))}`;
  },
};
