import type { Fleet } from "../../../model/fleet.ts";
import type { LoadTrace } from "../../../model/load.ts";
import type { ImportLog } from "../import-log.ts";
import type { HeldValues, SeriesRecord } from "./history.ts";
import { factorOf, unitsOf, type SeriesRule } from "./rule.ts";
import type { Slots, ValueFaults } from "./slots.ts";

interface Collected {
  readonly trace: LoadTrace;
  readonly held: readonly HeldValues[];
}

interface Told {
  readonly server: string;
  readonly rules: readonly SeriesRule[];
  readonly slots: Slots;
  readonly windowMs: number | null;
  readonly fleet: Fleet | null;
  readonly workloads: Collected;
  readonly hosts: Collected;
}

/** What became of every series, of every query, and of every workload of the scenario that has none. */
export function tellSeries(records: readonly SeriesRecord[], told: Told, log: ImportLog): void {
  for (const rule of told.rules) tellRule(rule, records, told, log);
  for (const record of records) tellRecord(record, told, log);
  for (const { subject, resource, values } of [...told.workloads.held, ...told.hosts.held]) {
    log.note({ source: told.server, row: null, subject }, "guessed", {
      field: resource, ...values === null ? { became: "0", reason: "never measured, while other resources were" }
        : { found: `${values} values missing`, became: "the last value before them", reason: "other resources were measured in these slots" },
    });
  }
  const measured = new Set<string>(told.workloads.trace.series.map(({ subject }) => subject.workload));
  for (const { id } of told.fleet?.workloads ?? []) {
    if (!measured.has(id)) log.note({ source: told.server, row: null, subject: id }, "guessed", { became: "its expected use", reason: "no series is its load: what the scenario expects of it counts" });
  }
}

function tellRule(rule: SeriesRule, records: readonly SeriesRecord[], { server, slots, windowMs }: Told, log: ImportLog): void {
  const place = { source: server, row: null, subject: rule.set };
  const field = fieldOf(rule);
  const usesWindow = rule.query.includes("$window");
  if (!records.some((record) => record.rule === rule)) {
    log.note(place, "skipped", { field, found: rule.query, reason: "the server has no such series in this time" });
    return;
  }
  const factor = factorOf(rule);
  if (factor !== 1 || unitsOf[rule.resource] === undefined) {
    log.note(place, "converted", { field, found: rule.unit, became: rule.resource, reason: factor >= 1 ? `times ${shownFactor(factor)}` : `divided by ${shownFactor(1 / factor)}` });
  }
  if (usesWindow && windowMs === null && slots.stepMs < 300_000) {
    log.note(place, "guessed", { field, found: "$window", became: "5 min", reason: "rates look back five minutes, longer than a step; --window says otherwise" });
  }
}

function shownFactor(factor: number): number {
  return Number(factor.toPrecision(7));
}

function fieldOf({ resource, what }: SeriesRule): string {
  return what === "use" ? resource : `provisioned.${resource}`;
}

function tellRecord({ rule, name, whose, slotsTaken, faults }: SeriesRecord, { server, slots }: Told, log: ImportLog): void {
  const place = { source: server, row: null, subject: name };
  const field = fieldOf(rule);
  if (whose.kind === "nobody") {
    log.note(place, "skipped", { field, found: name, reason: whose.reason });
    return;
  }
  const owner = `${whose.kind} ${whose.id}${whose.application === "" ? "" : `, application ${whose.application}`}`;
  const became = rule.what === "use" ? `${owner}: ${slotsTaken} of ${slots.count} slots` : `${owner}: the largest of ${slotsTaken} values`;
  if (slotsTaken === 0) log.note(place, "skipped", { field, found: name, reason: "none of its values could be used" });
  else if (whose.match === "guessed") log.note(place, "guessed", { field, found: name, became, reason: "no scenario says whether this is a workload or a host; --base FILE does" });
  else if (whose.match === "exact") log.note(place, "taken", { field, became, reason: `load of a ${whose.kind}` });
  else log.note(place, "converted", { field, found: name, became, reason: "the same name in another case, with another part of its domain, or without what names may not have" });
  for (const [fault, words] of Object.entries(faultWords) as [keyof ValueFaults, string][]) {
    if (faults[fault] > 0) log.note(place, "skipped", { field, found: `${faults[fault]} values`, became: "a gap", reason: words });
  }
}

const faultWords: Readonly<Record<keyof ValueFaults, string>> = {
  notANumber: "no number (NaN)", infinite: "infinite", negative: "negative", tooLarge: "larger than anything that can be counted", offGrid: "at an instant that was not asked for",
};
