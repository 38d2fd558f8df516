import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settledInstant, type FleetIndex, type Whereabouts } from "../../model/snapshot.ts";
import { formAmount } from "../../policies/amount.ts";
import { catalogue } from "../../policies/catalogue.ts";
import { totalAmount, type AnyConstraintKind, type Part } from "../../policies/constraint.ts";
import { arbitraryFleet, arbitraryMove, arbitraryPlacement, arbitraryWhereabouts } from "../policies/arbitrary-fleet.ts";
import { arbitraryParams, arbitraryRequest } from "../policies/arbitrary-params.ts";
import { instantOf } from "../policies/instant-of.ts";

const kinds: readonly AnyConstraintKind[] = Object.values(catalogue);
const aboutPlaces = kinds.filter((kind) => kind.aboutTheWay !== true);

/** Parts of a random policy of an entry, over a random fleet. */
function arbitraryParts(kind: AnyConstraintKind): fc.Arbitrary<{ readonly index: FleetIndex; readonly parts: readonly Part<unknown>[] }> {
  return arbitraryFleet.chain((index) => arbitraryRequest(kind, index).map((request) => ({ index, parts: kind.parts(request) })));
}

describe.each(aboutPlaces.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  it("finds by check what its forms amount to, so that a move changes both alike", () => {
    const cases = arbitraryParts(kind).chain(({ index, parts }) =>
      fc.record({ index: fc.constant(index), parts: fc.constant(parts), before: arbitraryPlacement(index), move: arbitraryMove(index) }));
    fc.assert(fc.property(cases, ({ index, parts, before, move }) => {
      const after = before.map((host, w) => (w === move.workload ? move.to : host));
      for (const { params } of parts) {
        const forms = kind.lower(params, index);
        for (const hostOf of [before, after]) {
          const found = totalAmount(kind.check(params, settledInstant(index, hostOf)));
          expect(forms.reduce((sum, form) => sum + formAmount(form, index, hostOf), 0)).toBe(found);
        }
      }
    }), { seed: 1, numRuns: 150 });
  });

  it("finds violations of whole amounts above 0, each under its own key, and can explain them", () => {
    fc.assert(fc.property(arbitraryInstants(kind), ({ index, parts, whereabouts }) => {
      for (const { params } of parts) {
        const found = kind.check(params, instantOf(index, whereabouts));
        expect(new Set(found.map((violation) => violation.key)).size).toBe(found.length);
        for (const violation of found) {
          expect(Number.isSafeInteger(violation.amount) && violation.amount > 0).toBe(true);
          expect([...violation.workloads].sort((a, b) => a - b)).toEqual(violation.workloads);
          expect([...violation.hosts, ...violation.workloads].every((dense) => dense >= 0)).toBe(true);
          expect(kind.explain(params, violation, index)).not.toMatch(/undefined|NaN|null|\.$/u);
        }
      }
    }), { seed: 2, numRuns: 150 });
  });

  it("is not changed by what happens outside the scope of a part", () => {
    const cases = arbitraryInstants(kind).chain((given) => fc.record({
      given: fc.constant(given), workload: fc.nat({ max: given.index.workloads.length - 1 }), there: arbitraryWhereabouts(given.index),
    }));
    fc.assert(fc.property(cases, ({ given: { index, parts, whereabouts }, workload, there }) => {
      const later = whereabouts.map((where, w) => (w === workload ? there : where));
      const touched = [whereabouts[workload], there].flatMap((where) => (where === undefined ? [] : [where.host, where.arriving, where.leaving]));
      for (const part of parts) {
        const inScope = (part.workloads === null || part.workloads.includes(workload)) && (part.hosts === null || touched.some((h) => part.hosts?.includes(h)));
        if (inScope) continue;
        expect(kind.check(part.params, instantOf(index, later))).toEqual(kind.check(part.params, instantOf(index, whereabouts)));
      }
    }), { seed: 3, numRuns: 250 });
  });

  it("is broken no more by fewer presences, where it says that it is monotone", () => {
    fc.assert(fc.property(arbitraryEndings(kind), ({ index, parts, whereabouts, fewer }) => {
      for (const part of parts.filter(({ monotone }) => monotone ?? kind.monotone)) expect(worseKeys(kind, part, index, whereabouts, fewer)).toEqual([]);
    }), { seed: 4, numRuns: 250 });
  });
});

/** Rules about places of which some part can be broken by what ends; all others say that they are monotone. */
const brokenByEndings: readonly AnyConstraintKind[] = [catalogue.capacity, catalogue.neighbourhood, catalogue.spread];

it.each(brokenByEndings.map((kind) => [kind.name, kind] as const))("%s can be broken by what ends, as some of its parts say", (_, kind) => {
  const { failed } = fc.check(fc.property(arbitraryEndings(kind), ({ index, parts, whereabouts, fewer }) =>
    parts.every((part) => worseKeys(kind, part, index, whereabouts, fewer).length === 0)), { seed: 5, numRuns: 2000, endOnFailure: true });
  expect(failed).toBe(true);
});

it("knows which rules about places can be broken by what ends", () => {
  const cautious = aboutPlaces.filter(({ monotone, holds }) => !monotone && holds.allowed.includes("continuously")).map(({ name }) => name);
  expect(cautious).toEqual(["disruption-budget", "neighbourhood"]);
});

it("has random parameters for every entry", () => {
  expect(Object.keys(arbitraryParams)).toEqual(expect.arrayContaining(aboutPlaces.map(({ name }) => name)));
});

/** A random policy of an entry and a random instant in the middle of a plan. */
function arbitraryInstants(kind: AnyConstraintKind): fc.Arbitrary<{ readonly index: FleetIndex; readonly parts: readonly Part<unknown>[]; readonly whereabouts: readonly Whereabouts[] }> {
  return arbitraryParts(kind).chain(({ index, parts }) =>
    fc.tuple(...index.workloads.map(() => arbitraryWhereabouts(index))).map((whereabouts) => ({ index, parts, whereabouts })));
}

/** A random instant, and one with some of what is under way ended or not begun. */
function arbitraryEndings(kind: AnyConstraintKind): fc.Arbitrary<{
  readonly index: FleetIndex; readonly parts: readonly Part<unknown>[]; readonly whereabouts: readonly Whereabouts[]; readonly fewer: readonly Whereabouts[];
}> {
  return arbitraryInstants(kind).chain(({ index, parts, whereabouts }) =>
    fc.tuple(...whereabouts.map((where) => fc.constantFrom(...fewerPresences(where)))).map((fewer) => ({ index, parts, whereabouts, fewer })));
}

/** Keys of a part that are broken more with fewer presences. */
function worseKeys(kind: AnyConstraintKind, { params }: Part<unknown>, index: FleetIndex, more: readonly Whereabouts[], fewer: readonly Whereabouts[]): readonly string[] {
  const before = new Map(kind.check(params, instantOf(index, more)).map(({ key, amount }) => [key, amount]));
  return kind.check(params, instantOf(index, fewer)).filter(({ key, amount }) => amount > (before.get(key) ?? 0)).map(({ key }) => key);
}

/** The same, or as it is once what is under way has ended or has not begun. */
function fewerPresences(where: Whereabouts): readonly Whereabouts[] {
  const { host, arriving, leaving, activity } = where;
  const same = [where];
  if (arriving >= 0 && host >= 0) return [...same, { ...where, arriving: -1 }, activity === "stopped" ? { ...where, host: arriving, arriving: -1, leaving: host } : { ...where, host: arriving, arriving: -1 }];
  if (arriving >= 0) return [...same, { ...where, host: arriving, arriving: -1 }, { host: -1, arriving: -1, leaving: -1, activity: "stopped" }];
  if (leaving >= 0) return [...same, { ...where, leaving: -1 }];
  return activity === "starting" || activity === "stopping" ? [...same, { ...where, activity: "running" }, { ...where, activity: "stopped" }] : same;
}
