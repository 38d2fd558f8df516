import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FleetIndex } from "../../model/snapshot.ts";
import { formAmount } from "../../policies/amount.ts";
import { catalogue } from "../../policies/catalogue.ts";
import { compilePolicies } from "../../policies/compile.ts";
import type { CompiledPolicy } from "../../policies/compiled-policy.ts";
import { contradictionsAmong } from "../../policies/contradiction.ts";
import type { AnyConstraintKind, Constraint } from "../../policies/constraint.ts";
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
      "policy paid: it contradicts policy apart for workload a: at most 1 domain may be used, which may hold 1 of 2"],
    ["a fence with fewer hosts than instances that stand apart",
      policyOf("fenced", workloads("a b c"), "fence", hosts("h1 h2")), policyOf("apart", workloads("a b c"), "spread", { key: "host" }),
      "policy apart: it contradicts policy fenced for workload c: they are allowed only in domains that may hold 2 of 3 together"],
    ["together in a rack and rooted in two",
      policyOf("close", workloads("a c"), "gather", { key: "rack" }), policyOf("stay", workloads("a c"), "root"),
      "policy close: it contradicts policy stay for workload c: workloads that must be together are allowed in no common domain"],
    ["two hosts switched on and three used",
      policyOf("few", { hosts: { everything: true } }, "max-online", { atMost: 2 }), policyOf("wide", workloads("a b c"), "spread", { key: "host", atLeast: 3 }),
      "policy few: it contradicts policy wide for workload a: at most 2 domains may be used, 3 are wanted"],
    ["even over two racks and fenced into one",
      policyOf("even", workloads("a b c d"), "spread", { key: "rack", skew: 1 }), policyOf("fenced", workloads("a b c d"), "fence", hosts("h1 h2")),
      "policy even: it contradicts policy fenced for workload d: they are allowed only in domains that may hold 1 of 4 together"],
    ["even over racks, and so many of them rooted in one that it cannot be",
      policyOf("even", workloads("a b c"), "spread", { key: "rack", skew: 1 }), policyOf("fenced", workloads("a b c"), "fence", hosts("h3 h4")),
      "policy even: it contradicts policy fenced for workload c: they are allowed only in domains that may hold 1 of 3 together"],
    ["even over racks and together in one",
      policyOf("close", workloads("a b c"), "gather", { key: "rack" }), policyOf("even", workloads("a b c d"), "spread", { key: "rack", skew: 0 }),
      "policy close: it contradicts policy even for workload a: 3 must be together, but no domain may hold so many"],
    ["even over four hosts and a licence for two of them",
      policyOf("paid", workloads("a b c d"), "licence", { atMost: 2 }), policyOf("even", workloads("a b c d"), "spread", { key: "host", skew: 1 }),
      "policy paid: it contradicts policy even for workload a: at most 2 domains may be used, which may hold 2 of 4"],
    ["even over racks and one workload a host where two are needed",
      policyOf("even", workloads("a b c d"), "spread", { key: "rack", skew: 0 }), policyOf("few", hosts("h3 h4"), "max-workloads", { atMost: 0 }),
      "policy even: it contradicts policy few for workload a: each domain must have 2 of 4, one may hold only 0"],
    ["a fence with fewer places than workloads",
      policyOf("fenced", workloads("a b c"), "fence", hosts("h1 h2")), policyOf("few", { hosts: { everything: true } }, "max-workloads", { atMost: 1 }),
      "policy few: it contradicts policy fenced for workload c: they are allowed only in domains that may hold 2 of 3 together"],
    ["together on a host that may hold one",
      policyOf("close", workloads("a b"), "gather", { key: "host" }), policyOf("few", { hosts: { everything: true } }, "max-workloads", { atMost: 1 }),
      "policy close: it contradicts policy few for workload a: 2 must be together, but no domain may hold so many"],
    ["a licence for one host, which may hold two of three",
      policyOf("paid", workloads("a b c"), "licence", { atMost: 1 }), policyOf("few", { hosts: { everything: true } }, "max-workloads", { atMost: 2 }),
      "policy paid: it contradicts policy few for workload a: at most 1 domain may be used, which may hold 2 of 3"],
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
    ["even over racks with room for it", policyOf("even", workloads("a b c"), "spread", { key: "rack", skew: 1 }), policyOf("fenced", workloads("a b"), "fence", hosts("h1 h2"))],
    ["even over racks and enough places in each", policyOf("even", workloads("a b c d"), "spread", { key: "rack", skew: 0 }), policyOf("few", { hosts: { everything: true } }, "max-workloads", { atMost: 1 })],
    ["a licence for as many hosts as are wanted", policyOf("paid", workloads("a b"), "licence", { atMost: 2 }), policyOf("wide", workloads("a b"), "spread", { key: "host", atLeast: 2 })],
  ])("is not said of %s", async (_, first, second) => {
    expect(await contradictions([first, second])).toEqual([]);
  });
});

describe("three and more musts of which each two can be kept are refused too, all named", () => {
  const triples: readonly (readonly [string, readonly [PolicyDocument, PolicyDocument, PolicyDocument], string])[] = [
    ["three fences of which each two share a host",
      [policyOf("x", workloads("a b"), "fence", hosts("h1 h2")), policyOf("y", workloads("a c"), "fence", hosts("h2 h3")), policyOf("z", workloads("a d"), "fence", hosts("h1 h3"))],
      "policy x: it contradicts policies y and z together for workload a: no host is allowed by all of them"],
    ["instances on three hosts, of which a fence and a ban leave two",
      [policyOf("wide", workloads("a b c"), "spread", { key: "host", atLeast: 3 }), policyOf("in", workloads("a b c"), "fence", hosts("h1 h2 h3")), policyOf("out", workloads("a b c"), "ban", hosts("h3"))],
      "policy wide: it contradicts policies in and out together for workload a: they are allowed in 2 domains, 3 are wanted"],
    ["one instance a host, and a fence and a ban that leave two hosts for three",
      [policyOf("apart", workloads("a b c"), "spread", { key: "host" }), policyOf("in", workloads("a b c"), "fence", hosts("h1 h2 h3")), policyOf("out", workloads("a b c"), "ban", hosts("h1"))],
      "policy apart: it contradicts policies in and out together for workload c: they are allowed only in domains that may hold 2 of 3 together"],
    ["together in a rack, one held in the first and another in the second",
      [policyOf("close", workloads("a b"), "gather", { key: "rack" }), policyOf("left", workloads("a"), "fence", hosts("h1 h2")), policyOf("right", workloads("b"), "fence", hosts("h3"))],
      "policy close: it contradicts policies left and right together for workload b: workloads that must be together are allowed in no common domain"],
    ["even over racks, and a fence and a ban that leave one rack",
      [policyOf("even", workloads("a b c d"), "spread", { key: "rack", skew: 0 }), policyOf("in", workloads("a b c d"), "fence", hosts("h1 h2 h3")), policyOf("out", workloads("a b c d"), "ban", hosts("h3"))],
      "policy even: it contradicts policies in and out together for workload d: they are allowed only in domains that may hold 0 of 4 together"],
  ];

  it.each(triples)("%s", async (_, documents, message) => {
    expect(await contradictions(documents)).toEqual([message]);
    expect(await contradictions([...documents].reverse())).toHaveLength(1);
  });

  it.each(triples)("%s, but no two of them", async (_, documents) => {
    for (const left of documents) expect(await contradictions(documents.filter((each) => each !== left))).toEqual([]);
  });

  it("names no more than are needed", async () => {
    const [x, y, z] = triples[0]?.[1] ?? [];
    if (x === undefined || y === undefined || z === undefined) throw new Error("the table has changed");
    expect(await contradictions([policyOf("more", workloads("a"), "ban", hosts("h4")), x, y, z])).toEqual([triples[0]?.[2]]);
  });
});

describe("a proof that two demands cannot be met together", () => {
  const { ban, fence, gather, licence, lonely, neighbourhood, split, spread } = catalogue;
  const kinds: readonly AnyConstraintKind[] = [ban, fence, fence, gather, gather, licence, lonely, neighbourhood, split, spread, spread, catalogue["max-online"]];

  const formsOf = (index: FleetIndex): fc.Arbitrary<readonly Form[]> => fc.constantFrom(...kinds).chain((kind) =>
    arbitraryRequest(kind, index).map((request) => kind.parts(request).flatMap(({ params }) => kind.lower(params, index))));

  const evenForms = (index: FleetIndex): fc.Arbitrary<readonly Form[]> => fc.constantFrom(spread, catalogue["max-workloads"]).chain((kind: AnyConstraintKind) =>
    arbitraryRequest(kind, index).map((request) => {
      const raw = kind === spread ? { key: "host", skew: index.hosts.length % 2 } : request.raw;
      return kind.parts({ ...request, raw }).flatMap(({ params }) => kind.lower(params, index));
    }));
  const policiesOf = (index: FleetIndex): fc.Arbitrary<readonly (readonly Form[])[]> =>
    fc.array(fc.oneof({ weight: 2, arbitrary: formsOf(index) }, { weight: 1, arbitrary: evenForms(index) }), { minLength: 2, maxLength: 4 });

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

  it("is right about any number of policies: no placement of everybody keeps those that are named", () => {
    const cases = arbitraryFleet.filter(({ workloads: all }) => all.length <= 5).chain((index) => fc.record({ index: fc.constant(index), policies: policiesOf(index) }));
    let pairs = 0;
    let more = 0;
    fc.assert(fc.property(cases, ({ index, policies }) => {
      const compiled = policies.map((forms, i) => compiledOf(`p${i}`, forms));
      for (const { policies: named } of contradictionsAmong(compiled, index)) {
        if (named.length === 2) pairs++;
        else more++;
        expect(canBeKept(named.flatMap(({ constraints }) => constraints.flatMap((each) => each.forms())), index)).toBe(false);
      }
    }), { seed: 22, numRuns: 1500 });
    expect(pairs).toBeGreaterThan(20);
    expect(more).toBeGreaterThan(0);
  });
});

/** A must that the forms are all of. */
function compiledOf(id: string, forms: readonly Form[]): CompiledPolicy {
  const document = policyOf(id, { workloads: { everything: true } }, "spread", {});
  const constraint: Partial<Constraint> = { forms: () => forms };
  const nobody = { workloads: new Int32Array(), hosts: new Int32Array(), services: new Int32Array() };
  return { document, entry: catalogue.spread, isBuiltIn: false, selection: nobody, remaining: nobody, constraints: [constraint as Constraint] };
}

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
