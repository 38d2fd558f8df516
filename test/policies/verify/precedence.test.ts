import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ActionId } from "../../../model/ids.ts";
import type { PlannedAction } from "../../../model/plan.ts";
import { Precedence } from "../../../policies/verify/precedence.ts";

/** Actions in order; each names earlier ones to come after, and starts late enough for them unless `shiftMs` is below 0. */
function actionsOf(drafts: readonly { readonly befores: readonly number[]; readonly shiftMs: number; readonly lastsMs: number }[]): readonly PlannedAction[] {
  const actions: PlannedAction[] = [];
  drafts.forEach(({ befores, shiftMs, lastsMs }, a) => {
    const after = [...new Set(a === 0 ? [] : befores.map((before) => before % a))];
    const ends = after.map((before) => actions[before]?.endMs ?? 0);
    const startMs = Math.max(0, Math.max(0, ...ends) + shiftMs);
    actions.push({
      id: `a${a}` as ActionId, action: { kind: "bootHost", host: "h" as never }, after: after.map((before) => `a${before}` as ActionId),
      startMs, endMs: startMs + lastsMs, reason: "", ifItFails: "", critical: false,
    });
  });
  return actions;
}

/** Pairs of which the first must end before the second starts, by following every edge. */
function allPairs(actions: readonly PlannedAction[]): ReadonlySet<string> {
  const befores = new Map<string, ReadonlySet<string>>();
  for (const { id, after } of actions) befores.set(id, new Set(after.flatMap((each) => [each, ...(befores.get(each) ?? [])])));
  return new Set([...befores].flatMap(([id, all]) => [...all].map((before) => `${before} ${id}`)));
}

const graphs = { "whose times keep it": fc.nat(5), "whose times break it": fc.integer({ min: -9, max: 5 }) };

const draft = (shift: fc.Arbitrary<number>) =>
  fc.record({ befores: fc.array(fc.nat(1000), { maxLength: 3 }), shiftMs: shift, lastsMs: fc.integer({ min: 1, max: 9 }) });

describe("the order of a graph of actions", () => {
  test.each(Object.entries(graphs))("%s is the same for one question and for many", (_, shift) => {
    fc.assert(fc.property(fc.array(draft(shift), { minLength: 1, maxLength: 14 }), (drafts) => {
      const actions = actionsOf(drafts);
      const precedence = new Precedence(actions);
      const wanted = allPairs(actions);
      actions.forEach((first, a) => actions.forEach((second, b) => {
        const isBefore = wanted.has(`${first.id} ${second.id}`);
        expect([precedence.precedes(a, b), precedence.leadsTo(a, b)]).toEqual([isBefore, isBefore]);
      }));
    }), { seed: 7, numRuns: 150 });
  });

  test("in a circle nothing comes before anything", () => {
    const [a, b] = actionsOf([{ befores: [], shiftMs: 0, lastsMs: 1 }, { befores: [0], shiftMs: 0, lastsMs: 1 }]);
    if (a === undefined || b === undefined) throw new Error("two actions are wanted");
    const precedence = new Precedence([{ ...a, after: [b.id] }, b]);
    expect([precedence.isAcyclic, precedence.precedes(0, 1), precedence.leadsTo(0, 1)]).toEqual([false, false, false]);
  });
});
