import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab } from "../../../../cli/lab/index.ts";
import { element, writeXml } from "../../../../executor/agent/libvirt/xml.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { holdsDriverContract, quiet, task } from "../driver-contract.ts";
import { canHaveLab } from "../../../lab/lab-of.ts";
import { labLayer } from "./lab-layer.ts";

const labName = "vdriver";

describe.skipIf(!canHaveLab("virtual machines"))("on two hosts with a libvirt each", () => {
  let lab: Lab | null = null;
  beforeAll(async () => { lab = await Lab.up({ name: labName, hosts: 2, install: true }); }, 120_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  holdsDriverContract("libvirt", async () => {
    if (lab === null) throw new Error("there is no lab");
    return labLayer(lab);
  }, { timeoutMs: 300_000 });

  it("finds machines that somebody else has made, and stops and starts the right one, whatever they are called", async () => {
    if (lab === null) throw new Error("there is no lab");
    const { a, driver, hostOf } = await labLayer(lab);
    const names = ["plain", "a b ", "it's", "1", "--help", "x=y", "Domain: 'z'", "event 'lifecycle' for", "00000000-0000-4000-8000-000000000001"];
    for (const name of names) {
      const file = join(hostOf(a).folder, "made.xml");
      await writeFile(file, writeXml(element("domain", { type: "qemu" }, element("name", {}, name), element("memory", { unit: "MiB" }, "16"), element("os", {}, element("type", {}, "hvm")))));
      expect(await lab.virsh(hostOf(a), ["define", file])).toMatchObject({ status: 0 });
    }
    const found = async (): Promise<Record<string, string>> => Object.fromEntries((await driver(a).workloads()).map(({ workload, found: state }) => [workload, state]));
    expect(await found()).toEqual(Object.fromEntries(names.map((name) => [name, "stopped"])));
    // The number of this machine is the name of another.
    for (const name of ["plain", "1", "a b "]) {
      expect(await driver(a).perform(task({ kind: "start", workload: name as WorkloadId, host: a }, "stopped"), quiet())).toEqual({ kind: "done" });
    }
    expect(await driver(a).perform(task({ kind: "stop", workload: "1" as WorkloadId, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    expect(await found()).toEqual(Object.fromEntries(names.map((name) => [name, name === "plain" || name === "a b " ? "running" : "stopped"])));
  }, 240_000);
});
