import type { HostId, ServiceId, WorkloadId } from "../../model/ids.ts";
import type { LoadSource } from "../../model/load.ts";
import type { Scenario } from "../../model/scenario.ts";
import { defaultSimulation } from "../../model/simulation.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { FailureSweep, replayInput, WhatIf, type Loss } from "../../simulator/index.ts";
import type { LossAnswer, LossScope } from "./answer.ts";
import type { LinkLoss } from "./links.ts";
import { stoppedServices } from "./services.ts";

/** What a loss would do to one resource, in units of the resource. */
export interface ResourceLoss {
  readonly resource: string;
  readonly slotsHeld: number;
  readonly worstAtMs: number;
  readonly worstMissing: number;
  /** What is missing over the whole time: units times hours. */
  readonly missingHours: number;
  readonly crowded: readonly HostId[];
}

/** What a loss would do, had it happened in any slot of the load. */
export interface LossReport {
  readonly name: string;
  readonly hosts: readonly HostId[];
  /** Workloads that ran on them, and those for which there is no place, with the reasons. */
  readonly workloads: number;
  readonly unplaced: readonly { readonly workload: WorkloadId; readonly reasons: readonly string[] }[];
  /** Others that make room. */
  readonly makeRoom: number;
  readonly refused: boolean;
  readonly interrupted: readonly ServiceId[];
  readonly down: readonly ServiceId[];
  /** From the failure until everybody who finds a place has started there, as far as the schedule can tell. */
  readonly recoveryMs: number;
  /** Slots in which everybody has a place and takers have all that is asked of them, of every resource. */
  readonly slotsHeld: number;
  readonly resources: readonly ResourceLoss[];
  /** The most that is missing of the first resource, in each part of the time. */
  readonly columns: Float64Array;
}

/** Everything that `stowage sweep` found. */
export interface SweepReport {
  readonly name: string;
  readonly title: string;
  readonly hasDate: boolean;
  readonly startMs: number;
  readonly stepMs: number;
  readonly slots: number;
  /** Parts of the time in `columns`: slots in each. */
  readonly slotsPerColumn: number;
  readonly resources: readonly { readonly name: string; readonly unit: string }[];
  readonly losses: readonly LossReport[];
  /** What the loss of links would mean, where that was asked for. */
  readonly links: readonly LinkLoss[];
}

/** What is known of a loss while resource after resource is tried. */
interface Found {
  readonly held: Uint8Array;
  readonly resources: ResourceLoss[];
  columns: Float64Array;
}

const columnsMax = 240;
const hourMs = 3_600_000;

export interface SweepJob {
  readonly scenario: Scenario;
  readonly index: FleetIndex;
  readonly load: LoadSource;
  readonly hasDate: boolean;
  readonly scopes: readonly LossScope[];
  readonly answers: readonly LossAnswer[];
  readonly links: readonly LinkLoss[];
}

/** Tries every loss in every slot of the load of every resource that hosts limit. The worst first. */
export function sweepReport({ scenario, index, load, hasDate, scopes, answers, links }: SweepJob, progress: (done: number) => void): SweepReport {
  const limited = load.resources.filter(({ name }) => index.hosts.some(({ capacity }) => (capacity[name] ?? 0) > 0));
  const units = new Map(scenario.fleet.resources.map(({ name, unit }) => [name, unit]));
  const slotsPerColumn = Math.ceil(load.slots / columnsMax);
  const found = scopes.map((): Found => ({ held: new Uint8Array(load.slots).fill(1), resources: [], columns: new Float64Array(0) }));
  for (const [r, { name, perUnit }] of limited.entries()) {
    const input = replayInput(index, load, name);
    const sweep = new FailureSweep(new WhatIf(input), input.samples, input.capacity, index.workloads.length);
    for (const [n, scope] of scopes.entries()) {
      progress(r * scopes.length + n);
      const outcome = sweep.try(lossOf(scope, answers[n]));
      const about = found[n];
      if (about === undefined) continue;
      sweep.missing.forEach((missing, slot) => { if (missing > 0) about.held[slot] = 0; });
      if (r === 0) about.columns = peaks(sweep.missing, slotsPerColumn, perUnit);
      about.resources.push({
        resource: name, slotsHeld: outcome.slotsHeld, worstAtMs: load.startMs + outcome.worstSlot * load.stepMs, worstMissing: outcome.worstMissing / perUnit,
        missingHours: (outcome.stolen / perUnit) * (load.stepMs / hourMs), crowded: outcome.crowded.flatMap((h) => index.hosts[h]?.id ?? []),
      });
    }
  }
  const losses = scopes.map((scope, n) => lossReport(scope, answers[n] ?? nothing, index, scenario, found[n] ?? { held: new Uint8Array(0), resources: [], columns: new Float64Array(0) }));
  return {
    name: scenario.name, title: scenario.title, hasDate, startMs: load.startMs, stepMs: load.stepMs, slots: load.slots, slotsPerColumn,
    resources: limited.map(({ name }) => ({ name, unit: units.get(name) ?? (name === "cpuMHz" ? "MHz" : "") })), losses: losses.sort(worstFirst), links,
  };
}

const nothing: LossAnswer = { moves: [], reasons: {}, makespanMs: 0, refused: true };

function lossOf({ name, hosts }: LossScope, answer: LossAnswer = nothing): Loss {
  return { name, hosts, moves: answer.moves };
}

function peaks(missing: Float64Array, slotsPerColumn: number, perUnit: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(missing.length / slotsPerColumn) }, (_, column) =>
    missing.subarray(column * slotsPerColumn, (column + 1) * slotsPerColumn).reduce((most, amount) => Math.max(most, amount), 0) / perUnit);
}

function lossReport(
  { name, hosts }: LossScope, answer: LossAnswer, index: FleetIndex, scenario: Scenario, { held, resources, columns }: Found,
): LossReport {
  const ids = hosts.flatMap((h) => index.hosts[h]?.id ?? []);
  const gone = new Set<string>(ids);
  const there = index.workloads.flatMap(({ host }, w) => (host !== null && gone.has(host) ? [w] : []));
  const placed = new Set(answer.moves.map(({ row }) => row));
  const lost = there.filter((w) => !placed.has(w) && index.workloads[w]?.desired === "running");
  const { recovery } = scenario.simulation ?? defaultSimulation;
  return {
    name, hosts: ids, workloads: there.length, makeRoom: answer.moves.filter(({ row }) => !there.includes(row)).length, refused: answer.refused,
    unplaced: lost.flatMap((w) => {
      const id = index.workloads[w]?.id;
      return id === undefined ? [] : [{ workload: id, reasons: (answer.reasons[id] ?? []).toSorted((a, b) => Number(isLossItself(a)) - Number(isLossItself(b))) }];
    }),
    ...stoppedServices(index, ids, lost),
    recoveryMs: there.length === 0 ? 0 : recovery.detectMs + recovery.decideMs + answer.makespanMs,
    slotsHeld: held.reduce((sum, flag) => sum + flag, 0), resources, columns,
  };
}

/** That hosts which have failed can take nobody goes without saying, and comes last. */
function isLossItself(reason: string): boolean {
  return reason.startsWith("built-in/host-state ");
}

/** Services down, workloads without a place, slots not held, what is missing at worst; ties by name. */
function worstFirst(a: LossReport, b: LossReport): number {
  const missing = ({ resources }: LossReport): number => resources[0]?.worstMissing ?? 0;
  return b.down.length - a.down.length || b.unplaced.length - a.unplaced.length || a.slotsHeld - b.slotsHeld || missing(b) - missing(a) || (a.name < b.name ? -1 : Number(a.name > b.name));
}
