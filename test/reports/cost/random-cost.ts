import * as fc from "fast-check";
import { chargeBases, defaultFinance, idleMethods, reserveMethods, serviceMethods, type Finance, type Licence } from "../../../model/finance.ts";
import type { Labels } from "../../../model/fleet.ts";
import { loadResources, type LoadSource, type LoadSubject } from "../../../model/load.ts";
import type { Action } from "../../../model/plan.ts";
import { Random } from "../../../model/random.ts";
import { defaultObjectives, defaultSettings, type Scenario } from "../../../model/scenario.ts";
import { indexFleet, type FleetIndex } from "../../../model/snapshot.ts";
import { compilePolicies, type Constraint } from "../../../policies/index.ts";
import { courseOf, type Step } from "../../../reports/cost/course.ts";
import type { CostInput } from "../../../reports/cost/charge-lines.ts";
import { arbitraryFleet } from "../../policies/arbitrary-fleet.ts";

export const startMs = Date.parse("2026-10-01T00:00:00Z");
const minuteMs = 60_000;

/** A fleet in whole cores and gibibytes, with teams, traffic prices and links that cost. */
export const fleetWithPrices: fc.Arbitrary<FleetIndex> = fc.tuple(arbitraryFleet, fc.nat({ max: 5000 })).map(([{ fleet }, networkMicrosPerGiB]) => {
  return indexFleet({
    ...fleet,
    hosts: fleet.hosts.map((host) => ({ ...host, capacity: scaled(host.capacity), reserve: {}, prices: { ...host.prices, networkMicrosPerGiB } })),
    workloads: fleet.workloads.map((workload, w) => ({ ...workload, reservation: scaled(workload.reservation), expectedUse: scaled(workload.expectedUse), labels: teamOf(w) })),
    links: [{ a: "s1" as never, b: "s2" as never, mbps: 100, transferMicrosPerGiB: 4001 }],
  });
});

function scaled(amounts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount * 1009]));
}

function teamOf(w: number): Labels {
  return w % 3 === 2 ? {} : { team: w % 3 === 0 ? "red" : "blue" };
}

/** Load that a seed decides: the same for everybody who opens it, at any slot. */
export function seededLoad(index: FleetIndex, seed: number, grid: { readonly startMs: number; readonly stepMs: number; readonly slots: number }): LoadSource {
  const subjects = index.workloads.map(({ id }): LoadSubject => ({ workload: id, application: null }));
  const resources = [loadResources.cpuMillicores, loadResources.memoryMiB, loadResources.networkMbps];
  const values = resources.map((_, r) => subjects.map((__, w) => {
    const random = new Random(seed + 1000 * r + w);
    return Int32Array.from({ length: grid.slots }, () => random.uint32() % 6_000_000);
  }));
  return {
    resources, subjects, ...grid,
    open(fromSlot) {
      let slot = fromSlot;
      return {
        fill(block) {
          const filled = Math.max(0, Math.min(block.slots, grid.slots - slot));
          values.forEach((rows, r) => rows.forEach((row, w) => { block.samples[r]?.set(row.subarray(slot, slot + filled), w * block.slots); }));
          slot += filled;
          return filled;
        },
      };
    },
  };
}

const finance = (index: FleetIndex): fc.Arbitrary<Finance> => {
  const some = fc.subarray(index.workloads.map(({ id }) => id), { minLength: 1 });
  return fc.record({
    basis: fc.constantFrom(...chargeBases), idle: fc.constantFrom(...idleMethods), reserve: fc.constantFrom(...reserveMethods), services: fc.constantFrom(...serviceMethods),
    fixedShares: fc.array(fc.record({ name: fc.constantFrom("a", "b"), workloads: some, permille: fc.nat({ max: 500 }) }), { maxLength: 2 }),
  }).map((chosen): Finance => ({ ...defaultFinance, ...chosen }));
};

/** Of some workloads each, two at most. */
export const arbitraryLicences = (index: FleetIndex): fc.Arbitrary<readonly Licence[]> => fc.uniqueArray(fc.record({
  name: fc.constantFrom("db", "os"), per: fc.constantFrom("host", "core", "workload"), microsPerMonth: fc.nat({ max: 90_000_000 }),
  workloads: fc.subarray(index.workloads.map(({ id }) => id), { minLength: 1 }),
}), { maxLength: 2, selector: ({ name }) => name });

/** What moves, boots and stops on the way; not all of it makes sense, as in life. */
const steps = (index: FleetIndex): fc.Arbitrary<readonly Step[]> => {
  const host = fc.constantFrom(...index.hosts.map(({ id }) => id));
  const workload = fc.constantFrom(...index.workloads.map(({ id }) => id));
  const moved = fc.constantFrom("migrate", "transfer").chain((kind) => fc.record({ kind: fc.constant(kind), workload, from: host, to: host }));
  const local = fc.constantFrom("stop", "start", "deleteSource").chain((kind) => fc.record({ kind: fc.constant(kind), workload, host }));
  const power = fc.constantFrom("bootHost", "shutdownHost").chain((kind) => fc.record({ kind: fc.constant(kind), host }));
  const action = fc.oneof<fc.Arbitrary<Action>[]>(moved as fc.Arbitrary<Action>, local as fc.Arbitrary<Action>, power as fc.Arbitrary<Action>);
  return fc.array(fc.record({ action, at: fc.nat({ max: 3000 }) }).map((step): Step => ({ action: step.action, beganMs: startMs + step.at * minuteMs, endedMs: startMs + step.at * minuteMs + 17_001 })), { maxLength: 6 });
};

export async function constraintsOf(index: FleetIndex, scenario: Partial<Scenario> = {}): Promise<readonly Constraint[]> {
  const { constraints } = await compilePolicies({
    name: "random", title: "", description: "", asOf: null, fleet: index.fleet, policies: [], objectives: defaultObjectives, settings: defaultSettings, changes: [], ...scenario,
  }, index, { lint: false });
  return constraints;
}

/** Everything about a cost report but the policies; the load begins before the period and ends after it. */
export const costInput: fc.Arbitrary<Omit<CostInput, "constraints"> & { readonly seed: number }> = fleetWithPrices.chain((bare) => arbitraryLicences(bare).map((licences) => indexFleet({ ...bare.fleet, licences }))).chain((index) => fc.record({
  finance: finance(index), steps: steps(index), seed: fc.nat({ max: 1_000_000 }), fromMinute: fc.nat({ max: 600 }), minutes: fc.integer({ min: 1, max: 2500 }),
  stepMinutes: fc.constantFrom(1, 5, 15, 60), isMeasured: fc.boolean(),
}).map(({ steps: done, seed, fromMinute, minutes, stepMinutes, isMeasured, finance: chosen }) => {
  const period = { startMs: startMs + fromMinute * minuteMs + 1, endMs: startMs + (fromMinute + minutes) * minuteMs + 30_001 };
  const stepMs = stepMinutes * minuteMs;
  const source = seededLoad(index, seed, { startMs, stepMs, slots: Math.ceil((period.endMs - startMs) / stepMs) });
  return {
    index, period, finance: chosen, seed, course: courseOf(index, period, done), applicationUse: new Map(),
    measured: isMeasured ? { source, has: (workload: number, resource: string) => (workload + resource.length) % 3 > 0 } : null,
  };
}));
