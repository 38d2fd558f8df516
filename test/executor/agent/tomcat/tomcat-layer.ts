import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { folderName } from "../../../../executor/agent/place.ts";
import { TomcatDriver } from "../../../../executor/agent/tomcat/tomcat-driver.ts";
import type { TomcatSettings } from "../../../../executor/agent/tomcat/tomcat-hands.ts";
import type { Layer } from "../driver-contract.ts";
import { twoDrivers, type TwoDrivers } from "../two-drivers.ts";
import type { TomcatService } from "./tomcat-service.ts";
import { counting } from "./war.ts";

/** Two hosts with a Tomcat each, both served by this one process. */
export type TomcatLayer = Layer & TwoDrivers<TomcatDriver>;

export async function tomcatLayer(services: ReadonlyMap<string, TomcatService>): Promise<TomcatLayer> {
  const two = await twoDrivers({
    layer: "tomcat",
    open: (folder, host, world) => TomcatDriver.open(settingsOf(services, folder, host), world),
    clear: async () => { for (const service of services.values()) await clear(service); },
  });
  const { folder } = two;
  return {
    ...two,
    prepare: (host, workload, content) => applicationTemplate(join(folder, "templates", host), workload, content, {}),
    content: (host, workload) => readFile(join(folder, host, "places", folderName(workload), "data", "data"), "utf8").catch(() => null),
    surroundings: async (host) => {
      const listed = (await serviceOf(services, host).manage("list")).split("\n").filter((line) => !/^\/[wx]-/.test(line)).map((line) => line.replace(/:\d+:/, ":"));
      return JSON.stringify([listed, (await readdir(folder)).filter((name) => name !== "templates"), await readdir(join(folder, host)), await readdir(join(folder, host, "incoming")), await readdir(join(folder, host, "leaving"))]);
    },
  };
}

export function settingsOf(services: ReadonlyMap<string, TomcatService>, folder: string, host: string): TomcatSettings {
  const { url, credentials } = serviceOf(services, host);
  return { url, credentials, root: join(folder, host), templates: join(folder, "templates", host), owner: null };
}

export function serviceOf(services: ReadonlyMap<string, TomcatService>, host: string): TomcatService {
  const service = services.get(host);
  if (service === undefined) throw new Error(`there is no Tomcat on ${host}`);
  return service;
}

/** Puts a web application where new workloads of a host come from. */
export async function applicationTemplate(templates: string, workload: string, content: string, application: object, war: Buffer = counting): Promise<void> {
  const place = join(templates, folderName(workload));
  await mkdir(join(place, "data"), { recursive: true });
  await writeFile(join(place, "data", "data"), content);
  await writeFile(join(place, "application.json"), JSON.stringify(application));
  await writeFile(join(place, "app.war"), war);
}

async function clear(service: TomcatService): Promise<void> {
  for (const line of (await service.manage("list")).split("\n").slice(1)) {
    const [path = ""] = line.split(":");
    if (path.startsWith("/") && !path.startsWith("/manager")) await service.manage(`undeploy?path=${encodeURIComponent(path)}`);
  }
}
