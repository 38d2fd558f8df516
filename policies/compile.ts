import type { Diagnostic } from "../model/diagnostic.ts";
import type { PolicyDocument } from "../model/policy.ts";
import type { Scenario } from "../model/scenario.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { builtInDiagnostics, builtInLimits, builtInPolicies, builtInPrefix } from "./builtin.ts";
import { catalogue } from "./catalogue.ts";
import type { CompiledPolicy } from "./compiled-policy.ts";
import { constraintsOf } from "./compiled-constraint.ts";
import type { AnyConstraintKind, Constraint, ParameterFault, Request } from "./constraint.ts";
import { window } from "./constraints/window.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Form } from "./form.ts";
import { lint } from "./lint.ts";
import { checkParameters } from "./parameters.ts";
import { reportInto } from "./policy-report.ts";
import { ofEverybody, resolveRequest } from "./request.ts";
import { limitsOf } from "./way-rules.ts";

/** What policies compile to. With an error among the diagnostics the constraints are not to be planned with. */
export interface CompiledPolicies {
  readonly constraints: readonly Constraint[];
  readonly diagnostics: readonly Diagnostic[];
}

/** From policies as people write them to constraints over dense indices; the fleet's own musts come first. */
export async function compilePolicies(
  scenario: Scenario, index: FleetIndex, options: { readonly lint: boolean } = { lint: true },
): Promise<CompiledPolicies> {
  const diagnostics: Diagnostic[] = [...builtInDiagnostics(index)];
  const musts = lazyMusts();
  const compileAll = async (documents: readonly PolicyDocument[]): Promise<readonly CompiledPolicy[]> => {
    const policies: CompiledPolicy[] = [];
    for (const document of documents) {
      const policy = await compilePolicy(document, scenario, index, musts.forms, diagnostics);
      if (policy !== null) policies.push(policy);
    }
    return policies;
  };
  const own = await compileAll(builtInPolicies(index));
  const written = await compileAll(scenario.policies.filter(({ enabled }) => enabled));
  const limits = await compileAll(builtInLimits(index, limitsOf(written.flatMap((policy) => policy.constraints))));
  const compiled = [...own, ...limits, ...written];
  const constraints = compiled.flatMap((policy) => policy.constraints);
  musts.fill(constraints);
  if (options.lint) diagnostics.push(...lint(compiled, index));
  return { constraints, diagnostics };
}

async function compilePolicy(
  document: PolicyDocument, scenario: Scenario, index: FleetIndex, otherMusts: () => readonly Form[], diagnostics: Diagnostic[],
): Promise<CompiledPolicy | null> {
  const report = reportInto(diagnostics, document);
  const { entry: name, parameters } = document.require;
  const entry = entryNamed(name);
  if (entry === null) {
    report.error("policy-unknown-entry", ".require", `the catalogue has no entry "${name}"`, didYouMean(name, Object.keys(catalogue), "See docs/policies/README.md."));
    return null;
  }
  if (document.id.startsWith(builtInPrefix) && scenario.policies.includes(document)) {
    report.error("not-allowed", ".id", `ids that start with "${builtInPrefix}" belong to the fleet's own musts`, "Choose another id.");
  }
  if (document.holds !== null && !entry.holds.allowed.includes(document.holds)) {
    report.error("policy-parameter", ".holds", `${name} cannot hold ${document.holds}`, `It may hold ${entry.holds.allowed.join(" or ")}.`);
  }
  if (entry.name === window.name && scenario.asOf === null) {
    report.error("policy-needs-time", ".require", "a window needs to know what time it is, but the scenario does not say", "Set asOf to a UTC instant such as 2026-11-21T00:00:00Z.");
  }
  const fits = checkParameters(entry, parameters, report);
  const resolved = await resolveRequest(document, entry, { scenario, index, otherMusts }, report);
  if (!fits) return null;
  const faults = resolved.isWhole ? (entry.faults?.(resolved.request) ?? []) : certainFaults(document, entry, resolved.request);
  for (const { parameter, message, advice } of faults) {
    report.error("policy-parameter", parameter === "exceptions" ? ".exceptions" : `.require.${name}.${parameter}`, message, advice);
  }
  if (faults.length > 0 || !resolved.isWhole) return null;
  const parts = entry.parts(resolved.request as Request<never>);
  return { document, entry, selection: resolved.selection, remaining: resolved.request, constraints: constraintsOf(document, entry, parts, index), isBuiltIn: !scenario.policies.includes(document) };
}

/** Faults of parameters beside wrong selectors: those that are there both for what is right of them and for everybody, and so whatever was meant. */
function certainFaults(document: PolicyDocument, entry: AnyConstraintKind, request: Request<unknown>): readonly ParameterFault[] {
  const ofAll = entry.faults?.(ofEverybody(request, document, entry)) ?? [];
  return (entry.faults?.(request) ?? []).filter((fault) => ofAll.some(({ parameter, message }) => parameter === fault.parameter && message === fault.message));
}

/** An entry by the word that people write; null when there is none. */
export function entryNamed(name: string): AnyConstraintKind | null {
  return Object.hasOwn(catalogue, name) ? catalogue[name as keyof typeof catalogue] : null;
}

/**
 * Musts that judge changes and not places, and those that ask for the other musts themselves: what must hold after a
 * failure is all the rest.
 */
const aboutChanges: ReadonlySet<string> = new Set(["budget", "change-limit", "cordon", "failover", "payback", "quarantine", "root"]);

/** The forms of all musts about places, collected when they are first asked for. */
function lazyMusts(): { readonly forms: () => readonly Form[]; readonly fill: (constraints: readonly Constraint[]) => void } {
  let all: readonly Constraint[] = [];
  let forms: readonly Form[] | null = null;
  return {
    fill(constraints) {
      all = constraints;
    },
    forms() {
      forms ??= all.filter(({ strength, kind }) => strength === "must" && !aboutChanges.has(kind)).flatMap((constraint) => constraint.forms());
      return forms;
    },
  };
}
