import { Type } from "typebox";
import { absolutePath } from "../configuration-fields.ts";
import { layerKind } from "../layer-kind.ts";
import { AddressDriver } from "./address-driver.ts";
import { interfaceOf } from "./network-tools.ts";

const byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

const settings = Type.Object({
  folder: absolutePath("Where it is kept which addresses are here; nothing else may be in it."),
  interface: Type.String({
    pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$", meaning: "must be the name of a network interface", description: "The network interface that has the addresses, such as br0.",
  }),
  addresses: Type.Array(Type.Object({
    workload: Type.String({ minLength: 1, maxLength: 253, description: "The workload of a scenario that stands for the address." }),
    address: Type.String({
      pattern: `^${byte}\\.${byte}\\.${byte}\\.${byte}/([1-9]|[12][0-9]|3[0-2])$`, meaning: "must be an IPv4 address with the length of its prefix, such as 10.0.0.5/32", description: "The address, such as 10.0.0.5/32.",
    }),
  }, { additionalProperties: false }), { maxItems: 10_000, description: "Every address that may ever be held here. All hosts that may hold one say the same of it." }),
}, { additionalProperties: false, description: "Virtual addresses of services." });

/** Virtual addresses, from the configuration of an agent. */
export const addressLayer = layerKind("address", settings, ({ folder, interface: name, addresses }, world) => AddressDriver.open({
  root: folder, network: interfaceOf(name, world.clock), addresses: new Map(addresses.map(({ workload, address }) => [workload, address])),
}, world));
