import { describe, expect, it } from "vitest";
import { InstanceFault, readInstance } from "../../../bench/btrplace/read.ts";
import { instanceText } from "./instance.ts";

describe("a BtrPlace instance", () => {
  it("is read with its machines, nodes, resources and durations", () => {
    const read = readInstance(instanceText({ attributes: { 4: { migrate: 7, template: "small", clone: true } }, asleep: [5] }));
    expect(read.nodes).toEqual([{ id: 0, online: true }, { id: 1, online: true }, { id: 2, online: true }, { id: 3, online: false }]);
    expect(read.vms.map(({ state, node }) => `${state} ${node}`)).toEqual(["running 0", "running 0", "running 1", "running 1", "running 2", "sleeping 2", "ready null"]);
    expect(read.resources.map(({ id, capacities, uses }) => [id, capacities.get(3), uses.get(6)])).toEqual([["memory", 10, 3]]);
    expect([...(read.vmSeconds.get(4) ?? [])]).toEqual([["migrate", 7]]);
    expect(read.ignoredViews).toEqual(["ns"]);
  });

  it("has its constraints with what each id says", () => {
    const { constraints } = readInstance(instanceText({ constraints: [
      { id: "spread", vms: [0, 2], continuous: true }, { id: "preserve", vm: 1, rc: "memory", amount: 5 }, { id: "online", node: 2, continuous: false },
      { id: "among", vms: [0], parts: [[0, 1], [2]], continuous: true }, { id: "among", vms: [2], parts: [[0, 1], [2]], continuous: true },
    ] }));
    expect(constraints.map(({ id, continuous, vms, nodes, amount }) => ({ id, continuous, vms, nodes, amount }))).toEqual([
      { id: "spread", continuous: true, vms: [0, 2], nodes: [], amount: 0 }, { id: "preserve", continuous: false, vms: [1], nodes: [], amount: 5 },
      { id: "online", continuous: false, vms: [], nodes: [2], amount: 0 },
      { id: "among", continuous: true, vms: [0], nodes: [], amount: 0 }, { id: "among", continuous: true, vms: [2], nodes: [], amount: 0 },
    ]);
    expect(constraints[4]?.parts).toBe(constraints[3]?.parts);
  });

  it.each([
    ["{", /it is no JSON/u],
    ["[]", /the file should be an object/u],
    [instanceText({ constraints: [{ id: "seq", vms: [1], continuous: false }] }), /constraints\[0\] has the id "seq", which is not understood; these are: among, /u],
    [instanceText({ constraints: [{ id: "spread", vms: [1, 99], continuous: false }] }), /constraints\[0\] \(spread\) names 99, which model\.mapping does not have/u],
    [instanceText({ constraints: [{ id: "among", vms: [1], parts: [[0], [77]] }] }), /constraints\[0\]\.parts names 77/u],
    [instanceText({ constraints: [{ id: "preserve", vm: 1, rc: "disk", amount: 1 }] }), /names the resource disk, which no view has/u],
    [instanceText({ constraints: [{ id: "preserve", vm: 1, rc: "memory", amount: -1 }] }), /constraints\[0\]\.amount should be a whole number from 0, not -1/u],
    [instanceText({ constraints: [{ id: "online" }] }), /constraints\[0\]\.node should be a list/u],
    [instanceText().replace("minimizeMTTR", "minEnergy"), /objective\.id is "minEnergy"/u],
    [instanceText().replace('"runningVMs":[0,1]', '"runningVMs":[0,2]'), /model\.mapping has vm 2 twice/u],
  ])("that is wrong is refused with the place: %#", (text, words) => {
    expect(() => readInstance(text)).toThrow(words);
    expect(() => readInstance(text)).toThrow(InstanceFault);
  });
});
