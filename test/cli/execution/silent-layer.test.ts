import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { containerTemplate, idle, serviceOf } from "../../executor/agent/podman/podman-layer.ts";
import { hasPodman, podmanServices } from "../../executor/agent/podman/podman-service.ts";
import { stowage, type Ended } from "../command-line.ts";
import { must, realFleet, type RealFleet } from "./real-fleet.ts";

const podmen = podmanServices("a");

/** Two hosts that run programs; a has containers, too. */
function fleetOfTwoLayers(): Promise<RealFleet> {
  return realFleet({
    agent: (host, at) => ({
      layers: {
        process: { folder: at(host), templates: at(`templates/${host}`), programs: ["/bin/sleep"] },
        ...(host === "a" ? { podman: { folder: at("a-podman"), templates: at("templates/a"), socket: serviceOf(podmen, "a").socket, networks: ["none"] } } : {}),
      },
    }),
  });
}

function webOn(host: string): readonly unknown[] {
  return [{ id: "web-there", select: { workloads: { ids: ["web"] } }, require: { fence: { hosts: { ids: [host] } } }, holds: "at-end" }];
}

/** A program and a container, both new. */
function scenario(): string {
  const common = { reservation: { cpuMillicores: 100, memoryMiB: 64 }, dataMiB: 1, liveMove: false, mayStop: true, startMs: 500, stopMs: 500, state: "new" };
  return JSON.stringify({
    apiVersion: "stowage/v1", name: "two-layers", sites: [{ id: "here" }],
    hosts: ["a", "b"].map((id) => ({ id, site: "here", capacity: { cpuMillicores: 4000, memoryMiB: 8192, storageMiB: 50_000 }, layers: { process: "1", ...(id === "a" ? { podman: "4" } : {}) } })),
    workloads: [{ id: "web", layer: "process", ...common }, { id: "db", layer: "podman", ...common }],
    policies: webOn("a"),
  });
}

async function approved(fleet: RealFleet, text: string, mode: string): Promise<readonly [plan: string, scenario: string]> {
  const [plan, file] = [fleet.at(`${mode}-plan.json`), fleet.at(`${mode}.json`)];
  await writeFile(file, text);
  await must(stowage("plan", file, "--mode", mode, "--out", plan, "--as", "anna", "--time", "1"));
  await must(fleet.run("approve", plan, file, "--as", "bruno"));
  return [plan, file];
}

function words({ err }: Ended): string {
  return err.replaceAll(/\s+/g, " ");
}

interface Document {
  readonly workloads: readonly { readonly id: string }[];
}

/** The scenario of an inventory, with more for some of its workloads. */
async function now(fleet: RealFleet, changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const found = JSON.parse(await readFile(fleet.at("now.json"), "utf8")) as Document;
  return JSON.stringify({ ...found, ...more, workloads: found.workloads.map((workload) => ({ ...workload, ...changes[workload.id] })) });
}

describe.runIf(hasPodman)("a layer that does not answer", () => {
  it("is named with since when and why, and stops nothing but what touches it", async () => {
    const fleet = await fleetOfTwoLayers();
    const podman = serviceOf(podmen, "a");
    onTestFinished(() => podman.clear());
    await fleet.template("a", "web", { data: "pages" });
    await containerTemplate(fleet.at("templates/a"), "db", idle, "tables");
    const base = fleet.at("place.json");
    await must(fleet.run("apply", ...await approved(fleet, scenario(), "place"), "--yes"));
    await must(fleet.run("inventory", "--base", base, "--out", fleet.at("now.json")));
    const touching = await approved(fleet, await now(fleet, { db: { desired: "stopped" } }), "repair");

    await podman.kill();
    const alone = await fleet.run("inventory");
    expect([alone.code, words(alone)]).toEqual([1, expect.stringMatching(/layer podman of host a is silent since \d{4}-[-0-9T:.]+Z: podman does not answer at .*--base FILE keeps what was believed/)]);
    expect((await must(fleet.run("inventory", "--allow-silent"))).out).toMatch(/id: web/);
    const kept = JSON.parse((await must(fleet.run("inventory", "--base", base, "--json"))).out) as { readonly silentLayers: unknown; readonly drift: unknown; readonly scenario: { readonly workloads: unknown } };
    expect(kept.silentLayers).toEqual([{ host: "a", layer: "podman", since: expect.stringMatching(/^\d{4}-.*Z$/), because: expect.stringContaining("podman does not answer") }]);

    const refused = await fleet.run("apply", ...touching, "--yes");
    expect([refused.code, words(refused)]).toEqual([4, expect.stringMatching(/layer podman of host a was answering when the plan was made, now it is silent since [-0-9T:.]+Z: .*the plan is to stop db on a/)]);
    // Whoever goes by the file of the first day would start db a second time, on a host that answers.
    const first = JSON.parse(scenario()) as { readonly hosts: readonly object[]; readonly workloads: readonly { readonly id: string }[] };
    const onB = [{ id: "db-there", select: { workloads: { ids: ["db"] } }, require: { fence: { hosts: { ids: ["b"] } } } }];
    const again = JSON.stringify({ ...first, hosts: first.hosts.map((host) => ({ ...host, layers: { process: "1", podman: "4" } })), workloads: first.workloads.filter(({ id }) => id === "db"), policies: onB });
    const twice = await fleet.run("apply", ...await approved(fleet, again, "place"), "--yes");
    expect([twice.code, words(twice)]).toEqual([3, expect.stringMatching(/the plan is to start db on b, but nobody has seen it, and it may be on layer podman of host a, which is silent since/)]);
    await writeFile(base, scenario());
    await must(fleet.run("apply", ...await approved(fleet, await now(fleet, {}, { policies: webOn("b") }), "optimise"), "--yes"));
    expect([await fleet.runs("b", "web"), await fleet.content("b", "web", "data")]).toEqual([true, "pages"]);

    await podman.serve();
    await must(fleet.run("inventory", "--base", base));
    podman.hang();
    const hangs = await fleet.run("inventory", "--wait", "6s");
    podman.goOn();
    expect([hangs.code, words(hangs)]).toEqual([1, expect.stringMatching(/layer podman of host a is silent since .*it has not answered for \d+ s/)]);
    await expect.poll(async () => (await fleet.run("inventory")).code, { timeout: 60_000 }).toBe(0);
  }, 240_000);
});
