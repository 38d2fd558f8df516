import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FleetIndex } from "../../model/snapshot.ts";
import { formAmount } from "../../policies/amount.ts";
import { catalogue } from "../../policies/catalogue.ts";
import { compilePolicies } from "../../policies/compile.ts";
import type { AnyConstraintKind } from "../../policies/constraint.ts";
import type { Form } from "../../policies/form.ts";
import { whyImpossible } from "../../policies/impossible.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import { arbitraryFleet } from "./arbitrary-fleet.ts";
import { arbitraryRequest } from "./arbitrary-params.ts";
import { fleetOf, hostOf, workloadOf } from "./fleet-of.ts";
import { ids, policyOf, scenarioOf } from "./scenario-of.ts";

const racks = fleetOf(
  [hostOf("h1", { domains: { rack: "r1" } }), hostOf("h2", { domains: { rack: "r1" } }), hostOf("h3", { domains: { rack: "r2" } }), hostOf("h4", { domains: { rack: "r2" } })],
  ["a", "b", "c", "d"].map((id, w) => workloadOf(id, { host: `h${w + 1}`, state: "running" })),
);

/** Messages of the contradictions that compiling finds. */
async function contradictions(policies: readonly PolicyDocument[], index = racks): Promise<readonly string[]> {
  const { diagnostics } = await compilePolicies(scenarioOf(index, policies), index);
  expect(diagnostics.filter(({ code }) => code !== "policy-contradiction")).toEqual([]);
  return diagnostics.map(({ message }) => message);
}

const workloads = (text: string): PolicyDocument["select"] => ({ workloads: ids(text) });
const hosts = (text: string): { readonly hosts: { readonly ids: readonly string[] } } => ({ hosts: ids(text) });

describe("contradictory musts are refused before planning, both named", () => {
  const pairs: readonly (readonly [string, PolicyDocument, PolicyDocument, string])[] = [
    ["two fences that share no host",
      policyOf("left", workloads("a b"), "fence", hosts("h1 h2")), policyOf("right", workloads("b c"), "fence", hosts("h3")),
      "policy left: it contradicts policy right for workload b: no host is allowed by both"],
    ["a fence inside a ban",
      policyOf("in", workloads("a"), "fence", hosts("h1")), policyOf("out", workloads("a"), "ban", hosts("h1 h2")),
      "policy in: it contradicts policy out for workload a: no host is allowed by both"],
    ["what does not move and what must be elsewhere",
      policyOf("stay", workloads("a"), "root"), policyOf("go", workloads("a"), "fence", hosts("h2 h3")),
      "policy stay: it contradicts policy go for workload a: no host is allowed by both"],
    ["together in a rack and one instance a rack",
      policyOf("close", workloads("a b"), "gather", { key: "rack" }), policyOf("apart", workloads("a b"), "spread", { key: "rack" }),
      "policy close: it contradicts policy apart for workload a: 2 must be together, but no domain may hold so many"],
    ["together on a host and one instance a rack, which is a wider domain",
      policyOf("close", workloads("a b"), "gather", { key: "host" }), policyOf("apart", workloads("a b"), "spread", { key: "rack" }),
      "policy close: it contradicts policy apart for workload a: 2 must be together, but no domain may hold so many"],
    ["together in a rack and on three hosts",
      policyOf("close", workloads("a b c"), "gather", { key: "rack" }), policyOf("wide", workloads("a b c"), "spread", { key: "host", atLeast: 3 }),
      "policy close: it contradicts policy wide for workload a: what must be together cannot use 3 domains"],
    ["together in a rack that two groups may not share",
      policyOf("close", workloads("a b"), "gather", { key: "rack" }), policyOf("parted", workloads("a"), "split", { key: "rack", from: ids("b c") }),
      "policy close: it contradicts policy parted for workload a: what must be together belongs to groups that share no domain"],
    ["alone on a host and together with an outsider",
      policyOf("alone", workloads("a"), "lonely"), policyOf("close", workloads("a b"), "gather", { key: "host" }),
      "policy alone: it contradicts policy close for workload a: what must be together belongs to groups that share no domain"],
    ["near a workload with which it may share no rack",
      policyOf("near", workloads("a"), "neighbourhood", { key: "host", near: ids("b") }), policyOf("far", workloads("a"), "split", { key: "rack", from: ids("b") }),
      "policy near: it contradicts policy far for workload a: it must be near workloads with which it may share no domain"],
    ["a licence for two hosts and instances on three",
      policyOf("paid", workloads("a b c"), "licence", { atMost: 2 }), policyOf("wide", workloads("a b c"), "spread", { key: "host", atLeast: 3 }),
      "policy paid: it contradicts policy wide for workload a: at most 2 domains may be used, 3 are wanted"],
    ["a licence for one host and one instance a host",
      policyOf("paid", workloads("a b"), "licence", { atMost: 1 }), policyOf("apart", workloads("a b"), "spread", { key: "host" }),
      "policy paid: it contradicts policy apart for workload a: at most 1 domains may be used, which may hold 1 of 2"],
    ["a fence with fewer hosts than instances that stand apart",
      policyOf("fenced", workloads("a b c"), "fence", hosts("h1 h2")), policyOf("apart", workloads("a b c"), "spread", { key: "host" }),
      "policy apart: it contradicts policy fenced for workload c: they are allowed only in domains that may hold 2 of 3 together"],
    ["together in a rack and rooted in two",
      policyOf("close", workloads("a c"), "gather", { key: "rack" }), policyOf("stay", workloads("a c"), "root"),
      "policy close: it contradicts policy stay for workload c: workloads that must be together are allowed in no common domain"],
    ["two hosts switched on and three used",
      policyOf("few", { hosts: { everything: true } }, "max-online", { atMost: 2 }), policyOf("wide", workloads("a b c"), "spread", { key: "host", atLeast: 3 }),
      "policy few: it contradicts policy wide for workload a: at most 2 domains may be used, 3 are wanted"],
  ];

  it.each(pairs)("%s", async (_, first, second, message) => {
    expect(await contradictions([first, second])).toEqual([message]);
    expect(await contradictions([second, first])).toHaveLength(1);
  });

  it.each(pairs)("%s, but not when one of them is a should", async (_, first, second) => {
    expect(await contradictions([first, { ...second, strength: "should" }])).toEqual([]);
  });

  it("names the fleet's own rule when a policy contradicts that", async () => {
    const index = fleetOf([hostOf("h1"), hostOf("x1", { site: "x" })], [workloadOf("a", { offsiteBanned: true })],
      { sites: [{ id: "x", kind: "external", region: "", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0, labels: {} } as never] });
    expect(await contradictions([policyOf("abroad", workloads("a"), "fence", hosts("x1"))], index)).toEqual([
      "policy abroad: it contradicts policy built-in/offsite-ban for workload a: no host is allowed by both"]);
  });

  it.each<[string, PolicyDocument, PolicyDocument]>([
    ["apart on hosts but together in a rack", policyOf("close", workloads("a b"), "gather", { key: "rack" }), policyOf("apart", workloads("a b"), "spread", { key: "host" })],
    ["fences that share a host", policyOf("left", workloads("a"), "fence", hosts("h1 h2")), policyOf("right", workloads("a"), "fence", hosts("h2 h3"))],
    ["fences of different workloads", policyOf("left", workloads("a"), "fence", hosts("h1")), policyOf("right", workloads("b"), "fence", hosts("h3"))],
    ["a licence for as many hosts as are wanted", policyOf("paid", workloads("a b"), "licence", { atMost: 2 }), policyOf("wide", workloads("a b"), "spread", { key: "host", atLeast: 2 })],
  ])("is not said of %s", async (_, first, second) => {
    expect(await contradictions([first, second])).toEqual([]);
  });
});

describe("a proof that two demands cannot be met together", () => {
  const { ban, fence, gather, licence, lonely, neighbourhood, split, spread } = catalogue;
  const kinds: readonly AnyConstraintKind[] = [ban, fence, fence, gather, gather, licence, lonely, neighbourhood, split, spread, spread, catalogue["max-online"]];

  const formsOf = (index: FleetIndex): fc.Arbitrary<readonly Form[]> => fc.constantFrom(...kinds).chain((kind) =>
    arbitraryRequest(kind, index).map((request) => kind.parts(request).flatMap(({ params }) => kind.lower(params, index))));

  it("is right: no placement of everybody keeps both", () => {
    const cases = arbitraryFleet.filter(({ workloads: all }) => all.length <= 5).chain((index) =>
      fc.record({ index: fc.constant(index), one: formsOf(index), another: formsOf(index) }));
    let proofs = 0;
    fc.assert(fc.property(cases, ({ index, one, another }) => {
      const rows = new Map(another.flatMap((form) => (form.kind === "allow" ? [[form.workload, form.allowed] as const] : [])));
      const allows = another.filter((form) => form.kind === "allow");
      for (const form of one) {
        if (rows.size > 0 && whyImpossible({ form, allowed: (w) => rows.get(w) ?? null }, index) !== null) {
          proofs++;
          expect(canBeKept([form, ...allows], index)).toBe(false);
        }
        for (const other of another) {
          if (whyImpossible({ form, other }, index) === null) continue;
          proofs++;
          expect(canBeKept([form, other], index)).toBe(false);
        }
      }
    }), { seed: 21, numRuns: 1500 });
    expect(proofs).toBeGreaterThan(20);
  });
});

/** Does any placement of all workloads that are to be placed keep the forms? Tries every one. */
function canBeKept(forms: readonly Form[], index: FleetIndex): boolean {
  const wanted = index.workloads.flatMap(({ desired }, w) => (desired === "removed" ? [] : [w]));
  const hostOf = index.workloads.map(() => -1);
  const place = (i: number): boolean => {
    const w = wanted[i];
    if (w === undefined) return forms.every((form) => formAmount(form, index, hostOf) === 0);
    return index.hosts.some((_, h) => {
      hostOf[w] = h;
      return place(i + 1);
    });
  };
  return place(0);
}
