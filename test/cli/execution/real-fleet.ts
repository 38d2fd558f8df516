import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { folderName } from "../../../executor/agent/place.ts";
import { holdersOf, signal } from "../../../executor/agent/process/processes.ts";
import type { Program } from "../../../executor/agent/process/program.ts";
import { template } from "../../executor/agent/process-layer.ts";
import { program } from "../built.ts";
import { stowage, type Ended } from "../command-line.ts";

/** Hosts with real agents that run programs, an authority, and an operator who reaches them, all made with commands. */
export interface RealFleet {
  readonly folder: string;
  /** The operator's configuration. */
  readonly config: string;
  readonly ports: Readonly<Record<string, number>>;
  /** A path in the fleet's folder. */
  at(name: string): string;
  /** A command in this process, as the operator. */
  run(...args: readonly string[]): Promise<Ended>;
  /** The same as a process of its own, with the operator's configuration. */
  begin(...args: readonly string[]): Begun;
  /** kill -9 of an agent, or of the authority by that name, and its next start. */
  kill(host: string): Promise<void>;
  start(host: string): Promise<void>;
  /** Puts a program on a host that is to run there. */
  template(host: string, workload: string, files: Readonly<Record<string, string>>, settings?: Partial<Program>): Promise<void>;
  /** Does any process of a workload live on a host? */
  runs(host: string, workload: string): Promise<boolean>;
  /** A file of a workload on a host; null when it is not there. */
  content(host: string, workload: string, name: string): Promise<string | null>;
}

/** A command that runs as a process of its own. */
export interface Begun {
  readonly child: ChildProcess;
  readonly printed: { out: string; err: string };
  readonly ended: Promise<Ended>;
}

export interface FleetOptions {
  readonly hosts?: readonly string[];
  /** More for the configuration of each agent; `at` gives a path in the fleet's folder. */
  readonly agent?: (host: string, at: (name: string) => string) => Readonly<Record<string, unknown>>;
  readonly operator?: Readonly<Record<string, unknown>>;
}

export async function realFleet({ hosts = ["a", "b"], agent = () => ({}), operator = {} }: FleetOptions = {}): Promise<RealFleet> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-fleet-"));
  const at = (name: string): string => join(folder, name);
  const children = new Map<string, ChildProcess>();
  onTestFinished(async () => {
    for (const child of children.values()) child.kill("SIGKILL");
    await endPrograms(folder, hosts);
    await rm(folder, { recursive: true, force: true });
  });
  const ports = Object.fromEntries(await Promise.all(hosts.map(async (host) => [host, await freePort()] as const)));
  await must(stowage("ca", "init", "--folder", at("authority")));
  const authorityPort = await freePort();
  const serve = ["ca", "serve", "--folder", at("authority"), "--listen", `127.0.0.1:${authorityPort}`];
  children.set("authority", await ready(serve));
  const authority = { address: "127.0.0.1", port: authorityPort };
  const peers = hosts.map((host) => ({ host, address: "127.0.0.1", port: ports[host] ?? 0 }));
  const start = async (host: string): Promise<void> => void children.set(host, await ready(host === "authority" ? serve : ["agent", "run", at(`${host}.json`)]));
  for (const host of hosts) {
    await mkdir(at(`templates/${host}`), { recursive: true });
    await writeFile(at(`${host}.json`), JSON.stringify({
      apiVersion: "stowage/v1", kind: "agent", host, folder: at(`${host}.agent`), listen: { address: "127.0.0.1", port: ports[host] }, authority, peers: peers.filter((peer) => peer.host !== host),
      layers: { process: { folder: at(host), templates: at(`templates/${host}`), programs: ["/bin/sleep", "/bin/sh"] } }, capacity: { cpuMillicores: 4000, memoryMiB: 8192, storageMiB: 50_000 }, ...agent(host, at),
    }));
    const { out } = await must(stowage("ca", "token", "agent", host, "--folder", at("authority")));
    await writeFile(at(`${host}.token`), out);
    await must(stowage("agent", "enrol", at(`${host}.json`), "--token-file", at(`${host}.token`)));
    await start(host);
  }
  await must(stowage("ca", "executor", "anna", "--folder", at("authority"), "--out", at("executor.pem")));
  const config = at("stowage.yaml");
  await writeFile(config, JSON.stringify({ apiVersion: "stowage/v1", kind: "operator", person: "anna", credentials: "executor.pem", authority, agents: peers, ...operator }));
  return {
    folder, config, ports, at, start,
    run: (...args) => stowage(...args, "--config", config),
    begin: (...args) => begun([...args, "--config", config]),
    kill: async (host) => {
      const child = children.get(host);
      const gone = new Promise((resolve) => { child?.once("exit", resolve); });
      child?.kill("SIGKILL");
      await gone;
    },
    template: (host, workload, files, settings = {}) => template(folder, host, workload, files, { command: ["/bin/sleep", "1000"], settleMs: 10, graceMs: 2000, ...settings }),
    runs: async (host, workload) => {
      const holders = await holdersOf(join(folder, host, "places", folderName(workload)));
      return holders.length > 0;
    },
    content: (host, workload, name) => readFile(join(folder, host, "places", folderName(workload), "files", name), "utf8").catch(() => null),
  };
}

/** Fails with what was printed unless the command ended well. */
export async function must(ended: Promise<Ended>): Promise<Ended> {
  const { code, out, err } = await ended;
  if (code !== 0) throw new Error(`exit code ${code}\n${out}\n${err}`);
  return { code, out, err };
}

function begun(args: readonly string[]): Begun {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => void (printed.out += data.toString()));
  child.stderr.on("data", (data: Buffer) => void (printed.err += data.toString()));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, printed, ended: new Promise((resolve) => { child.on("close", (code) => resolve({ code, ...printed })); }) };
}

async function ready(args: readonly string[]): Promise<ChildProcess> {
  const { child, printed, ended } = begun(args);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", () => { if (printed.out.includes("listening")) resolve(); });
    void ended.then(({ err }) => reject(new Error(`${args.join(" ")} ended: ${err}`)));
  });
  return child;
}

async function endPrograms(folder: string, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    const places = join(folder, host, "places");
    for (const name of await readdir(places).catch(() => [])) {
      for (const holder of await holdersOf(join(places, name))) await signal(holder, "SIGKILL");
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** The scenario of a fleet of programs: who is where, and who is new. */
export function programs(hosts: readonly string[], workloads: Readonly<Record<string, Readonly<Record<string, unknown>>>>, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    apiVersion: "stowage/v1", name: "programs", sites: [{ id: "here" }],
    hosts: hosts.map((id) => ({ id, site: "here", capacity: { cpuMillicores: 4000, memoryMiB: 8192, storageMiB: 50_000 }, layers: { process: "1" } })),
    workloads: Object.entries(workloads).map(([id, fields]) => ({ id, layer: "process", reservation: { cpuMillicores: 100, memoryMiB: 64 }, dataMiB: 1, liveMove: false, mayStop: true, startMs: 500, stopMs: 500, ...fields })),
    ...more,
  });
}
