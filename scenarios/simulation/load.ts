import path from "node:path";
import { loadResources } from "../../model/load.ts";
import type { LoadGrowth, LoadPart, SyntheticLoadPart, TraceLoad } from "../../model/simulation.ts";
import { durationOf } from "../duration.ts";
import type { SimulationDocument } from "../fields/simulation.ts";
import { items, momentOf, type Given, type Parts } from "./parts.ts";

type LoadDocument = NonNullable<SimulationDocument["load"]>[number];
type TraceDocument = Extract<LoadDocument, { readonly trace: unknown }>["trace"];
type SyntheticDocument = Extract<LoadDocument, { readonly synthetic: unknown }>["synthetic"];

/** What workloads ask for over time, part by part. */
export function loadOf(parts: Parts): readonly LoadPart[] {
  return items(parts.last("load")).map((given): LoadPart => {
    const { value } = given;
    if ("trace" in value) return traceOf({ ...given, value: value.trace, at: [...given.at, "trace"] }, parts);
    if ("synthetic" in value) return syntheticOf({ ...given, value: value.synthetic, at: [...given.at, "synthetic"] }, parts);
    const usual = { ...given, value: value.usual, at: [...given.at, "usual"] };
    return { kind: "usual", workloads: parts.workloads(usual), resources: resourcesOf(usual, parts, "fleet"), usePermille: usual.value.usePermille ?? 1000 };
  });
}

function traceOf(given: Given<TraceDocument>, { draft }: Parts): TraceLoad {
  const { value, at, check, source } = given;
  if (value.times === "exact" && (value.repeat === true || value.growth !== undefined)) {
    check.problem("not-allowed", [...at, "times"], () => ({ message: `${check.subject([...at, "times"])} is exact; such load neither repeats nor grows.`, advice: "Write times: slots, or leave out repeat and growth." }));
  }
  for (const workload of Object.keys(value.loadOf ?? {})) check.exists("workload", workload, draft.workloads, [...at, "loadOf", workload]);
  const folder = source.file === null || source.file === "standard input" ? "" : path.dirname(source.file);
  return {
    kind: "trace",
    files: value.files.map((file) => (path.isAbsolute(file) ? file : path.join(folder, file))),
    format: value.format ?? null,
    stepMs: value.step === undefined ? null : durationOf(value.step),
    fill: value.fill ?? "hold",
    fullMillicores: value.fullMillicores ?? 1000,
    loadOf: value.loadOf ?? null,
    begins: value.begins ?? "as-dated",
    repeat: value.repeat ?? false,
    times: value.times ?? "slots",
    factorPermille: value.factorPermille ?? 1000,
    growth: growthOf(given),
  };
}

function syntheticOf(given: Given<SyntheticDocument>, parts: Parts): SyntheticLoadPart {
  const { value } = given;
  return {
    kind: "synthetic",
    workloads: parts.workloads(given),
    resources: resourcesOf(given, parts, "fleet"),
    usePermille: value.usePermille ?? 1000,
    dailyPermille: value.dailyPermille ?? 0,
    peakMinute: value.peakMinute ?? 840,
    weekendPermille: value.weekendPermille ?? 1000,
    noisePermille: value.noisePermille ?? 0,
    burstsPerWeek: value.burstsPerWeek ?? 0,
    burstMinutes: value.burstMinutes ?? 60,
    burstPermille: value.burstPermille ?? 0,
    growth: growthOf(given),
  };
}

function growthOf(given: Given<Pick<SyntheticDocument, "growth">>): LoadGrowth | null {
  const { growth } = given.value;
  if (growth === undefined) return null;
  return { kind: growth.kind, permillePerMonth: growth.permillePerMonth, from: momentOf(growth.from, { ...given, at: [...given.at, "growth"] }, "from") };
}

/** Names of resources: those of the fleet, or also those that only load has. */
export function resourcesOf({ value, at, check }: Given<{ readonly resources?: readonly string[] }>, { draft }: Parts, of: "fleet" | "load"): readonly string[] | null {
  if (value.resources === undefined) return null;
  const known = new Set([...draft.resources.map(({ name }) => name), ...(of === "load" ? Object.keys(loadResources) : [])]);
  value.resources.forEach((name, i) => check.exists("resource", name, known, [...at, "resources", i]));
  return value.resources;
}
