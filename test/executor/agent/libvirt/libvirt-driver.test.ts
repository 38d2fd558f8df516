import { afterAll, beforeAll, describe } from "vitest";
import { Lab } from "../../../../cli/lab/index.ts";
import { holdsDriverContract } from "../driver-contract.ts";
import { canHaveLab } from "../../../lab/lab-of.ts";
import { labLayer } from "./lab-layer.ts";

const labName = "vdriver";

describe.skipIf(!canHaveLab("virtual machines"))("on two hosts with a libvirt each", () => {
  let lab: Lab | null = null;
  beforeAll(async () => { lab = await Lab.up({ name: labName, hosts: 2, install: false }); }, 120_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  holdsDriverContract("libvirt", async () => {
    if (lab === null) throw new Error("there is no lab");
    return labLayer(lab);
  }, { timeoutMs: 300_000 });
});
