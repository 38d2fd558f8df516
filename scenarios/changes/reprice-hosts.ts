import { Type } from "typebox";
import type { HostPrices } from "../../model/fleet.ts";
import { closed, permille, type Written } from "../fields/common.ts";
import { pricesSchema } from "../fields/fleet.ts";
import { counted, listed, scaled, type ChangeKind } from "./change.ts";
import { chosenHosts, hostChoice } from "./choice.ts";

const optional = Type.Optional;

const schema = closed({
  hosts: hostChoice,
  factorPermille: optional(permille("All prices become this part of what they were, rounded up; before prices.")),
  prices: optional(pricesSchema),
}, "Hosts cost more or less.");

/** Hosts cost more or less: by a factor, by new prices, or both. */
export const repriceHosts: ChangeKind<Written<typeof schema>> = {
  name: "repriceHosts",
  meaning: "hosts cost more or less",
  schema,

  apply({ hosts, factorPermille = 1000, prices }, context) {
    const chosen = chosenHosts(hosts, context);
    if (chosen === null) return null;
    const { draft } = context;
    for (const host of chosen) draft.hosts.set(host.id, { ...host, prices: { ...factored(host.prices, factorPermille), ...prices } });
    const words = [...(factorPermille === 1000 ? [] : [`all prices x ${factorPermille}/1000`]), ...Object.entries(prices ?? {}).map(([name, micros]) => `${name} ${micros}`)];
    return `${counted(chosen.length, "host")} re-priced (${words.join(", ") || "as before"}): ${listed(chosen.map(({ id }) => id))}`;
  },
};

function factored(prices: HostPrices, factorPermille: number): HostPrices {
  return {
    onMicrosPerHour: scaled(prices.onMicrosPerHour, factorPermille),
    cpuMicrosPerCoreHour: scaled(prices.cpuMicrosPerCoreHour, factorPermille),
    memoryMicrosPerGiBHour: scaled(prices.memoryMicrosPerGiBHour, factorPermille),
    storageMicrosPerTiBHour: scaled(prices.storageMicrosPerTiBHour, factorPermille),
    transferMicrosPerGiB: scaled(prices.transferMicrosPerGiB, factorPermille),
    ...(prices.networkMicrosPerGiB === undefined ? {} : { networkMicrosPerGiB: scaled(prices.networkMicrosPerGiB, factorPermille) }),
  };
}
