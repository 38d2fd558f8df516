import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ProcessDriver } from "../../../../executor/agent/process/process-driver.ts";
import type { FoundWorkload } from "../../../../executor/protocol.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import { quiet, task } from "../driver-contract.ts";
import { processLayer, settingsOf, template } from "../process-layer.ts";
import { wired } from "../wired.ts";

const [web, idle] = ["web" as WorkloadId, "idle" as WorkloadId];

describe("programs", () => {
  it("are listed with what limits them, what they use with their children, and how much there is to carry", async () => {
    const layer = await processLayer();
    const { a, b } = layer;
    const busy = "#!/bin/sh\n(while :; do :; done) &\nwhile :; do :; done\n";
    await template(layer.folder, "a", web, { serve: busy, data: "x".repeat(3_000_000) }, { command: ["serve"], settleMs: 10, limits: { memoryMiB: 64, cpuMillicores: 400 } });
    await template(layer.folder, "a", idle, {}, { command: ["/bin/sleep", "1000"], settleMs: 10 });
    for (const workload of [web, idle]) expect(await layer.driver(a).perform(task({ kind: "start", workload, host: a }, "absent"), quiet())).toEqual({ kind: "done" });
    const listed = async (): Promise<Readonly<Record<string, FoundWorkload>>> => Object.fromEntries((await layer.driver(a).workloads()).map((each) => [each.workload, each]));
    const first = await listed();
    expect(first["web"]).toMatchObject({ found: "running", liveMove: false, dataMiB: 3, reservation: { memoryMiB: 64, cpuMillicores: 400 }, use: { memoryMiB: expect.any(Number) } });
    expect(first["web"]?.use).not.toHaveProperty("cpuMillicores");
    expect(first["idle"]).not.toHaveProperty("reservation");
    await expect.poll(async () => {
      const { web: serving, idle: sleeping } = await listed();
      return (serving?.use?.["cpuMillicores"] ?? 0) > (sleeping?.use?.["cpuMillicores"] ?? 0) && (serving?.use?.["cpuMillicores"] ?? 0) > 10;
    }, { timeout: 20_000, interval: 500 }).toBe(true);

    expect(await layer.driver(a).perform(task({ kind: "stop", workload: web, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    expect((await listed())["web"]).not.toHaveProperty("use");
    const told: number[] = [];
    const course = { ...quiet(), progress: (permille: number) => { told.push(permille); } };
    expect(await layer.driver(a).perform(task({ kind: "transfer", workload: web, from: a, to: b }, "stopped"), course)).toEqual({ kind: "done" });
    expect(told.at(-1)).toBeGreaterThan(950);
    expect(told.toSorted((x, y) => x - y)).toEqual(told);
  }, 60_000);

  it("without a whole template are not started, and say what is missing", async () => {
    const layer = await processLayer();
    const driver = await ProcessDriver.open({ ...settingsOf(layer.folder, "c"), templates: null }, { clock: systemClock, carrier: wired(new Map()).carrier, note: () => {} });
    expect(await driver.perform(task({ kind: "start", workload: web, host: layer.a }, "absent"), quiet())).toMatchObject({ because: "there is no template of web on this host", again: false, ran: false });
    await driver.close();
    await template(layer.folder, "a", web, {}, { command: ["x"] });
    await rm(join(layer.folder, "templates", "a", "w-web", "program.json"));
    expect(await layer.driver(layer.a).perform(task({ kind: "start", workload: web, host: layer.a }, "absent"), quiet())).toMatchObject({ because: "the template of web has no program.json", again: false, ran: false, found: "absent" });
  });
});
