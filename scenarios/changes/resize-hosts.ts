import { Type } from "typebox";
import { amounts, closed, type Written } from "../fields/common.ts";
import { counted, listed, type ChangeKind } from "./change.ts";
import { chosenHosts, hostChoice } from "./choice.ts";

const optional = Type.Optional;

const schema = closed({
  hosts: hostChoice,
  capacity: optional(amounts("New capacities; resources that are not named stay as they are.")),
  reserve: optional(amounts("New reserves; resources that are not named stay as they are.")),
  overcommitPermille: optional(amounts("New overcommit, for each thousand; resources that are not named stay as they are.", 1_000_000)),
}, "Hosts get more or less of some resources.");

/** Hosts get more or less of some resources. */
export const resizeHosts: ChangeKind<Written<typeof schema>> = {
  name: "resizeHosts",
  meaning: "hosts get more or less of some resources",
  schema,

  apply({ hosts, capacity, reserve, overcommitPermille }, context) {
    const { draft, check, at } = context;
    check.amounts(capacity, draft, [...at, "capacity"]);
    check.amounts(reserve, draft, [...at, "reserve"]);
    check.amounts(overcommitPermille, draft, [...at, "overcommitPermille"]);
    const chosen = chosenHosts(hosts, context);
    if (chosen === null) return null;
    for (const host of chosen) {
      const resized = {
        ...host,
        capacity: { ...host.capacity, ...capacity },
        reserve: { ...host.reserve, ...reserve },
        overcommitPermille: { ...host.overcommitPermille, ...overcommitPermille },
      };
      check.host(resized, draft, at);
      draft.hosts.set(host.id, resized);
    }
    const what = [["", capacity], ["reserve ", reserve], ["overcommit ", overcommitPermille]] as const;
    const words = what.flatMap(([prefix, map]) => Object.entries(map ?? {}).map(([name, amount]) => `${prefix}${name} ${amount}`));
    return `${counted(chosen.length, "host")} resized to ${words.join(", ") || "what they were"}: ${listed(chosen.map(({ id }) => id))}`;
  },
};
