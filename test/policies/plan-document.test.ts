import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePlan } from "../../policies/plan-document.ts";
import { planOf } from "../cli/plan-of.ts";

const wrong = (change: (document: Record<string, unknown>) => void): unknown => {
  const document = structuredClone(planOf()) as unknown as Record<string, unknown>;
  change(document);
  return document;
};

describe("a plan from outside", () => {
  it("is taken as it is when every key fits", () => {
    const plan = planOf();
    expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual({ plan, problems: [] });
  });

  it.each([
    ["an unknown key", wrong((plan) => { plan["extra"] = 1; }), ""],
    ["a missing key", wrong((plan) => { delete plan["digest"]; }), ""],
    ["a fraction of a millisecond", wrong((plan) => { plan["makespanMs"] = 0.5; }), "makespanMs"],
    ["an unknown mode", wrong((plan) => { plan["mode"] = "guess"; }), "mode"],
    ["an instant that is none", wrong((plan) => { plan["asOf"] = "tonight"; }), "asOf"],
    ["a month that no calendar has", wrong((plan) => { plan["asOf"] = "2026-13-01T00:00:00Z"; }), "asOf"],
    ["an action of no known kind", wrong((plan) => { plan["actions"] = [{ ...planOf().actions[0], action: { kind: "teleport" } }]; }), "actions[0].action"],
    ["an action without its host", wrong((plan) => { plan["actions"] = [{ ...planOf().actions[0], action: { kind: "bootHost" } }]; }), "actions[0].action"],
    ["no object at all", [], ""],
    ["null", null, ""],
  ])("is refused for %s, and the place is named", (_, document, path) => {
    const { plan, problems } = parsePlan(document);
    expect(plan).toBeNull();
    expect(problems.map((problem) => problem.path)).toContain(path);
  });

  it("has one problem for a bad action, not one for each kind of action that it is not", () => {
    const document = wrong((plan) => { plan["actions"] = [{ ...planOf().actions[0], action: { kind: "teleport" } }]; });
    expect(parsePlan(document).problems).toHaveLength(1);
  });

  it("never makes it throw, whatever it is", () => {
    fc.assert(fc.property(fc.jsonValue(), (document) => {
      const { plan, problems } = parsePlan(document);
      expect(plan === null).toBe(problems.length > 0);
    }), { seed: 74, numRuns: 200 });
  });
});
