import type { ExportCell, ExportColumn, ExportTable } from "../export-tables.ts";
import type { SweepReport } from "./report.ts";

function named(kind: ExportColumn["kind"], names: readonly string[]): readonly ExportColumn[] {
  return names.map((name) => ({ name, kind }));
}

function text(...names: readonly string[]): readonly ExportColumn[] {
  return named("text", names);
}

function integer(...names: readonly string[]): readonly ExportColumn[] {
  return named("integer", names);
}

function decimal(...names: readonly string[]): readonly ExportColumn[] {
  return named("decimal", names);
}

/** The report as tables: losses, what they do to each resource, who has no place, and what is missing over time. */
export function sweepTables(report: SweepReport): readonly ExportTable[] {
  const { losses, links, hasDate, slots } = report;
  const instant = (name: string): ExportColumn => (hasDate ? { name, kind: "instant" } : { name: `${name}Ms`, kind: "integer" });
  return [
    {
      name: "losses",
      columns: [...text("loss", "hosts"), ...integer("workloads", "withoutPlace", "makeRoom", "slotsHeld", "slots"), ...text("interrupted", "down"), ...integer("recoveryMs"), { name: "answerRefused", kind: "boolean" }],
      rows: losses.map((loss) => [
        loss.name, loss.hosts.join(" "), loss.workloads, loss.unplaced.length, loss.makeRoom, loss.slotsHeld, slots, loss.interrupted.join(" "), loss.down.join(" "), loss.recoveryMs, loss.refused,
      ]),
    },
    {
      name: "loss-resources",
      columns: [...text("loss", "resource"), ...integer("slotsHeld"), instant("worstAt"), ...decimal("worstMissing", "missingHours"), ...text("crowded")],
      rows: losses.flatMap(({ name, resources }) => resources.map((each): readonly ExportCell[] =>
        [name, each.resource, each.slotsHeld, each.worstAtMs, each.worstMissing, each.missingHours, each.crowded.join(" ")])),
    },
    {
      name: "without-place", columns: text("loss", "workload", "reason"),
      rows: losses.flatMap(({ name, unplaced }) => unplaced.flatMap(({ workload, reasons }) => (reasons.length === 0 ? [""] : reasons).map((reason) => [name, workload, reason]))),
    },
    {
      name: "missing-over-time", columns: [...text("loss"), instant("from"), ...decimal("worstMissing")],
      rows: losses.flatMap(({ name, columns }) => Array.from(columns, (missing, column): readonly ExportCell[] => [name, report.startMs + column * report.slotsPerColumn * report.stepMs, missing])),
    },
    {
      name: "links",
      columns: [...text("a", "b"), ...integer("mbps"), ...text("split", "cut", "otherWay")],
      rows: links.map(({ sites: [a, b], mbps, split, cut, otherWay }) => [a, b, mbps, split.join(" "), cut.join(" "), otherWay?.join(" ") ?? null]),
    },
  ];
}
