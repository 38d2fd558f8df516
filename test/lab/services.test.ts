import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { Lab } from "../../cli/lab/index.ts";
import { canHaveLab } from "./lab-of.ts";
import { hostsOf, LabOperator } from "./lab-operator.ts";

const name = "shop";

/** What an errand tells a program. */
interface Line {
  readonly kind?: string;
  readonly action?: string;
  readonly actions?: readonly { readonly id: string; readonly action: { readonly workload: string } }[];
}

describe.runIf(canHaveLab("services of virtual machines"))("a service of virtual machines", { timeout: 280_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up({ name, hosts: 2, install: true, agents: {} });
    await lab.addGuest({ name: "vm1", host: 1 });
    await lab.addGuest({ name: "vm2", host: 2 });
    for (const guest of ["vm1", "vm2"]) await lab.isServing(guest);
  }, 240_000);
  afterAll(async () => { await Lab.down(name); }, 60_000);

  it("stops, starts in the order of its applications, and is copied with its two sides apart", async () => {
    const operator = await LabOperator.of(lab);
    const folder = await mkdtemp(join(tmpdir(), "stowage-services-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "fleet.yaml");
    await operator.must("inventory", "--out", file);
    const fleet = parse(await readFile(file, "utf8")) as { readonly workloads: readonly { readonly id: string }[] };
    const applications: Readonly<Record<string, string>> = { vm1: "db", vm2: "front" };
    await writeFile(file, stringify({
      ...fleet, applications: [{ id: "db" }, { id: "front" }],
      workloads: fleet.workloads.map((workload) => ({ ...workload, applications: [applications[workload.id]] })),
      services: [{ id: "shop", applications: ["db", "front"], startOrder: [{ application: "front", needs: "db" }] }],
      policies: [{ id: "apart", select: { workloads: { ids: ["vm1", "vm2"] } }, require: { spread: { key: "host" } } }],
    }));
    const errand = (...args: readonly string[]): Promise<string> => operator.must("service", ...args, "--approved-by", "approver", "--yes", "--time", "2");
    const running = (...guests: readonly string[]): Promise<readonly string[]> => Promise.all(guests.map(async (guest) => (await hostsOf(lab, guest)).map(({ host }) => host).join()));

    await errand("stop", "shop", file);
    expect(await running("vm1", "vm2")).toEqual(["", ""]);
    const lines = (await errand("start", "shop", file)).trim().split("\n").map((line) => JSON.parse(line) as Line);
    const subjects = new Map(lines.flatMap(({ actions = [] }) => actions.map(({ id, action }) => [id, action.workload])));
    const told = lines.filter(({ kind }) => kind === "dispatched" || kind === "succeeded").map(({ kind, action = "" }) => `${kind} ${subjects.get(action)}`);
    expect(told).toEqual(["dispatched vm1", "succeeded vm1", "dispatched vm2", "succeeded vm2"]);
    expect(await running("vm1", "vm2")).toEqual(["h1", "h2"]);

    await errand("copy", "shop", file, "--suffix", "test");
    const copies = await running("vm1-test", "vm2-test");
    expect(copies.toSorted()).toEqual(["h1", "h2"]);
    expect(await running("vm1", "vm2")).toEqual(["h1", "h2"]);
    expect(await operator.must("log", "--verify")).toMatch(/verified: 3 executions/);
  });
});
