import { webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { Authority, credentialsPath, saveCredentials, systemClock } from "../../executor/index.ts";
import { LabFault } from "./command.ts";
import { cacheFolder, type HostNames, type LabNames } from "./names.ts";

const means = { clock: systemClock, crypto: webcrypto };

/** The last part of the address at which the lab's authority listens. */
export const authorityAddress = 253;
export const authorityPort = 7440;
export const agentPort = 7441;
/** Virtual addresses that hosts of a lab may hold, as workloads `address-1` and so on. */
const virtualAddresses = [201, 202, 203];

/** The parts of the agents' configuration that a lab may want otherwise. */
export interface AgentWishes {
  /** A guest that does not shut down in so long is switched off, if it may be. */
  readonly graceMs?: number;
  readonly mayDestroy?: boolean;
  /** The most that a live move may take of the network. */
  readonly bandwidthMiBps?: number;
  /** Whether a guest that moves goes on only when the source is known to have let go. */
  readonly handOver?: boolean;
}

interface Member extends HostNames {
  readonly address: string;
  readonly peerUri: string;
}

/** Where a lab's operator finds what `--config` names. */
export function operatorFile(lab: LabNames): string {
  return join(lab.folder, "operator/stowage.yaml");
}

export function agentFile({ folder }: HostNames): string {
  return join(folder, "agent.yaml");
}

export function authorityFolder(lab: LabNames): string {
  return join(lab.folder, "authority");
}

/** The command line itself, as another process runs it. */
export function stowage(args: readonly string[]): readonly string[] {
  // The same from beside the sources and from within dist/cli.
  const built = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
  if (!existsSync(built)) throw new LabFault(`There is no ${built}.`, "`npm run build` makes it.");
  return [process.execPath, built, ...args];
}

/** Makes the authority of a lab, a certificate for each host and for the operator, and everybody's configuration. */
export async function makeMembers(lab: LabNames, network: string, hosts: readonly Member[], wishes: AgentWishes): Promise<void> {
  const folder = authorityFolder(lab);
  const there = existsSync(folder);
  const { authority, diagnostics } = there ? await Authority.open(folder, means) : await Authority.create(folder, "main", means);
  if (authority === null) throw new LabFault(diagnostics[0]?.message ?? `${folder} has no authority`, diagnostics[0]?.advice ?? "`stowage lab down`, then `stowage lab up`.");
  for (const host of hosts) {
    const agent = join(host.folder, "agent");
    await mkdir(agent, { recursive: true, mode: 0o700 });
    if (!existsSync(credentialsPath(agent))) await saveCredentials(credentialsPath(agent), await authority.certify({ role: "agent", name: host.host }));
    await writeFile(agentFile(host), stringify(agentConfiguration(host, hosts, network, wishes)));
  }
  const file = operatorFile(lab);
  await mkdir(join(lab.folder, "operator"), { recursive: true, mode: 0o700 });
  const credentials = join(lab.folder, "operator/executor.pem");
  if (!existsSync(credentials)) await saveCredentials(credentials, await authority.certify({ role: "executor", name: "operator" }));
  await writeFile(file, stringify(operatorConfiguration(hosts, network)));
}

function operatorConfiguration(hosts: readonly Member[], network: string): unknown {
  return {
    apiVersion: "stowage/v1", kind: "operator", person: "operator", people: [{ name: "operator" }, { name: "planner" }, { name: "approver" }],
    credentials: "executor.pem", authority: authorityOf(network), agents: hosts.map(({ host, address }) => ({ host, address, port: agentPort })),
  };
}

function agentConfiguration(host: Member, hosts: readonly Member[], network: string, { graceMs = 20_000, mayDestroy = true, bandwidthMiBps, handOver }: AgentWishes): unknown {
  const others = hosts.filter((each) => each.host !== host.host);
  const own = (name: string): string => join(host.folder, "agent", name);
  return {
    apiVersion: "stowage/v1", kind: "agent", host: host.host, folder: join(host.folder, "agent"),
    listen: { address: host.address, port: agentPort }, authority: authorityOf(network),
    peers: others.map((each) => ({ host: each.host, address: each.address, port: agentPort })),
    // What the hosts share is dealt out, so that no host is believed to have all of it.
    capacity: { cpuMillicores: 4000, memoryMiB: 1024, storageMiB: 4096 },
    layers: {
      libvirt: {
        folder: own("libvirt"), templates: join(host.folder, "templates/libvirt"), networks: ["br0"], graceMs, mayDestroy,
        images: { folder: "/var/lib/libvirt/images", others: [cacheFolder, "/var/log/libvirt"] },
        live: {
          peers: others.map((each) => ({ host: each.host, uri: each.peerUri, memoryUri: `tcp://${each.address}` })),
          ...(bandwidthMiBps === undefined ? {} : { bandwidthMiBps }), ...(handOver === undefined ? {} : { handOver }),
          // The guests of a lab have memory that QEMU carries whole (guest/emulator.ts).
          emulated: true,
        },
      },
      process: { folder: own("process"), templates: join(host.folder, "templates/process") },
      address: { folder: own("address"), interface: "br0", addresses: virtualAddresses.map((last, i) => ({ workload: `address-${i + 1}`, address: `${network}.${last}/32` })) },
    },
  };
}

function authorityOf(network: string): { readonly address: string; readonly port: number } {
  return { address: `${network}.${authorityAddress}`, port: authorityPort };
}
