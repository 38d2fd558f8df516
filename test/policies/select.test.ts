import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApplicationId, ServiceId } from "../../model/ids.ts";
import { select } from "../../policies/select.ts";
import type { Selectable } from "../../policies/selection-facts.ts";
import { arbitraryFleet } from "./arbitrary-fleet.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "./fleet-of.ts";

const index = fleetOf(
  [hostOf("h1", { domains: { rack: "r1" }, features: ["ups"], securityLevel: 2, labels: { env: "prod" } }), hostOf("h2", { site: "far", domains: { rack: "r2" }, cpuLevel: 5 })],
  [
    workloadOf("a", { host: "h1", state: "running", labels: { tier: "db" }, securityLevel: 2, applications: ["db"] as ApplicationId[], reservation: { cpuMillicores: 4000 } }),
    workloadOf("b", { host: "h2", state: "running", labels: { tier: "web" }, offsiteBanned: true, reservation: { cpuMillicores: 500 } }),
    workloadOf("c", { labels: { tier: "web", env: "prod" }, requiredFeatures: ["raid"] }),
  ],
  { sites: [siteOf("far", "external")], services: [
    { id: "shop" as ServiceId, title: "", applications: ["db"] as ApplicationId[], startOrder: [], redundancy: [], virtualAddress: "10.0.0.1", scale: [], labels: { team: "blue" } }] },
);

const leaf = (fact: string, operator: string, value: unknown): unknown => ({ fact, operator, value });

async function chosen(selector: unknown, sort: Selectable = "workloads"): Promise<string> {
  const elements = sort === "workloads" ? index.workloads : sort === "hosts" ? index.hosts : index.fleet.services;
  const found = await select(selector, sort, index);
  expect(found.problems).toEqual([]);
  return [...found.chosen].map((i) => elements[i]?.id).join(" ");
}

describe("a selector", () => {
  it.each<[string, unknown, Selectable, string]>([
    ["everything", { everything: true }, "workloads", "a b c"],
    ["ids, in the order of the fleet", { ids: ["c", "a", "a"] }, "workloads", "a c"],
    ["a label", { labels: { tier: "web" } }, "workloads", "b c"],
    ["several labels, all of them", { labels: { tier: "web", env: "prod" } }, "workloads", "c"],
    ["a label with any of several values", { labels: { tier: ["db", "web"] } }, "workloads", "a b c"],
    ["a text", { where: leaf("label.tier", "equal", "db") }, "workloads", "a"],
    ["a text that is not there", { where: leaf("label.env", "equal", null) }, "workloads", "a b"],
    ["another text", { where: leaf("label.env", "notEqual", "prod") }, "workloads", "a b"],
    ["one of some texts", { where: leaf("host", "in", ["h1", "h3"]) }, "workloads", "a"],
    ["a number", { where: leaf("cpuMillicores", "greaterThanInclusive", 500) }, "workloads", "a b"],
    ["a truth", { where: leaf("offsiteBanned", "equal", true) }, "workloads", "b"],
    ["what a list holds", { where: leaf("feature", "contains", "raid") }, "workloads", "c"],
    ["what a list lacks", { where: leaf("application", "doesNotContain", "db") }, "workloads", "b c"],
    ["the service of a workload", { where: leaf("service", "contains", "shop") }, "workloads", "a"],
    ["the kind of site that it is on", { where: leaf("siteKind", "equal", "external") }, "workloads", "b"],
    ["the rack that it is in", { where: leaf("domain.rack", "equal", "r1") }, "workloads", "a"],
    ["all, any and not, nested", { where: { all: [{ any: [leaf("label.tier", "equal", "db"), leaf("id", "equal", "c")] }, { not: leaf("securityLevel", "equal", 2) }] } }, "workloads", "c"],
    ["hosts", { where: { all: [leaf("securityLevel", "lessThan", 2), leaf("cpuLevel", "greaterThan", 4)] } }, "hosts", "h2"],
    ["hosts by what they offer", { where: leaf("layer", "contains", "libvirt") }, "hosts", "h1 h2"],
    ["services", { where: leaf("label.team", "equal", "blue") }, "services", "shop"],
  ])("chooses by %s", async (_, selector, sort, ids) => expect(await chosen(selector, sort)).toBe(ids));

  it.each<[string, unknown, string]>([
    ["that is none", 7, "policy-parameter : a selector must be an object, not 7"],
    ["of two forms", { everything: true, ids: ["a"] }, "policy-parameter : a selector must have exactly one key, not 2"],
    ["of an unknown form", { wehre: {} }, 'policy-parameter .wehre: a selector knows no key "wehre"'],
    ["of no ids", { ids: [] }, "policy-parameter .ids: ids must be a list of texts with at least one"],
    ["of no labels", { labels: { tier: 5 } }, "policy-parameter .labels: labels must map at least one name to a text or a list of texts"],
    ["of an unknown id", { ids: ["a", "d"] }, 'unknown-reference .ids[1]: no workload is called "d"'],
    ["with an unknown fact", { where: leaf("securtyLevel", "equal", 2) }, 'policy-condition .where.fact: no fact is called "securtyLevel"'],
    ["with an unknown label", { where: { all: [leaf("label.teir", "equal", "db")] } }, 'policy-condition .where.all[0].fact: no fact is called "label.teir"'],
    ["with a fact named like a property of every object", { where: leaf("__proto__", "equal", 2) }, 'policy-condition .where.fact: no fact is called "__proto__"'],
    ["with an operator that the engine would accept in silence", { where: leaf("securityLevel", "greaterThn", 1) }, 'policy-condition .where.operator: operator "greaterThn" does not fit the fact "securityLevel", which is a number'],
    ["with an operator of another type", { where: leaf("label.tier", "greaterThan", "a") }, 'policy-condition .where.operator: operator "greaterThan" does not fit the fact "label.tier", which is a text'],
    ["that compares a number with a text, which the engine would do", { where: leaf("securityLevel", "greaterThan", "1") }, 'policy-condition .where.value: value "1" cannot be compared with "securityLevel": it must be a whole number'],
    ["that compares with another fact", { where: leaf("id", "equal", { fact: "host" }) }, 'policy-condition .where.value: value {"fact":"host"} cannot be compared with "id": it must be a text'],
    ["with a list where one value is wanted", { where: leaf("id", "equal", ["a"]) }, 'policy-condition .where.value: value ["a"] cannot be compared with "id": it must be a text'],
    ["with one value where a list is wanted", { where: leaf("id", "in", "a") }, 'policy-condition .where.value: value "a" cannot be compared with "id": it must be a list, each a text'],
    ["of no conditions", { where: { any: [] } }, 'policy-condition .where.any: "any" must be a list with at least one condition'],
    ["of half a condition", { where: { fact: "id", operator: "equal" } }, 'policy-condition .where: a condition lacks "value"'],
    ["with more than a condition", { where: { fact: "id", operator: "equal", value: "a", path: "$.x" } }, 'policy-condition .where: a condition knows no key "path"'],
  ])("%s is refused", async (_, selector, problem) => {
    const { chosen: found, problems } = await select(selector, "workloads", index);
    expect(problems.map(({ code, path, message }) => `${code} ${path}: ${message}`)).toEqual([problem]);
    expect(problems.every(({ advice }) => advice.endsWith(".") || advice.endsWith("?"))).toBe(true);
    expect(found.length).toBeLessThan(2);
  });

  it("that is nested too deep is refused", async () => {
    let where: unknown = leaf("id", "equal", "a");
    for (let depth = 0; depth < 5000; depth++) where = { not: where };
    expect((await select({ where }, "workloads", index)).problems.map(({ message }) => message)).toEqual(["the condition is nested deeper than 16 levels"]);
  });

  it("chooses by conditions what a plain reading of them chooses", async () => {
    const conditions = fc.letrec<{ condition: Plain }>((tie) => ({
      condition: fc.oneof({ maxDepth: 3, withCrossShrink: true },
        fc.record({ fact: fc.constant("label.tier" as const), operator: fc.constantFrom("equal" as const, "notEqual" as const), value: fc.constantFrom("web", "db") }),
        fc.record({ fact: fc.constantFrom("securityLevel" as const, "memoryMiB" as const), operator: fc.constantFrom("lessThan" as const, "greaterThanInclusive" as const), value: fc.nat({ max: 4 }) }),
        fc.record({ all: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ any: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie("condition") })),
    })).condition;
    await fc.assert(fc.asyncProperty(arbitraryFleet.filter(({ workloads }) => workloads.some(({ labels }) => "tier" in labels)), conditions, async (fleet, where) => {
      const found = await select({ where }, "workloads", fleet);
      const holds = (each: Plain, w: number): boolean => {
        if ("all" in each) return each.all.every((inner) => holds(inner, w));
        if ("any" in each) return each.any.some((inner) => holds(inner, w));
        if ("not" in each) return !holds(each.not, w);
        const workload = fleet.workloads[w];
        if (each.fact === "label.tier") return (workload?.labels["tier"] === each.value) === (each.operator === "equal");
        const value = (each.fact === "securityLevel" ? workload?.securityLevel : workload?.reservation["memoryMiB"]) ?? 0;
        return each.operator === "lessThan" ? value < each.value : value >= each.value;
      };
      expect(found.problems).toEqual([]);
      expect([...found.chosen]).toEqual([...fleet.workloads.keys()].filter((w) => holds(where, w)));
    }), { seed: 41, numRuns: 200 });
  });
});

type Plain =
  | { readonly fact: "label.tier"; readonly operator: "equal" | "notEqual"; readonly value: string }
  | { readonly fact: "securityLevel" | "memoryMiB"; readonly operator: "lessThan" | "greaterThanInclusive"; readonly value: number }
  | { readonly all: readonly Plain[] } | { readonly any: readonly Plain[] } | { readonly not: Plain };
