import { describe, expect, it } from "vitest";
import { limitSection, serviceSection } from "../../../cli/pages/simulation-services.ts";
import { paintFor } from "../../../cli/render/paint.ts";
import { renderServices } from "../../../cli/render/simulation-services.ts";
import type { SimulationReport } from "../../../cli/simulation-report.ts";
import { simulationTables } from "../../../cli/simulation-export.ts";
import type { Service } from "../../../model/fleet.ts";
import type { ApplicationId, HostId, ServiceId } from "../../../model/ids.ts";
import { indexFleet } from "../../../model/snapshot.ts";
import { page, type Section } from "../../../reports/html/index.ts";
import { simulate, withSpareInstances } from "../../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../../policies/fleet-of.ts";
import { hour, loadOf, minute, simulationOf } from "../../simulator/given.ts";

const web = "web" as ApplicationId;
const service: Service = {
  id: "shop" as ServiceId, title: "", applications: [web], startOrder: [], redundancy: [], virtualAddress: null, labels: {},
  scale: [{ application: web, resource: "cpuMillicores", abovePermille: 900, maxInstances: 3 }],
};
const hosts = ["h1", "h2"].map((id) => hostOf(id));
const workloads = hosts.map(({ id }, n) => workloadOf(`web-${n + 1}`, { applications: [web], host: id, state: "running", reservation: { cpuMillicores: 1000 } }));
const index = indexFleet(withSpareInstances(fleetOf(hosts, workloads, { services: [service], applications: [{ id: web, title: "", needs: {} }] }).fleet));

/** A day in columns of two hours; h2 is gone for so long in the second of them. */
async function reportWithout(lostMs: number): Promise<SimulationReport> {
  const result = await simulate(simulationOf(index, {
    lengthMs: 24 * hour, replan: async () => null, load: loadOf("cpuMillicores", hour, { "web-1": Array(24).fill(500), "web-2": Array(24).fill(500) }),
    failures: [{ atMs: 2 * hour + minute, scope: { kind: "host", host: "h2" as HostId }, repairMs: lostMs }],
    settings: { columns: 12, scaling: { watchMs: hour, sustainMs: hour, releasePermille: 700, releaseMs: hour } },
  }));
  // Only what the sections of services look at.
  const made = { carried: null, hasDate: false, startMs: 0, scenario: { fleet: index.fleet }, traces: [] };
  return { made, result, runways: [] } as unknown as SimulationReport;
}

function wordsOf(section: Section): string {
  const text = page({ title: "", subtitle: "", facts: [], sections: [section] });
  return text.replaceAll(/<(script|style)[^]*?<\/\1>/g, "").replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

function inTerminal(report: SimulationReport): string {
  return renderServices(report, { paint: paintFor(false), columns: 120, full: true });
}

describe("the sections of services", () => {
  // Of the two looks within its column the loss is seen by the second one only.
  const lostMs = 62 * minute;

  it("say on the page what the terminal says about instances, and the chart does not hide a short loss", async () => {
    const report = await reportWithout(lostMs);
    expect(inTerminal(report)).toMatch(/ 1 to 2 +3/);
    const words = wordsOf(limitSection(report));
    expect(words).toContain("From 1 to 2 served; 3 are allowed.");
    expect(words).toContain("instances 1 2 h 2 0 2");
  });

  it("give the most and the fewest instances of each column to spreadsheets", async () => {
    const table = simulationTables(await reportWithout(lostMs)).find(({ name }) => name === "limits-over-time");
    const names = table?.columns.map(({ name }) => name) ?? [];
    const rows = [...table?.rows ?? []].map((row) => [row[names.indexOf("instances")], row[names.indexOf("fewestInstances")]]);
    expect(rows.slice(0, 3)).toEqual([[2, 2], [2, 1], [2, 2]]);
  });

  it("give the same availability, rounded down", async () => {
    const report = await reportWithout(lostMs);
    const [shop] = report.result.services;
    // 95.68287 % of the time.
    expect(shop).toMatchObject({ operationalMs: 82_670_000, degradedMs: 3_730_000, downMs: 0 });
    expect(wordsOf(serviceSection(report))).toContain("shop 100.0000 95.6828 ");
    expect(inTerminal(report)).toMatch(/shop +100 % +95\.6828 %/);
  });
});
