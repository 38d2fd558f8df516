import type { ExportCell, ExportColumn, ExportTable } from "../export-tables.ts";
import type { ComparedVariant, Difference } from "./compare.ts";
import { measures } from "./measures.ts";
import type { StudyReport } from "./run-study.ts";

const text = (name: string): ExportColumn => ({ name, kind: "text" });
const integer = (name: string): ExportColumn => ({ name, kind: "integer" });
const decimal = (name: string): ExportColumn => ({ name, kind: "decimal" });

/** A study as tables: every run, every service of every run, the comparison, the what-ifs. Values in the unit that the measure's name ends in. */
export function studyTables({ variants, whatIfs }: StudyReport): readonly ExportTable[] {
  return [
    {
      name: "study-runs", columns: [text("scenario"), text("policies"), integer("seed"), ...measures.map(({ name }) => integer(name))],
      rows: eachRun(variants, ({ scenario, policies }, seed, { values }) => [[scenario, policies, seed, ...measures.map(({ name }) => integerOf(values[name]))]]),
    },
    {
      name: "study-services", columns: [text("scenario"), text("policies"), integer("seed"), text("service"), integer("availabilityPpm"), integer("interruptions"), integer("downMs")],
      rows: eachRun(variants, ({ scenario, policies }, seed, { services }) =>
        services.map(({ service, availabilityPpm, interruptions, downMs }) => [scenario, policies, seed, service, availabilityPpm, interruptions, downMs])),
    },
    {
      name: "study-comparison",
      columns: [text("scenario"), text("policies"), text("measure"), decimal("mean"), decimal("lowest"), decimal("highest"), ...differenceColumns],
      rows: variants.flatMap(({ scenario, policies, measured }) =>
        measured.map(({ measure, mean, lowest, highest, difference }) => [scenario, policies, measure, mean, lowest, highest, ...differenceCells(difference)])),
    },
    {
      name: "study-what-ifs", columns: [text("whatIf"), text("scenario"), text("hosts"), text("measure"), decimal("before"), decimal("after"), ...differenceColumns],
      rows: whatIfs.flatMap(({ name, scenario, hosts, measured }) =>
        measured.map(({ measure, before, after, difference }) => [name, scenario, hosts.join(" "), measure, before, after, ...differenceCells(difference)])),
    },
  ];
}

const differenceColumns = [integer("pairs"), decimal("differenceMean"), decimal("differenceLow"), decimal("differenceHigh"), text("verdict")];

function differenceCells(difference: Difference | null): readonly ExportCell[] {
  return difference === null ? [null, null, null, null, null] : [difference.pairs, difference.mean, difference.low, difference.high, difference.verdict];
}

function integerOf(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Math.round(value);
}

type RunRows = (variant: ComparedVariant, seed: number, figures: NonNullable<ComparedVariant["runs"][number]["figures"]>) => readonly (readonly ExportCell[])[];

function* eachRun(variants: readonly ComparedVariant[], rowsOf: RunRows): Generator<readonly ExportCell[]> {
  for (const variant of variants) for (const { seed, figures } of variant.runs) if (figures !== null) yield* rowsOf(variant, seed, figures);
}
