import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { folderName } from "../../../executor/agent/place.ts";
import { ProcessDriver } from "../../../executor/agent/process/process-driver.ts";
import type { ProcessSettings } from "../../../executor/agent/process/process-hands.ts";
import { holdersOf, signal } from "../../../executor/agent/process/processes.ts";
import type { Program } from "../../../executor/agent/process/program.ts";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Layer } from "./driver-contract.ts";
import { twoDrivers } from "./two-drivers.ts";

/** A folder for one test; every program that still runs in it is ended with the test. */
export async function newHosts(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-process-"));
  onTestFinished(async () => {
    await endAll(folder);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Ends every program of the hosts in a folder. */
export async function endAll(folder: string): Promise<void> {
  for (const host of await readdir(folder)) {
    const places = join(folder, host, "places");
    for (const name of await readdir(places).catch(() => [])) {
      for (const holder of await holdersOf(join(places, name))) await signal(holder, "SIGKILL");
    }
  }
}

/** Puts a program where new workloads of a host come from. */
export async function template(folder: string, host: string, workload: string, files: Readonly<Record<string, string>>, program: Program): Promise<void> {
  const place = join(folder, "templates", host, folderName(workload));
  await mkdir(join(place, "files"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(place, "files", name), content);
    await chmod(join(place, "files", name), 0o755);
  }
  await writeFile(join(place, "program.json"), JSON.stringify(program));
}

export const sleeper: Program = { command: ["/bin/sleep", "1000"], settleMs: 10, graceMs: 2000 };

export function settingsOf(folder: string, host: string): ProcessSettings {
  return { root: join(folder, host), templates: join(folder, "templates", host), allowed: ["/bin/sleep"], owner: null, startAtBoot: false };
}

/** Two hosts, whose drivers pass data on to each other directly, over a way that can be cut. */
export async function processLayer(): Promise<Layer & { readonly folder: string }> {
  const two = await twoDrivers({ layer: "process", open: (folder, host, world) => ProcessDriver.open(settingsOf(folder, host), world), clear: endAll });
  const { folder } = two;
  return {
    ...two,
    prepare: (host, workload, content) => template(folder, host, workload, { data: content }, sleeper),
    content: (host, workload: WorkloadId) => readFile(join(folder, host, "places", folderName(workload), "files", "data"), "utf8").catch(() => null),
    surroundings: async (host) => JSON.stringify([(await readdir(folder)).filter((name) => name !== "templates"), await readdir(join(folder, host)), await readdir(join(folder, host, "incoming")), await readdir(join(folder, host, "leaving"))]),
  };
}
