import { spawn, type ChildProcess } from "node:child_process";
import { webcrypto } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { credentialsPath, HttpsAgents } from "../../../executor/agent/index.ts";
import { folderName } from "../../../executor/agent/place.ts";
import { holdersOf } from "../../../executor/agent/process/processes.ts";
import type { Command, Report } from "../../../executor/protocol.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import { Authority, RevokedSerials, saveCredentials, type Credentials } from "../../../executor/trust/index.ts";
import type { HostId, WorkloadId } from "../../../model/ids.ts";
import { program } from "../../cli/built.ts";
import { freePort } from "./free-port.ts";
import { newHosts } from "./process-layer.ts";

/** Two hosts with agents in processes of their own, real certificates, and an executor's way to them. */
export interface TwoHosts {
  readonly folder: string;
  readonly authority: Authority;
  readonly agents: HttpsAgents;
  readonly revoked: RevokedSerials;
  readonly mine: Credentials;
  readonly reports: Report[];
  readonly notes: string[];
  /** Who else is told of reports. */
  readonly told: { take: (report: Report) => void };
  readonly ports: Readonly<Record<string, number>>;
  send(host: string, command: Command): void;
  /** Sends again and again, as an executor does, until the wanted report has come. */
  until(host: string, command: Command, wanted: (report: Report) => boolean): Promise<Report>;
  /** kill -9. */
  kill(host: string): Promise<void>;
  start(host: string): Promise<void>;
  /** How many processes of a workload there are on a host. */
  running(host: string, workload: WorkloadId): Promise<number>;
}

/** `layersOf`: the section `layers` of the configuration of a host's agent. */
export async function twoHosts(names: Readonly<Record<string, string>> = { a: "a", b: "b" }, layersOf = programs): Promise<TwoHosts> {
  const folder = await newHosts();
  const means = { clock: systemClock, crypto: webcrypto };
  const { authority } = await Authority.create(join(folder, "authority"), "test fleet", means);
  if (authority === null) throw new Error("there is no authority");
  const ports: Record<string, number> = {};
  for (const host of Object.keys(names)) {
    ports[host] = await freePort();
    await mkdir(join(folder, `${host}.agent`), { mode: 0o700 });
    // `names` tells which certificate a host really has.
    await saveCredentials(credentialsPath(join(folder, `${host}.agent`)), await authority.certify({ role: "agent", name: names[host] ?? host }));
  }
  for (const host of Object.keys(names)) {
    await writeFile(join(folder, `${host}.agent.json`), JSON.stringify({
      apiVersion: "stowage/v1", kind: "agent", host: names[host], folder: join(folder, `${host}.agent`), listen: { address: "127.0.0.1", port: ports[host] },
      peers: Object.entries(ports).map(([peer, port]) => ({ host: peer, address: "127.0.0.1", port })),
      layers: layersOf(host, folder),
    }));
  }
  const processes = new Map<string, ChildProcess>();
  const start = async (host: string): Promise<void> => { processes.set(host, await started(folder, host)); };
  onTestFinished(() => {
    for (const child of processes.values()) child.kill("SIGKILL");
  });
  for (const host of Object.keys(names)) await start(host);
  const [reports, notes]: [Report[], string[]] = [[], []];
  const told: TwoHosts["told"] = { take: () => {} };
  const revoked = new RevokedSerials(means, authority.certificatePem);
  const mine = await authority.certify({ role: "executor", name: "alice" });
  const agents = new HttpsAgents({
    credentials: mine, revoked, clock: systemClock, waitMs: 1000, note: (words) => notes.push(words),
    take: (report) => {
      reports.push(report);
      told.take(report);
    },
    whereIs: ({ host }) => ({ address: "127.0.0.1", port: ports[host] ?? 0 }),
  });
  onTestFinished(() => agents.close());
  const send = (host: string, command: Command): void => agents.send({ to: { host: host as HostId, role: "agent" }, command });
  return {
    folder, authority, agents, revoked, mine, reports, notes, told, ports, send, start,
    until: async (host, command, wanted) => {
      const from = reports.length;
      for (let tries = 0; tries < 300; tries++) {
        if (tries % 5 === 0) send(host, command);
        await new Promise((resolve) => { setTimeout(resolve, 100); });
        const found = reports.slice(from).find(wanted);
        if (found !== undefined) return found;
      }
      throw new Error(`${host} did not answer ${command.kind}: ${JSON.stringify({ reports: reports.slice(from), notes })}`);
    },
    kill: async (host) => {
      const child = processes.get(host);
      const gone = new Promise((resolve) => { child?.once("exit", resolve); });
      child?.kill("SIGKILL");
      await gone;
    },
    running: async (host, workload) => {
      const holders = await holdersOf(join(folder, host, "places", folderName(workload)));
      const sleeping = await Promise.all(holders.map(({ pid }) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
      return sleeping.filter((line) => line.includes("sleep")).length;
    },
  };
}

function programs(host: string, folder: string): Readonly<Record<string, object>> {
  return { process: { folder: join(folder, host), templates: join(folder, "templates", host), programs: ["/bin/sleep"] } };
}

async function started(folder: string, host: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, "agent", "run", join(folder, `${host}.agent.json`)], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("listening")) resolve();
    });
    child.once("exit", () => reject(new Error(`agent ${host} ended: ${said}`)));
  });
  return child;
}
