import { Type, type Static, type TObject } from "typebox";
import type { Action } from "../../model/plan.ts";
import type { HostId } from "../../model/ids.ts";
import type { Clock } from "../../model/clock.ts";
import type { Alarm } from "../run.ts";
import type { AuthorityAddress, Means } from "../trust/index.ts";
import { AllLayers } from "./all-layers.ts";
import type { Receiver } from "./carrier.ts";
import { layerKinds } from "./catalogue.ts";
import { absolutePath, hostName, networkAddress, networkPort } from "./configuration-fields.ts";
import type { Driver } from "./driver.ts";
import { openHostAgent, type OpenedHostAgent } from "./host-agent.ts";
import { hostFacts } from "./host-facts.ts";

const closed = { additionalProperties: false };
const actionKinds = ["start", "stop", "transfer", "migrate", "copy", "deleteSource", "remove"] as const satisfies readonly Action["kind"][];

const listen = Type.Object({ address: networkAddress("Address of this host; 0.0.0.0 for all of them."), port: networkPort("Port; 0 for any that is free.", 0) }, { ...closed, description: "Where the agent listens." });

/** Where an authority listens, in a configuration. */
export const authorityPlace = Type.Object({
  address: networkAddress("Address of the authority."), port: networkPort("Its port."),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: "Its name; main when absent." })),
}, { ...closed, description: "Where certificates are renewed and revocations are known (`stowage ca serve`)." });

/** Where the agent of a host listens, in the configuration of an operator. */
export const agentPlaces = Type.Object({
  host: hostName("Host, as scenarios name it."), address: networkAddress("Its address."), port: networkPort("The port of its agent."),
  power: Type.Optional(Type.Object({ address: networkAddress("Address of whoever switches it on and off."), port: networkPort("Their port.") }, closed)),
}, closed);

const peer = Type.Object({ host: hostName("Host."), address: networkAddress("Its address."), port: networkPort("The port of its agent.") }, closed);

/** The configuration file of an agent: the one source of its checks and its description. */
export const agentConfigurationSchema = Type.Object({
  apiVersion: Type.Literal("stowage/v1", { description: "Version of the format." }),
  kind: Type.Literal("agent", { description: "What this file is." }),
  host: hostName("The host that the agent speaks for, as scenarios name it."),
  folder: absolutePath("Where the agent keeps its certificate and its log; one agent, one folder."),
  listen,
  authority: Type.Optional(authorityPlace),
  peers: Type.Optional(Type.Array(peer, { maxItems: 10_000, description: "Agents of other hosts, to whom data are carried." })),
  actions: Type.Optional(Type.Array(Type.Union(actionKinds.map((kind) => Type.Literal(kind))), { description: "What executors may have done here; everything when absent." })),
  capacity: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 253 }), Type.Integer({ minimum: 0 }), { description: "What of the machine is for workloads, by resource; what it has when absent." })),
  features: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { description: "Features of the host, as scenarios name them." })),
  state: Type.Optional(Type.Union([Type.Literal("on"), Type.Literal("maintenance")], { description: "maintenance: the host is to be emptied. Default on." })),
  layers: Type.Object(Object.fromEntries(Object.values(layerKinds).map(({ name, settings }): [string, TObject] => [name, Type.Optional(settings)])), { ...closed, minProperties: 1, description: "The layers that it drives, with their settings." }),
}, { ...closed, $id: "https://stowage.example/agent.schema.json", title: "Configuration of a Stowage agent" });

export type AgentConfiguration = Omit<Static<typeof agentConfigurationSchema>, "layers"> & { readonly layers: Readonly<Record<string, unknown>> };

/** What a configured agent needs of the world. */
export interface AgentSurroundings {
  readonly means: Means;
  readonly clock: Clock & Alarm;
  readonly note: (words: string) => void;
}

/** Opens the agent that a configuration describes. */
export function openConfiguredAgent(configuration: AgentConfiguration, { means, clock, note }: AgentSurroundings): Promise<OpenedHostAgent> {
  const { folder, listen, peers = [] } = configuration;
  const addresses = new Map([
    // A copy may stay on its host: an agent is a peer of itself.
    [configuration.host, { address: loopbackOf(listen.address), port: listen.port }], ...peers.map(({ host, address, port }) => [host, { address, port }] as const),
  ]);
  const drivers = new Map<string, Driver & Receiver>();
  const wallClock = { nowMs: () => clock.nowMs(), utcMs: () => means.clock.utcMs(), after: (delayMs: number, wake: () => void) => clock.after(delayMs, wake) };
  return openHostAgent({
    host: configuration.host as HostId, folder, listen, means, clock, note,
    authority: authorityOf(configuration),
    whereIs: (host: HostId) => addresses.get(host) ?? null,
    async driver(carrierOf) {
      for (const [name, settings] of Object.entries(configuration.layers)) {
        const driver = await layerKinds[name]?.open(settings, { clock: wallClock, carrier: carrierOf(name), note: (words) => note(`layer ${name}: ${words}`) });
        if (driver !== undefined) drivers.set(name, driver);
      }
      return new AllLayers(drivers, new Set(configuration.actions ?? actionKinds), wallClock);
    },
    async facts() {
      const found = await hostFacts(folder);
      return { ...found, state: configuration.state ?? "on", features: configuration.features ?? [], capacity: { ...found.capacity, ...configuration.capacity } };
    },
  });
}

/** Where somebody who listens everywhere is found on the same machine. */
function loopbackOf(address: string): string {
  return address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
}

/** Where the authority of a configuration is; null when it names none. */
export function authorityOf({ authority }: Pick<AgentConfiguration, "authority">): AuthorityAddress | null {
  return authority === undefined ? null : { address: authority.address, port: authority.port, name: authority.name ?? "main" };
}
