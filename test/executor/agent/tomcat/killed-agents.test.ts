import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { folderName } from "../../../../executor/agent/place.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { movesThoughAgentsAreKilled } from "../killed-agents.ts";
import { startsThoughKilledAtItsFiles } from "../killed-starts.ts";
import { twoHosts } from "../two-hosts.ts";
import { applicationTemplate, serviceOf } from "./tomcat-layer.ts";
import { hasTomcat, tomcatServices } from "./tomcat-service.ts";

const services = tomcatServices("a", "b");

function layers(host: string, folder: string): Readonly<Record<string, object>> {
  const { url, credentials } = serviceOf(services, host);
  return { tomcat: { manager: url, credentials, folder: join(folder, host), templates: join(folder, "templates", host) } };
}

describe.runIf(hasTomcat)("agents of web applications", () => {
  it("never lose one and never run it twice, whenever they are killed", async () => {
    const hosts = await twoHosts({ a: "a", b: "b" }, layers);
    onTestFinished(async () => {
      for (const service of services.values()) await service.manage("undeploy?path=/shop");
    });
    const content = "x".repeat(1_000_000);
    await applicationTemplate(join(hosts.folder, "templates", "a"), "web", content, { path: "/shop" });
    // Whoever is listed may come to run, also when it does not answer yet.
    const listed = async (): Promise<number> => (await Promise.all(["a", "b"].map(async (host) => (await serviceOf(services, host).manage("list")).includes("/shop:")))).filter(Boolean).length;
    await movesThoughAgentsAreKilled(hosts, "tomcat", listed, 20_261_122);
    expect((await serviceOf(services, "b").page("/shop")).text).toBe(`1 ${content}`);
    expect((await serviceOf(services, "a").page("/shop")).status).toBe(404);
  }, 180_000);

  it("leave nothing in the way of the next start when they are killed in the middle of one", async () => {
    const hosts = await twoHosts({ a: "a" }, layers);
    onTestFinished(async () => { await serviceOf(services, "a").manage("undeploy?path=/many"); });
    const web = "web" as WorkloadId;
    const templates = join(hosts.folder, "templates", "a");
    await applicationTemplate(templates, web, "", { path: "/many" });
    await startsThoughKilledAtItsFiles(hosts, "tomcat", web, join(templates, folderName(web), "data"));
  }, 60_000);
});
