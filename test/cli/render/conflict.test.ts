import { expect, it } from "vitest";
import { renderConflict } from "../../../cli/render/explanation.ts";
import { generateScenario, parseScenarioText } from "../../../scenarios/index.ts";
import type { Relaxation } from "../../../planner/index.ts";
import type { WorkloadId } from "../../../model/ids.ts";

const { scenario } = parseScenarioText(JSON.stringify(generateScenario({ seed: 1, hosts: 2, workloads: 2, policies: 0 })), "two.json");
const conflict = { elements: [{ kind: "demand" as const, workload: "a" as WorkloadId }], proved: true, minimal: true };
const way = (enough: boolean): Relaxation => ({
  change: { kind: "drop-workload", workload: "a" as WorkloadId }, words: "do without workload a", enough, priceMicrosPerHour: enough ? 0 : null,
});

it.each([[[false, false], true], [[false, true], false]] as const)("says how to go on when no way out is enough alone: %j", (ways, advises) => {
  if (scenario === null) throw new Error("no scenario");
  const paint = new Proxy({}, { get: () => String }) as Parameters<typeof renderConflict>[3]["paint"];
  const text = renderConflict(conflict, ways.map(way), scenario, { paint, columns: 100 });
  expect(text.includes("None is enough alone")).toBe(advises);
});
