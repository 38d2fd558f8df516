import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Report } from "../../../../executor/protocol.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../../model/ids.ts";
import { twoHosts } from "../two-hosts.ts";
import { containerTemplate, idle, serviceOf } from "./podman-layer.ts";
import { hasPodman, podmanServices } from "./podman-service.ts";

const services = podmanServices("a");
const a = "a" as HostId;

describe.runIf(hasPodman)("a start of a container whose agent is killed", () => {
  it("leaves nothing in the way of the next, whenever that was", async () => {
    const hosts = await twoHosts({ a: "a" }, (host, folder) => ({
      podman: { socket: serviceOf(services, host).socket, folder: join(folder, host), templates: join(folder, "templates", host) },
    }));
    onTestFinished(() => serviceOf(services, "a").clear());
    const start = async (workload: WorkloadId, action: string, killAfterMs: number | null): Promise<Report> => {
      const attempt = { run: "run-1" as RunId, action: action as ActionId, attempt: 1, epoch: 1 };
      hosts.send("a", { kind: "perform", ...attempt, work: { kind: "start", workload, host: a }, expects: "absent", deadlineMs: 60_000, layer: "podman" });
      if (killAfterMs !== null) {
        await new Promise((resolve) => { setTimeout(resolve, killAfterMs); });
        await hosts.kill("a");
        await hosts.start("a");
      }
      return hosts.until("a", { kind: "settle", ...attempt }, (report) => (report.kind === "done" || report.kind === "failed" || report.kind === "void") && report.action === action);
    };
    // Most of these come while podman makes the container; when that is depends on the machine.
    for (const killAfterMs of [60, 80, 90, 100, 110, 120, 130, 150, 200, 300]) {
      const workload = `web-${killAfterMs}` as WorkloadId;
      await containerTemplate(join(hosts.folder, "templates", "a"), workload, { ...idle, settleMs: 100 }, "x".repeat(10_000_000));
      const first = await start(workload, `first-${killAfterMs}`, killAfterMs);
      if (first.kind === "done") continue;
      expect({ killAfterMs, second: await start(workload, `second-${killAfterMs}`, null) }).toMatchObject({ killAfterMs, second: { kind: "done" } });
    }
  }, 180_000);
});
