import type { Diagnostic } from "../model/diagnostic.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { CompiledPolicy } from "./compiled-policy.ts";
import { contradictionsAmong } from "./contradiction.ts";
import { reportInto } from "./policy-report.ts";
import type { Selected } from "./request.ts";

/** What is wrong with policies as a set, found before planning: duplicate, unreachable and contradictory ones. */
export function lint(policies: readonly CompiledPolicy[], index: FleetIndex): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const written = policies.filter(({ isBuiltIn }) => !isBuiltIn);
  for (const policy of written) reportUnreachable(policy, diagnostics);
  reportDuplicates(written, diagnostics);
  for (const { policies: [first, ...others], workload, words } of contradictionsAmong(policies, index)) {
    if (first === undefined) continue;
    const ids = others.map(({ document }) => document.id);
    reportInto(diagnostics, first.document).error("policy-contradiction", "",
      `it contradicts ${ids.length === 1 ? `policy ${ids[0]}` : `policies ${listed(ids)} together`} for workload ${index.workloads[workload]?.id}: ${words}`,
      `Change one of ${listed([first.document.id, ...ids])}, make one a should, or write an exception.`);
  }
  return diagnostics;
}

function listed(ids: readonly string[]): string {
  return [ids.slice(0, -1).join(", "), ids.at(-1)].filter((part) => part !== "").join(" and ");
}

function reportUnreachable({ document, entry, selection, remaining, constraints }: CompiledPolicy, diagnostics: Diagnostic[]): void {
  if (document.mayBeEmpty) return;
  const report = reportInto(diagnostics, document);
  const sorts = entry.subject === "plan" ? (["workloads", "hosts"] as const).filter((sort) => document.select[sort] !== undefined) : [entry.subject];
  for (const sort of sorts) {
    if (selection[sort].length === 0) {
      report.error("policy-unreachable", ".select", `it selects none of the ${sort}`, "Correct the selector, remove the policy, or set mayBeEmpty: true.");
      return;
    }
    if (remaining[sort].length === 0) {
      report.error("policy-unreachable", ".exceptions", `its exceptions take out all ${selection[sort].length} ${sort} that it selects`,
        "Switch the policy off, or narrow the exceptions.");
      return;
    }
  }
  if (constraints.length === 0) {
    report.error("policy-unreachable", ".require", "it demands nothing of what it selects",
      document.select.groupBy === undefined ? "Check its parameters, or set mayBeEmpty: true." : `None of the selected has a ${document.select.groupBy}; correct groupBy, or set mayBeEmpty: true.`);
  }
}

function reportDuplicates(policies: readonly CompiledPolicy[], diagnostics: Diagnostic[]): void {
  const firstByMeaning = new Map<string, CompiledPolicy[]>();
  for (const policy of policies) {
    const key = meaningOf(policy);
    const alike = firstByMeaning.get(key) ?? [];
    firstByMeaning.set(key, alike);
    const first = alike.find((other) => sameSelection(policy.selection, other.selection));
    if (first === undefined) alike.push(policy);
    else reportInto(diagnostics, policy.document).error("policy-duplicate", "",
      `it demands the same of the same as policy ${first.document.id}`, `Remove one of ${first.document.id} and ${policy.document.id}.`);
  }
}

/** Equal for policies with the same requirement on equally many; whether on the same is compared afterwards. */
function meaningOf({ document: { require, select }, selection }: CompiledPolicy): string {
  return JSON.stringify([require.entry, canonical(require.parameters), select.groupBy ?? null,
    selection.workloads.length, selection.hosts.length, selection.services.length]);
}

/** The same value with the keys of its objects in order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, canonical(each)]));
}

function sameSelection(a: Selected, b: Selected): boolean {
  return (["workloads", "hosts", "services"] as const).every((sort) => a[sort].every((each, i) => each === b[sort][i]));
}
