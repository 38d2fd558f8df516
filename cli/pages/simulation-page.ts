import { formatMicros } from "../../model/money.ts";
import { amountText, page, type Fact } from "../../reports/html/index.ts";
import { percentWords } from "../render/availability.ts";
import { formatDuration } from "../render/duration.ts";
import { headlineOf, runwayWords, shortWords } from "../render/simulation-runway.ts";
import { columnsUsed, kilowattHours, timeText, type SimulationReport } from "../simulation-report.ts";
import { costSection } from "./simulation-cost.ts";
import { eventSection } from "./simulation-events.ts";
import { groundSection } from "./simulation-ground.ts";
import { hostSection } from "./simulation-hosts.ts";
import { planSection } from "./simulation-plan.ts";
import { runwaySection } from "./simulation-runway.ts";
import { limitSection, serviceSection } from "./simulation-services.ts";

/** A simulation as a page: first what a manager asks, then hosts, services, the plan, the runway, the bill and what happened. */
export function simulationPage(report: SimulationReport): string {
  const { made: { scenario, simulation }, result } = report;
  const sections = [limitSection(report), serviceSection(report), planSection(report), hostSection(report), costSection(report), runwaySection(report), eventSection(report), groundSection(report)];
  return page({
    title: `Simulation of ${scenario.name}`,
    subtitle: [scenario.title, `${formatDuration(result.lengthMs)} from ${timeText(report, 0)}`].filter((part) => part !== "").join(" · "),
    facts: [...costFacts(report), peakFact(report), ...serviceFacts(report), ...planFacts(report), ...runwayFacts(report)],
    sections: sections.filter(({ content }) => content.length > 0),
    footer: `Seed ${simulation.seed}, slots of ${formatDuration(simulation.stepMs)}. The same scenario and seed give the same page.`,
  });
}

function costFacts({ made: { scenario }, result: { totals, lengthMs } }: SimulationReport): readonly Fact[] {
  const { currency } = scenario.fleet;
  return [
    { label: "Cost", value: `${formatMicros(totals.micros, 2)} ${currency}`, note: `in ${formatDuration(lengthMs)}` },
    { label: "Energy", value: amountText(kilowattHours(totals.microjoules), "kWh"), note: `${amountText(Number(totals.carbonMilligrams) / 1e6, "kg")} of CO2` },
  ];
}

/** The host and the time at which the processors were used most. */
function peakFact(report: SimulationReport): Fact {
  const { charts, hosts } = report.result;
  const used = columnsUsed(report.result);
  let [most, host, column] = [-1, 0, 0];
  for (let h = 0; h < hosts.length; h++) {
    for (let c = 0; c < used; c++) {
      const peak = charts.usePeakPermille[h * charts.columns + c] ?? 0;
      if (peak > most) [most, host, column] = [peak, h, c];
    }
  }
  const stolen = hosts.reduce((sum, { stealMs }) => sum + stealMs, 0);
  return {
    label: "Highest use of processors", value: amountText(Math.max(0, most) / 10, "%"), tone: stolen > 0 ? "bad" : most > 900 ? "warning" : "good",
    note: `host ${hosts[host]?.host ?? "-"}, ${timeText(report, column * charts.columnMs)}${stolen > 0 ? "; some workloads did not get what they asked for" : "; everybody got what they asked for"}`,
  };
}

function serviceFacts({ result: { services } }: SimulationReport): readonly Fact[] {
  const worst = services.toSorted((a, b) => a.availabilityPpm - b.availabilityPpm || b.degradedMs - a.degradedMs)[0];
  if (worst === undefined) return [];
  const down = services.filter(({ downMs }) => downMs > 0).length;
  const degraded = worst.degradedMs === 0 ? "none was degraded" : `${worst.service} was degraded for ${formatDuration(worst.degradedMs)}`;
  return [{
    label: "Services that were down", value: `${down} of ${services.length}`, tone: down > 0 ? "bad" : "good",
    note: down > 0 ? `${worst.service} was up ${percentWords(worst.availabilityPpm)} % of the time` : degraded,
  }];
}

function planFacts({ made: { carried, scenario } }: SimulationReport): readonly Fact[] {
  if (carried === null) return [];
  const saved = carried.plan.hourlyCostBeforeMicros - carried.plan.hourlyCostAfterMicros;
  return [{
    label: saved < 0 ? "The plan costs more" : "The plan saves", value: `${formatMicros(Math.abs(saved) * 730, 2)} ${scenario.fleet.currency}`,
    note: "a month of 730 hours, at today's prices", tone: saved > 0 ? "good" : "plain",
  }];
}

/** What is short already, and what comes next. */
function runwayFacts(report: SimulationReport): readonly Fact[] {
  const short = shortWords(report);
  const headline = headlineOf(report);
  const where = report.made.carried === null ? "everybody where they are" : "everybody where the plan brings them";
  return [
    ...headline === null ? [] : [{ label: "Runway", ...headline }],
    ...short === null ? [] : [{ label: "Already short", value: shortCount(report), note: `${short}; reserve and buffer taken off, ${where}`, tone: "warning" as const }],
  ];
}

function shortCount(report: SimulationReport): string {
  const count = report.runways.filter((pool) => runwayWords(pool, report).value === "already short").length;
  return `${count} of ${report.runways.length}`;
}
