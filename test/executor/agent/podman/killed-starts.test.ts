import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { WorkloadId } from "../../../../model/ids.ts";
import { startNew } from "../killed-starts.ts";
import { twoHosts } from "../two-hosts.ts";
import { containerTemplate, idle, serviceOf } from "./podman-layer.ts";
import { hasPodman, podmanServices } from "./podman-service.ts";

const services = podmanServices("a");

describe.runIf(hasPodman)("a start of a container whose agent is killed", () => {
  it("leaves nothing in the way of the next, whenever that was", async () => {
    const hosts = await twoHosts({ a: "a" }, (host, folder) => ({
      podman: { socket: serviceOf(services, host).socket, folder: join(folder, host), templates: join(folder, "templates", host) },
    }));
    onTestFinished(() => serviceOf(services, "a").clear());
    // Most of these come while podman makes the container; when that is depends on the machine.
    for (const killAfterMs of [60, 80, 90, 100, 110, 120, 130, 150, 200, 300]) {
      const workload = `web-${killAfterMs}` as WorkloadId;
      await containerTemplate(join(hosts.folder, "templates", "a"), workload, { ...idle, settleMs: 100 }, "x".repeat(10_000_000));
      const first = await startNew(hosts, "podman", workload, () => wait(killAfterMs));
      if (first.kind === "done") continue;
      expect({ killAfterMs, second: await startNew(hosts, "podman", workload, null) }).toMatchObject({ killAfterMs, second: { kind: "done" } });
    }
  }, 180_000);
});
