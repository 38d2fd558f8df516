import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { settledName } from "../../../../executor/agent/podman/podman.ts";
import type { Command, Expectation, Report } from "../../../../executor/protocol.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../../model/ids.ts";
import type { Action } from "../../../../model/plan.ts";
import { Random } from "../../../../model/random.ts";
import { twoHosts } from "../two-hosts.ts";
import { containerTemplate, idle, serviceOf, volumeAt } from "./podman-layer.ts";
import { hasPodman, podmanServices } from "./podman-service.ts";

const services = podmanServices("a", "b");
const web = "web" as WorkloadId;
const [a, b] = ["a" as HostId, "b" as HostId];
let actions = 0;

function perform(work: Action, expects: Expectation): Extract<Command, { readonly kind: "perform" }> {
  actions++;
  return { kind: "perform", run: "run-1" as RunId, action: `action-${actions}` as ActionId, attempt: 1, epoch: 1, work, expects, deadlineMs: 60_000, layer: "podman" };
}

function endOf({ action }: Extract<Command, { readonly kind: "perform" }>): (report: Report) => boolean {
  return (report) => (report.kind === "done" || report.kind === "failed" || report.kind === "void") && report.action === action;
}

/** On how many of the two hosts it runs. */
async function running(): Promise<number> {
  const lists = await Promise.all(["a", "b"].map((host) => serviceOf(services, host).podman("ps", "--quiet", "--filter", `name=^${settledName(web)}$`)));
  return lists.filter((list) => list.trim() !== "").length;
}

describe.runIf(hasPodman)("agents of containers", () => {
  it("never lose one and never run it twice, whenever they are killed", async () => {
    const hosts = await twoHosts({ a: "a", b: "b" }, (host, folder) => ({
      podman: { socket: serviceOf(services, host).socket, folder: join(folder, host), templates: join(folder, "templates", host) },
    }));
    onTestFinished(async () => {
      for (const service of services.values()) await service.clear();
    });
    const random = new Random(20_261_122);
    await containerTemplate(join(hosts.folder, "templates", "a"), web, { ...idle, settleMs: 100 }, "x".repeat(10_000_000));
    const steps: readonly (readonly [string, Action, Expectation])[] = [
      ["a", { kind: "start", workload: web, host: a }, "absent"],
      ["a", { kind: "stop", workload: web, host: a }, "running"],
      ["a", { kind: "transfer", workload: web, from: a, to: b }, "stopped"],
      ["b", { kind: "start", workload: web, host: b }, "stopped"],
      ["a", { kind: "deleteSource", workload: web, host: a }, "stopped"],
    ];
    for (const [host, work, expects] of steps) {
      const victims = work.kind === "transfer" ? ["a", "b", "b", null] : work.kind === "deleteSource" ? [null] : [host, null];
      for (const victim of victims) {
        const command = perform(work, expects);
        hosts.send(host, command);
        if (victim !== null) {
          await new Promise((resolve) => { setTimeout(resolve, random.below(600)); });
          await hosts.kill(victim);
          expect(await running()).toBeLessThanOrEqual(1);
          await hosts.start(victim);
        }
        const { run, action, attempt } = command;
        const end = await hosts.until(host, { kind: "settle", epoch: 1, run, action, attempt }, endOf(command));
        expect(await running()).toBeLessThanOrEqual(1);
        if (end.kind === "done") break;
        if (victim === null) expect(end).toMatchObject({ kind: "done" });
      }
    }
    expect((await readFile(join(await volumeAt(services, "b", web) ?? "", "data"), "utf8")).length).toBe(10_000_000);
    expect([await running(), (await serviceOf(services, "b").podman("ps", "--all", "--quiet")).trim().split("\n").length]).toEqual([1, 1]);
    const left = await Promise.all(["a", "b"].map(async (host) => (await serviceOf(services, host).podman("volume", "ls", "--quiet")).trim().split("\n").filter((name) => name !== "").length));
    expect(left).toEqual([0, 1]);
  }, 180_000);
});
