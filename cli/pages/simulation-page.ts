import type { SimulationReport } from "../simulation-report.ts";

export function simulationPage(report: SimulationReport): string {
  return report.made.scenario.name;
}
