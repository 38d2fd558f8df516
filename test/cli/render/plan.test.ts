import { describe, expect, it } from "vitest";
import { paintFor } from "../../../cli/render/paint.ts";
import { renderPlan } from "../../../cli/render/plan.ts";
import type { ActionId } from "../../../model/ids.ts";
import type { Verification } from "../../../policies/index.ts";
import { planOf } from "../plan-of.ts";

const figures = { hostsOn: 2 } as unknown as Parameters<typeof renderPlan>[0]["before"];

function rendered(found: Partial<Verification>): string {
  const verification: Verification = { ok: false, violations: [], problems: [], shoulds: [], audits: [], onTheWay: [], checkedInstants: 3, ...found };
  const plan = planOf({ moves: [], unplaced: [] });
  return renderPlan({ plan, verification, before: figures, after: figures, changes: [] }, { paint: paintFor(false), columns: 100, full: false });
}

function violation(words: string, before: boolean): Verification["violations"][number] {
  return { constraint: "apart", policy: "apart", title: "Kept apart", atMs: 5000, action: "a2" as ActionId, words, before };
}

describe("a plan that the verifier refuses", () => {
  it("shows the musts that it breaks, when, and a way out", () => {
    const shown = rendered({ violations: [violation("a, b share host h1", false), violation("c, d share host h2", true)] });
    expect(shown).toContain("✗ refused: 1 fault found at 3 instants");
    expect(shown).toMatch(/\nMusts broken\n {2}apart \(Kept apart\), at 5 s, action a2: a, b share host h1\n {2}-> Change what the files ask for, /);
    expect(shown).toContain("Musts broken before, and not worse after\n  apart (Kept apart), at 5 s, action a2: c, d share host h2\n");
  });

  it("shows the faults of the plan itself, and a way out", () => {
    expect(rendered({ problems: ["a2 ends at 5 ms, not after its start at 5 ms"] })).toMatch(
      /\nFaults of the plan itself\n {2}a2 ends at 5 ms, not after its start at 5 ms\n {2}-> The planner should not make such a plan/);
  });

  it("says nothing of it when nothing is refused", () => {
    expect(rendered({ ok: true, violations: [violation("c, d share host h2", true)] })).not.toMatch(/Musts broken\n|Faults of/);
  });
});
