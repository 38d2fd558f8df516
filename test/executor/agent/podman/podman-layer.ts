import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { folderName } from "../../../../executor/agent/place.ts";
import type { Container } from "../../../../executor/agent/podman/container-file.ts";
import { PodmanDriver } from "../../../../executor/agent/podman/podman-driver.ts";
import { Podman, settledName } from "../../../../executor/agent/podman/podman.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import type { Layer } from "../driver-contract.ts";
import { twoDrivers, type TwoDrivers } from "../two-drivers.ts";
import type { PodmanService } from "./podman-service.ts";

const run = promisify(execFile);

/** Ends at once when it is told to, and does nothing else. */
export const idle: Container = { image: "localhost/tiny:1", command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"], settleMs: 10, graceMs: 5000, volumes: { data: "/data" } };

/** Two hosts with a podman each, whose drivers pass data on to each other over a way that can be cut. */
export async function podmanLayer(services: ReadonlyMap<string, PodmanService>): Promise<Layer & TwoDrivers<PodmanDriver>> {
  const two = await twoDrivers({
    layer: "podman",
    open: async (folder, host, world) => {
      const settings = { socket: serviceOf(services, host).socket, root: join(folder, host), templates: join(folder, "templates", host), networks: ["none"] } as const;
      await mkdir(settings.root, { recursive: true });
      return PodmanDriver.open(settings, world);
    },
    clear: async () => { for (const service of services.values()) await service.clear(); },
  });
  const { folder } = two;
  return {
    ...two,
    prepare: (host, workload, content) => containerTemplate(join(folder, "templates", host), workload, idle, content),
    content: async (host, workload) => {
      const volume = await volumeAt(services, host, workload);
      return volume === null ? null : readFile(join(volume, "data"), "utf8").catch(() => null);
    },
    surroundings: async (host) => {
      const service = serviceOf(services, host);
      const others = await Promise.all([
        service.podman("ps", "--all", "--format", "{{.Names}}"), service.podman("volume", "ls", "--format", "{{.Name}}"), service.podman("images", "--format", "{{.Id}} {{.Repository}}", "--filter", "reference=localhost/tiny"),
      ]);
      others.splice(0, 2, ...others.slice(0, 2).map((names) => names.split("\n").filter((name) => !/^[wxiv]-/.test(name)).join("\n")));
      return JSON.stringify([...others, (await readdir(folder)).filter((name) => name !== "templates"), await readdir(join(folder, host))]);
    },
  };
}

export function serviceOf(services: ReadonlyMap<string, PodmanService>, host: string): PodmanService {
  const service = services.get(host);
  if (service === undefined) throw new Error(`there is no podman on ${host}`);
  return service;
}

/** The folder in which the data of a workload lie; null when there are none. */
export async function volumeAt(services: ReadonlyMap<string, PodmanService>, host: string, workload: WorkloadId): Promise<string | null> {
  const container = await new Podman(serviceOf(services, host).socket).inspect(settledName(workload));
  return container?.Mounts[0]?.Source ?? null;
}

/** Puts a container where new workloads of a host come from, with a file in its volume. */
export async function containerTemplate(templates: string, workload: string, container: Container, content: string): Promise<void> {
  const place = join(templates, folderName(workload));
  const files = join(place, "files");
  await mkdir(join(place, "volumes"), { recursive: true });
  await mkdir(files, { recursive: true });
  await writeFile(join(files, "data"), content);
  await run("/bin/tar", ["--create", "--owner=71", "--group=72", "--mode=u=rwx,go=", `--directory=${files}`, `--file=${join(place, "volumes", "data.tar")}`, "."]);
  await writeFile(join(place, "container.json"), JSON.stringify(container));
}
