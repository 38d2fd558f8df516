import type { Workload } from "../model/fleet.ts";
import { costKinds, defaultFinance, type AgreedParts, type Budget, type CostKind, type Finance, type FixedShare, type Licence } from "../model/finance.ts";
import type { ApplicationId, ServiceId, WorkloadId } from "../model/ids.ts";
import { chosenWorkloads } from "./changes/choice.ts";
import type { Checker } from "./checks.ts";
import type { Draft } from "./draft.ts";
import type { FinanceDocument } from "./fields/finance.ts";
import { isInstant } from "./instant.ts";
import type { Path, Problems, Source } from "./problem.ts";

/** A value of the section, and where it stands. */
interface Given<Value> {
  readonly value: Value;
  readonly at: Path;
  readonly check: Checker;
}

/** What the documents say about money, put together and resolved; what is wrong goes to the problems. Licences are prices of the fleet. */
export function financeOf(sources: readonly Source[], problems: Problems, draft: Draft, checkerOf: (source: Source) => Checker): { readonly finance: Finance; readonly licences: readonly Licence[] } {
  const last = <Key extends keyof FinanceDocument>(key: Key): Given<NonNullable<FinanceDocument[Key]>> | null => {
    for (const source of sources.toReversed()) {
      const section = sectionOf(source);
      if (section === null || problems.isFaulty(source, "finance", "") || !Object.hasOwn(section, key)) continue;
      const value = section[key];
      return value === undefined || value === null || problems.isFaulty(source, "finance", key) ? null : { value, at: ["finance", key], check: checkerOf(source) };
    }
    return null;
  };
  const finance: Finance = {
    basis: last("basis")?.value ?? defaultFinance.basis,
    idle: last("idle")?.value ?? defaultFinance.idle,
    reserve: last("reserve")?.value ?? defaultFinance.reserve,
    fixedShares: fixedSharesOf(last("fixedShares"), draft),
    services: last("services")?.value ?? defaultFinance.services,
    agreedParts: agreedPartsOf(last("agreedParts"), draft),
    teamLabel: last("teamLabel")?.value ?? defaultFinance.teamLabel,
    budgets: items(last("budgets")).map((given) => budgetOf(given, draft)),
  };
  return { finance, licences: items(last("licences")).map((given): Licence => ({ ...given.value, workloads: workloadsOf(given, draft) })) };
}

function fixedSharesOf(given: Given<NonNullable<FinanceDocument["fixedShares"]>> | null, draft: Draft): readonly FixedShare[] {
  const shares = items(given).map((item): FixedShare => ({ name: item.value.name, permille: item.value.permille, workloads: workloadsOf(item, draft) }));
  const sum = shares.reduce((total, { permille }) => total + permille, 0);
  if (given !== null && sum > 1000) {
    given.check.problem("out-of-range", given.at, () => ({ message: `${given.check.subject(given.at)} give away ${sum} of 1000 parts.`, advice: "Let them add up to 1000 or less; what is left is shown by itself." }));
  }
  return shares;
}

function agreedPartsOf(given: Given<NonNullable<FinanceDocument["agreedParts"]>> | null, { applications, services }: Draft): readonly AgreedParts[] {
  const seen = new Set<string>();
  return items(given).map(({ value, at, check }): AgreedParts => {
    const isKnown = check.exists("application", value.application, applications, [...at, "application"]);
    if (seen.has(value.application)) check.problem("duplicate-id", [...at, "application"], () => ({ message: `${check.subject([...at, "application"])} is ${value.application}, whose parts are agreed on already.`, advice: "Keep one of the two." }));
    seen.add(value.application);
    const parts = Object.entries(value.parts);
    for (const [service] of parts) {
      const path = [...at, "parts", service];
      const known = check.exists("service", service, services, path) ? services.get(service as ServiceId) : undefined;
      if (!isKnown || known === undefined || known.applications.some((id) => id === value.application)) continue;
      check.problem("unknown-reference", path, () => ({ message: `${check.subject(path)}: application ${value.application} does not belong to service ${service}.`, advice: "Name services that it belongs to." }));
    }
    const sum = parts.reduce((total, [, permille]) => total + permille, 0);
    if (sum !== 1000) check.problem("out-of-range", [...at, "parts"], () => ({ message: `${check.subject([...at, "parts"])} add up to ${sum}; it must be 1000.`, advice: "All of an application is paid for by its services." }));
    return { application: value.application as ApplicationId, parts: parts.map(([service, permille]) => ({ service: service as ServiceId, permille })) };
  });
}

function budgetOf({ value: { name, micros, from, to, about }, at, check }: Given<NonNullable<FinanceDocument["budgets"]>[number]>, draft: Draft): Budget {
  check.instant(from, [...at, "from"]);
  check.instant(to, [...at, "to"]);
  if (isInstant(from) && isInstant(to) && Date.parse(to) <= Date.parse(from)) {
    check.problem("contradiction", [...at, "to"], () => ({ message: `${check.subject([...at, "to"])} is ${to}, not after from, ${from}.`, advice: "Exchange the two; the end is not included." }));
  }
  const [kind, id] = Object.entries(about ?? {})[0] ?? [];
  const of = costKinds.find((known) => known === kind);
  if (of === undefined || id === undefined) return { name, micros, from, to, about: null };
  checkSubject(of, id, { draft, check, at: [...at, "about", of] });
  return { name, micros, from, to, about: { kind: of, id } };
}

function checkSubject(kind: CostKind, id: string, { draft, check, at }: { readonly draft: Draft; readonly check: Checker; readonly at: Path }): void {
  if (kind === "team") return; // any value of a label
  const lists = { host: draft.hosts, workload: draft.workloads, application: draft.applications, service: draft.services, site: draft.sites } as const;
  check.exists(kind, id, lists[kind], at);
}

function workloadsOf({ value, at, check }: Given<{ readonly workloads: Parameters<typeof chosenWorkloads>[0] }>, draft: Draft): readonly WorkloadId[] {
  return (chosenWorkloads(value.workloads, { draft, check, at, name: "finance" }) ?? []).map(({ id }: Workload) => id);
}

/** The items of a list, each with its place; names are told twice only once. */
function items<Item>(given: Given<readonly Item[]> | null): readonly Given<Item>[] {
  if (given === null) return [];
  const names = new Set<string>();
  return given.value.map((value, i) => {
    const at = [...given.at, i];
    const name = typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" ? value.name : undefined;
    if (name !== undefined && names.has(name)) given.check.problem("duplicate-id", [...at, "name"], () => ({ message: `${given.check.subject([...at, "name"])} is ${name}, as an earlier one.`, advice: "Give one of them another name." }));
    if (name !== undefined) names.add(name);
    return { ...given, value, at };
  });
}

function sectionOf({ value }: Source): FinanceDocument | null {
  if (typeof value !== "object" || value === null || !("finance" in value)) return null;
  const { finance } = value;
  return typeof finance === "object" && finance !== null && !Array.isArray(finance) ? finance : null;
}

/** The section as a document, written in full: loading it again gives the same. */
export function financeDocument(finance: Finance = defaultFinance, licences: readonly Licence[] = []): FinanceDocument {
  return {
    ...finance, licences,
    agreedParts: finance.agreedParts.map(({ application, parts }) => ({ application, parts: Object.fromEntries(parts.map(({ service, permille }) => [service, permille])) })),
    budgets: finance.budgets.map(({ about, ...budget }) => ({ ...budget, ...(about === null ? {} : { about: aboutDocument(about) }) })),
  };
}

type About = NonNullable<NonNullable<FinanceDocument["budgets"]>[number]["about"]>;

function aboutDocument({ kind, id }: NonNullable<Budget["about"]>): About {
  switch (kind) {
    case "host": return { host: id };
    case "workload": return { workload: id };
    case "application": return { application: id };
    case "service": return { service: id };
    case "site": return { site: id };
    case "team": return { team: id };
  }
}
