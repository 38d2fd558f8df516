import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { movesThoughAgentsAreKilled } from "../killed-agents.ts";
import { twoHosts } from "../two-hosts.ts";
import { applicationTemplate, serviceOf } from "./tomcat-layer.ts";
import { hasTomcat, tomcatServices } from "./tomcat-service.ts";

const services = tomcatServices("a", "b");

describe.runIf(hasTomcat)("agents of web applications", () => {
  it("never lose one and never run it twice, whenever they are killed", async () => {
    const hosts = await twoHosts({ a: "a", b: "b" }, (host, folder) => ({
      tomcat: { manager: serviceOf(services, host).url, credentials: serviceOf(services, host).credentials, folder: join(folder, host), templates: join(folder, "templates", host) },
    }));
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
});
