import { Type } from "typebox";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import { loadResources } from "../../../model/load.ts";
import { didYouMean } from "../../../policies/index.ts";
import { closed, id, line, oneOf, type Written } from "../../fields/common.ts";
import { readSources, type LoadOptions } from "../../load.ts";
import { shown } from "../../problem.ts";
import { hasShape } from "../../shape.ts";
import { unitNames, unitsOf, type SeriesRule } from "./rule.ts";

const optional = Type.Optional;

const mappingSchema = closed({
  apiVersion: Type.Literal("stowage/prometheus/v1", { description: "Version of the format." }),
  series: Type.Array(closed({
    resource: id("The resource that it measures: cpuMillicores, memoryMiB, ..."),
    what: optional(oneOf(["use", "provisioned"], "What is used (the default), or what is promised.")),
    query: Type.String({ minLength: 1, maxLength: 10_000, description: "PromQL; $window stands for the time that rates look back." }),
    unit: oneOf(unitNames, "In what the server counts it."),
    of: optional(oneOf(["workload", "host", "either"], "Whose it is. Default workload.")),
    label: line("The label that names it."),
    after: optional(line("The name is what stands behind this in the label.")),
    before: optional(line("The name is what stands before this in the label.")),
    application: optional(line("The label that names an application inside the workload.")),
    names: optional(Type.Record(Type.String(), id("Name in the fleet."), { description: "Names of the fleet for names of the server." })),
  }, "Series that one query gives."), { minItems: 1, maxItems: 200, description: "What to ask for." }),
}, "How series of a Prometheus server become load.");

/** Reads a mapping file; `own` are the resources of the fleet's own. */
export async function readMapping(file: string, own: readonly string[], options: LoadOptions = {}): Promise<{ readonly rules: readonly SeriesRule[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { sources: [source], problems } = await readSources([file], options);
  if (source === undefined || !hasShape(source, problems, mappingSchema)) return { rules: [], diagnostics: problems.diagnostics() };
  const { series } = source.value as Written<typeof mappingSchema>;
  const known = [...Object.keys(loadResources), ...own];
  series.forEach(({ resource, unit }, n) => {
    const units = Object.keys(unitsOf[resource] ?? { units: 1 });
    if (!known.includes(resource)) {
      problems.error("unknown-reference", { source, path: ["series", n, "resource"] }, () => ({ message: `series[${n}].resource is ${shown(resource)}, which is no resource.`, advice: didYouMean(resource, known) }));
    } else if (!units.includes(unit)) {
      problems.error("unit-mismatch", { source, path: ["series", n, "unit"] }, () => ({ message: `series[${n}].unit is ${shown(unit)}, in which ${resource} is not measured.`, advice: `It can be ${units.join(", ")}.` }));
    }
  });
  const rules = series.map((each): SeriesRule => ({
    set: file, resource: each.resource, what: each.what ?? "use", query: each.query, unit: each.unit, of: each.of ?? "workload",
    label: each.label, after: each.after ?? "", before: each.before ?? "", application: each.application ?? "", names: each.names ?? {},
  }));
  return { rules: problems.hasErrors ? [] : rules, diagnostics: problems.diagnostics() };
}
