import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepare } from "../../../cli/prepare.ts";
import { simulationInput, type PreparedSimulation } from "../../../cli/simulation-input.ts";
import { WhatIfs } from "../../../cli/study/what-ifs.ts";
import { simulate, type HostResult } from "../../../simulator/index.ts";
import { smallStudy } from "./small-study.ts";

async function prepared(file: string, seed: number): Promise<PreparedSimulation> {
  const { ready } = await prepare({ paths: [file], asOf: null, nowUtc: "2026-06-01T00:00:00Z", evacuate: [] });
  const { made } = ready === null ? { made: null } : await simulationInput(ready, { seed });
  if (made === null) throw new Error("broken invariant: the small study is sound");
  return made;
}

function sum(hosts: readonly HostResult[], of: (host: HostResult) => number): number {
  return hosts.reduce((total, host) => total + of(host), 0);
}

describe("a what-if", () => {
  it("says what simulating the fleet with the workload elsewhere says", async () => {
    const base = join(dirname(smallStudy()), "base.yaml");
    const elsewhere = join(dirname(base), "elsewhere.yaml");
    writeFileSync(elsewhere, readFileSync(base, "utf8").replace("id: w2, layer: libvirt, applications: [b], host: h1", "id: w2, layer: libvirt, applications: [b], host: h2"));
    const asked = new WhatIfs("calm", [{ name: "w2 moves", moves: [{ workload: "w2", to: "h2" }] }]);
    const [stolenMs, milliwattHours] = [[0, 0], [0, 0]];
    for (const seed of [1, 2]) {
      const before = await prepared(base, seed);
      asked.add(before);
      for (const [side, made] of [before, await prepared(elsewhere, seed)].entries()) {
        const { hosts } = await simulate(made.input);
        stolenMs[side] = (stolenMs[side] ?? 0) + sum(hosts, ({ stealMs }) => stealMs) / 2;
        milliwattHours[side] = (milliwattHours[side] ?? 0) + sum(hosts, ({ microjoules }) => Number(microjoules) / 3_600_000) / 2;
      }
    }
    const [answer] = asked.answers();
    expect(answer?.hosts).toEqual(["h1", "h2"]);
    const of = (name: string) => answer?.measured.find(({ measure }) => measure === name);
    // Each seed is rounded to the millisecond, and power in a simulation to the milliwatt in each slot.
    expect(Math.abs((of("stolenMs")?.before ?? 0) - (stolenMs[0] ?? 0))).toBeLessThan(1);
    expect(Math.abs((of("stolenMs")?.after ?? 0) - (stolenMs[1] ?? 0))).toBeLessThan(1);
    expect(Math.abs((of("energyMilliwattHours")?.after ?? 0) - (milliwattHours[1] ?? 0))).toBeLessThan(10);
    expect(of("energyMilliwattHours")?.difference.pairs).toBe(2);
    expect(stolenMs[1]).not.toBe(stolenMs[0]);
  });
});
