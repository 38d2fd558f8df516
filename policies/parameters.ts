import { Value } from "typebox/value";
import type { AnyConstraintKind } from "./constraint.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { PolicyReport } from "./policy-report.ts";

/** Parameters that are known to fit, as JSON, by entry: a large fleet says the same thing of thousands of services. */
const knownToFit = new WeakMap<AnyConstraintKind, Set<string>>();
const rememberedMax = 256;

/** Compares parameters as written with the schema of their entry; true when they fit. Selectors are left to `select`. */
export function checkParameters(entry: AnyConstraintKind, raw: Readonly<Record<string, unknown>>, report: PolicyReport): boolean {
  const fitting = knownToFit.get(entry) ?? new Set<string>();
  const written = JSON.stringify(raw);
  if (fitting.has(written)) return true;
  const fits = reportFaults(entry, raw, report);
  if (fits && fitting.size < rememberedMax) knownToFit.set(entry, fitting.add(written));
  return fits;
}

function reportFaults(entry: AnyConstraintKind, raw: Readonly<Record<string, unknown>>, report: PolicyReport): boolean {
  const known = Object.keys((entry.parameters as { readonly properties?: Readonly<Record<string, unknown>> }).properties ?? {});
  const errors = Value.Errors(entry.parameters, raw).filter(({ keyword, instancePath }) =>
    keyword !== "boolean" && !Object.hasOwn(entry.selectors, instancePath.split("/")[1] ?? ""));
  const unions = new Set(errors.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => instancePath));
  for (const { keyword, instancePath, params, message } of errors) {
    if (unions.has(instancePath) && keyword !== "anyOf") continue;
    const place = `.require.${entry.name}${instancePath.replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]").replaceAll("/", ".")}`;
    const value = JSON.stringify(valueAt(raw, instancePath)) ?? "nothing";
    if (keyword === "additionalProperties") {
      for (const name of listOf(params, "additionalProperties")) {
        report.error("policy-parameter", `${place}.${name}`, `${entry.name} knows no parameter "${name}"`,
          instancePath === "" ? didYouMean(name, known, "Remove it.") : "Remove it.");
      }
    } else if (keyword === "required") {
      for (const name of listOf(params, "requiredProperties")) {
        report.error("policy-parameter", `${place}.${name}`, `${entry.name} needs the parameter "${name}"`, `Add "${name}"; see docs/policies/${entry.name}.md.`);
      }
    } else {
      report.error("policy-parameter", place, `${entry.name}${instancePath.replaceAll("/", ".")} is ${value}; it ${message}`,
        `See docs/policies/${entry.name}.md.`);
    }
  }
  return errors.length === 0;
}

function listOf(params: unknown, name: string): readonly string[] {
  const list = (params as Readonly<Record<string, unknown>>)[name];
  return Array.isArray(list) ? list.map(String) : [];
}

function valueAt(raw: unknown, pointer: string): unknown {
  let value = raw;
  for (const step of pointer.split("/").slice(1)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}
