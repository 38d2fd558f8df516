import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FleetIndex } from "../../model/snapshot.ts";
import { formAmount } from "../../policies/amount.ts";
import { catalogue } from "../../policies/catalogue.ts";
import type { AnyConstraintKind } from "../../policies/constraint.ts";
import type { Form, SurviveForm } from "../../policies/form.ts";
import { gaugeOf } from "../../policies/gauge.ts";
import { lossesNotSurvived, surviveAmount } from "../../policies/survive.ts";
import { arbitraryFleet, arbitraryMove, arbitraryPlacement } from "./arbitrary-fleet.ts";
import { arbitraryRequest } from "./arbitrary-params.ts";
import { fleetOf, hostOf, workloadOf } from "./fleet-of.ts";

const places: readonly AnyConstraintKind[] = Object.values(catalogue).filter(({ name, aboutTheWay }) => aboutTheWay !== true && name !== "failover");

/** The forms of a few random policies. */
function arbitraryForms(index: FleetIndex, most: number): fc.Arbitrary<readonly Form[]> {
  const ofOne = fc.constantFrom(...places).chain((kind) =>
    arbitraryRequest(kind, index).map((request) => kind.parts(request).flatMap(({ params }) => kind.lower(params, index))));
  return fc.array(ofOne, { minLength: 1, maxLength: most }).map((lists) => lists.flat());
}

/** Up to three hosts lost together. */
function arbitraryLoss(index: FleetIndex): fc.Arbitrary<Int32Array> {
  return fc.uniqueArray(fc.nat({ max: index.hosts.length - 1 }), { minLength: 1, maxLength: 3 }).map((loss) => Int32Array.from(loss).sort());
}

/** What the form's documentation says, word by word: try every assignment of what was lost. */
function amountByEnumeration(form: SurviveForm, index: FleetIndex, hostOf: readonly number[]): number {
  // What was lost starts anew, so what a must says of moves does not count.
  const keep = form.keep().map((each) => (each.kind === "allow" ? { ...each, allowed: each.allowedAnew ?? each.allowed } : each));
  const before = keep.map((each) => formAmount(each, index, hostOf));
  const survives = (loss: Int32Array): boolean => {
    const lost = [...form.members].filter((w) => (hostOf[w] ?? -1) >= 0 && loss.includes(hostOf[w] ?? -1));
    const left = [...index.hosts.keys()].filter((h) => form.takers[h] === 1 && !loss.includes(h));
    const assign = (i: number, after: readonly number[]): boolean => {
      const w = lost[i];
      if (w === undefined) return keep.every((each, f) => formAmount(each, index, after) <= (before[f] ?? 0));
      return left.some((h) => assign(i + 1, after.map((host, other) => (other === w ? h : host))));
    };
    return assign(0, hostOf);
  };
  return form.losses.filter((loss) => !survives(loss)).length;
}

describe("a gauge", () => {
  it("has the amount of its form from scratch, before and after any move", () => {
    const cases = arbitraryFleet.chain((index) => fc.record({
      index: fc.constant(index), forms: arbitraryForms(index, 3), before: arbitraryPlacement(index), moves: fc.array(arbitraryMove(index), { maxLength: 5 }),
    }));
    fc.assert(fc.property(cases, ({ index, forms, before, moves }) => {
      for (const form of forms) {
        if (form.kind === "allow" || form.kind === "fill" || form.kind === "survive") continue;
        const hostOf = [...before];
        const gauge = gaugeOf(form, index, hostOf);
        expect(gauge.amount()).toBe(formAmount(form, index, hostOf));
        for (const { workload, to } of moves) {
          const everybody = form.kind === "linear" && form.hosts !== null;
          const members = form.kind === "exclusive" ? [...form.a, ...form.b] : form.kind === "near" ? [...form.members, ...form.near] : [...form.members];
          const from = hostOf[workload] ?? -1;
          hostOf[workload] = to;
          if (!everybody && !members.includes(workload)) continue;
          const least = gauge.amount();
          if (from >= 0) gauge.change(workload, from, -1);
          if (to >= 0) gauge.change(workload, to, 1);
          expect(gauge.amount()).toBe(formAmount(form, index, hostOf));
          if (gauge.growing && from < 0) expect(gauge.amount()).toBeGreaterThanOrEqual(least);
        }
      }
    }), { seed: 11, numRuns: 300 });
  });
});

describe("what a failure leaves", () => {
  it("is found exactly, compared with every possible assignment", () => {
    const cases = arbitraryFleet.chain((index) => fc.record({
      index: fc.constant(index), keep: arbitraryForms(index, 4), hostOf: arbitraryPlacement(index), losses: fc.array(arbitraryLoss(index), { minLength: 1, maxLength: 4 }),
      takers: fc.array(fc.boolean(), { minLength: index.hosts.length, maxLength: index.hosts.length }),
      members: fc.subarray([...index.workloads.keys()]),
    }));
    const seen = { survived: 0, not: 0 };
    fc.assert(fc.property(cases, ({ index, keep, hostOf, losses, takers, members }) => {
      const form: SurviveForm = { kind: "survive", losses, takers: Uint8Array.from(takers, Number), members: Int32Array.from(members), keep: () => keep };
      const amount = amountByEnumeration(form, index, hostOf);
      expect(surviveAmount(form, index, hostOf)).toBe(amount);
      seen.not += amount;
      seen.survived += losses.length - amount;
    }), { seed: 12, numRuns: 250 });
    expect(Math.min(seen.survived, seen.not)).toBeGreaterThan(50);
  });

  it("is the same when asked twice, since every loss is undone before the next", () => {
    const index = fleetOf([hostOf("h1"), hostOf("h2"), hostOf("h3")], ["a", "b", "c"].map((id) => workloadOf(id)));
    const apart: Form = { kind: "pack", members: Int32Array.of(0, 1, 2), sizes: Float64Array.of(1, 1, 1), domainOfHost: Int32Array.of(0, 1, 2), limits: Float64Array.of(1, 1, 2) };
    const form: SurviveForm = { kind: "survive", losses: [Int32Array.of(0), Int32Array.of(1), Int32Array.of(2)], takers: Uint8Array.of(1, 1, 1), members: Int32Array.of(0, 1, 2), keep: () => [apart] };
    expect(lossesNotSurvived(form, index, [0, 1, 2])).toEqual([2]);
    expect(lossesNotSurvived(form, index, [0, 1, 2])).toEqual([2]);
  });

  it("gives up on a loss after its limit of assignments, and counts it as not shown", () => {
    const count = 16;
    const hosts = Array.from({ length: count + 1 }, (_, h) => hostOf(`h${String(h).padStart(2, "0")}`));
    const index = fleetOf(hosts, Array.from({ length: count }, (_, w) => workloadOf(`w${String(w).padStart(2, "0")}`)));
    const members = Int32Array.from({ length: count }, (_, w) => w);
    const together: Form = { kind: "near", members, near: Int32Array.of(0), domainOfHost: Int32Array.from({ length: count + 1 }, (_, h) => h), domainCount: count + 1 };
    const one: Form = { kind: "pack", members, sizes: new Float64Array(count).fill(1), domainOfHost: together.domainOfHost, limits: new Float64Array(count + 1).fill(1).fill(count, 0, 1) };
    const form: SurviveForm = { kind: "survive", losses: [Int32Array.of(0)], takers: new Uint8Array(count + 1).fill(1), members, keep: () => [together, one] };
    expect(surviveAmount(form, index, new Int32Array(count))).toBe(1);
  });
});
