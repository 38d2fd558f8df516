import { describe, expect, it } from "vitest";
import type { ApplicationId, ServiceId } from "../../model/ids.ts";
import type { PolicyDocument, PolicyException } from "../../model/policy.ts";
import type { Scenario } from "../../model/scenario.ts";
import { compilePolicies } from "../../policies/compile.ts";
import { runPolicyTests } from "../../policies/policy-tests.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "./fleet-of.ts";
import { ids, policyOf, scenarioOf } from "./scenario-of.ts";

const index = fleetOf(
  [hostOf("h1", { domains: { rack: "r1" }, labels: { env: "prod" }, securityLevel: 1 }), hostOf("h2", { domains: { rack: "r2" } }), hostOf("x1", { site: "far" }), hostOf("x2", { site: "far", state: "maintenance" })],
  [
    workloadOf("db-1", { host: "h1", state: "running", replicaGroup: "db", applications: ["database" as ApplicationId], offsiteBanned: true }),
    workloadOf("db-2", { host: "h2", state: "running", replicaGroup: "db", applications: ["database" as ApplicationId] }),
    workloadOf("web-1", { host: "h1", state: "running", replicaGroup: "web", applications: ["web" as ApplicationId], labels: { tier: "front" }, securityLevel: 1 }),
    workloadOf("odd", { host: "h1", state: "running" }),
  ],
  {
    sites: [siteOf("far", "external")],
    applications: ["database", "web"].map((id) => ({ id: id as ApplicationId, title: id, needs: {} })),
    services: [{
      id: "shop" as ServiceId, title: "Shop", applications: ["database", "web"] as ApplicationId[],
      startOrder: [{ application: "web" as ApplicationId, needs: "database" as ApplicationId }],
      redundancy: [
        { application: "database" as ApplicationId, minInstances: 2, minHosts: 2 }, { application: "web" as ApplicationId, minInstances: 2, minHosts: 1 }],
      virtualAddress: null, scale: [], labels: {},
    }],
  },
);

const asOf = "2026-11-20T00:00:00Z";
const all: PolicyDocument["select"] = { workloads: { everything: true } };

async function compiled(policies: readonly PolicyDocument[], rest: Partial<Scenario> = {}): ReturnType<typeof compilePolicies> {
  return compilePolicies(scenarioOf(index, policies, { asOf, ...rest }), index);
}

/** `code path: message advice` of every diagnostic about the policies. */
async function problems(policies: readonly PolicyDocument[], rest: Partial<Scenario> = {}): Promise<readonly string[]> {
  const { diagnostics } = await compiled(policies, rest);
  return diagnostics.filter(({ path }) => path.startsWith("policies")).map(({ code, path, message, advice }) => `${code} ${path}: ${message} ${advice}`);
}

function exception(rest: Partial<PolicyException>): PolicyException {
  return { workloads: [], hosts: [], reason: "waiting for a new rack", expires: "2026-12-31T00:00:00Z", approvedBy: "ops", ...rest };
}

/** Subjects of the fleet's own limits on moves at once, beside these policies. */
async function limited(...policies: readonly PolicyDocument[]): Promise<readonly string[]> {
  const { constraints } = await compiled(policies);
  return constraints.filter(({ kind, policy }) => kind === "parallelism" && policy.startsWith("built-in/")).map(({ subject }) => subject);
}

describe("the musts that every fleet states by itself", () => {
  it("come first, under ids of their own", async () => {
    const { constraints } = await compiled([policyOf("mine", all, "spread")]);
    const policies = [...new Set(constraints.map(({ policy }) => policy))];
    expect(policies).toEqual([
      "built-in/host-state", "built-in/capacity", "built-in/layer", "built-in/security-level", "built-in/offsite-ban",
      "built-in/service shop redundancy database", "built-in/start-order", "built-in/parallelism perHostIn", "built-in/parallelism perHostOut", "mine"]);
    expect(constraints.filter(({ policy }) => policy.startsWith("built-in/")).every(({ strength }) => strength === "must")).toBe(true);
  });

  it("ban only the workloads that say so from external sites", async () => {
    const { constraints } = await compiled([]);
    expect(constraints.filter(({ policy }) => policy === "built-in/offsite-ban").map(({ subject }) => subject)).toEqual(["workload db-1"]);
  });

  it("limit moves at once where no policy does, whether it says fewer or more", async () => {
    const both = ["perHostIn", "perHostOut"].map((counts) => ["h1", "h2", "x1", "x2"].map((host) => `${counts} ${host}`));
    expect(await limited()).toEqual(both.flat());
    expect(await limited(policyOf("many", {}, "parallelism", { perHostIn: 9, total: 20 }))).toEqual(both[1]);
    expect(await limited(policyOf("some", { hosts: ids("h1 x2") }, "parallelism", { perHostIn: 1, perHostOut: 9 }))).toEqual(["perHostIn h2", "perHostIn x1", "perHostOut h2", "perHostOut x1"]);
    // A limit on the moves of some workloads, or a wish, says nothing about all of them.
    expect(await limited(policyOf("web", { workloads: ids("web-1") }, "parallelism", { perHostIn: 1 }))).toEqual(both.flat());
    expect(await limited(policyOf("wish", {}, "parallelism", { perHostIn: 1 }, { strength: "should" }))).toEqual(both.flat());
  });

  it("warn of an application with fewer workloads than its service wants", async () => {
    const { diagnostics } = await compiled([]);
    expect(diagnostics).toEqual([expect.objectContaining({
      code: "out-of-range", severity: "warning", path: "services[shop].redundancy[1]",
      message: "service shop: application web has 1 of the 2 instances that redundancy asks for.",
    })]);
  });
});

describe("constraints", () => {
  it("are called after their policy, with the subject when it has several", async () => {
    const { constraints } = await compiled([
      policyOf("apart", { ...all, groupBy: "replicaGroup" }, "spread"), policyOf("calm", {}, "parallelism", { total: 3 })]);
    expect(constraints.slice(-3).map(({ id, subject, kind }) => [id, subject, kind])).toEqual([
      ["apart/group db", "group db", "spread"], ["apart/group web", "group web", "spread"], ["calm", "total", "parallelism"]]);
    expect(new Set(constraints.map(({ id }) => id)).size).toBe(constraints.length);
  });

  it("carry the strength, weight and duration of their policy, else the entry's own", async () => {
    const { constraints } = await compiled([
      policyOf("should", all, "spread", {}, { strength: "should", weight: 7, holds: "at-end" }), policyOf("must", { workloads: ids("odd db-1") }, "spread")]);
    expect(constraints.slice(-2).map(({ strength, weight, holds }) => ({ strength, weight, holds }))).toEqual([
      { strength: "should", weight: 7, holds: "at-end" }, { strength: "must", weight: 1, holds: "continuously" }]);
  });

  it("say whether they are about the way only", async () => {
    const { constraints } = await compiled([
      policyOf("calm", {}, "parallelism", { total: 3 }), policyOf("few", {}, "change-limit", { moves: 3 }), policyOf("night", {}, "window", { allow: [{ from: "22:00", to: "06:00" }] })]);
    expect(constraints.slice(-3).map(({ kind, aboutTheWay }) => [kind, aboutTheWay])).toEqual([["parallelism", true], ["change-limit", false], ["window", true]]);
    expect(constraints.filter(({ aboutTheWay }) => aboutTheWay).every((constraint) => constraint.forms().length === 0)).toBe(true);
  });

  it("are not made of policies that are switched off", async () => {
    const { constraints } = await compiled([policyOf("off", all, "spread", {}, { enabled: false })]);
    expect(constraints.filter(({ policy }) => policy === "off")).toEqual([]);
  });

  it("are about the workloads of the selected services", async () => {
    const { constraints } = await compiled([policyOf("shop", { services: ids("shop") }, "gather", { key: "site" })]);
    expect(constraints.at(-1)?.workloads).toEqual(Int32Array.of(0, 1, 3));
  });

  it("group by service, application, layer and label, each workload where it belongs", async () => {
    for (const [groupBy, subjects] of [
      ["service", ["group shop"]], ["application", ["group database", "group web"]], ["layer", ["group libvirt"]], ["label.tier", ["group front"]]] as const) {
      const { constraints } = await compiled([policyOf("p", { ...all, groupBy }, "spread", {}, { mayBeEmpty: true })]);
      expect(constraints.filter(({ policy }) => policy === "p").map(({ subject }) => subject)).toEqual(subjects);
    }
  });
});

describe("exceptions", () => {
  it("take workloads and hosts out while they are in force", async () => {
    const { constraints } = await compiled([
      policyOf("apart", all, "spread", {}, { exceptions: [exception({ workloads: ["db-1"] })] }),
      policyOf("few", {}, "max-workloads", { atMost: 5 }, { exceptions: [exception({ hosts: ["h1", "x1", "x2"] })] })]);
    expect(constraints.find(({ policy }) => policy === "apart")?.workloads).toEqual(Int32Array.of(1, 2, 3));
    expect(constraints.filter(({ policy }) => policy === "few").map(({ subject }) => subject)).toEqual(["host h2"]);
  });

  it("are named and ignored once they have run out", async () => {
    const policies = [policyOf("apart", all, "spread", {}, { exceptions: [exception({ workloads: ["db-1"], expires: asOf })] })];
    const { constraints } = await compiled(policies);
    expect(constraints.find(({ policy }) => policy === "apart")?.workloads).toEqual(Int32Array.of(0, 1, 2, 3));
    expect(await problems(policies)).toEqual([
      "policy-exception-expired policies[apart].exceptions[0]: policy apart: the exception \"waiting for a new rack\" ran out on 2026-11-20T00:00:00Z and no longer counts "
      + "Remove it, or have it approved again with a later expires."]);
  });
});

describe("a mistaken policy is reported with its place, its value and a way out", () => {
  it.each<[string, PolicyDocument, string]>([
    ["unknown entry", policyOf("p", all, "spred"), 'policy-unknown-entry policies[p].require: policy p: the catalogue has no entry "spred" Did you mean spread?'],
    ["unknown parameter", policyOf("p", all, "spread", { kye: "rack" }), 'policy-parameter policies[p].require.spread.kye: policy p: spread knows no parameter "kye" Did you mean key?'],
    ["value out of range", policyOf("p", all, "spread", { atMost: 0 }), "policy-parameter policies[p].require.spread.atMost: policy p: spread.atMost is 0; it must be >= 1 See docs/policies/spread.md."],
    ["missing parameter", policyOf("p", {}, "payback"), 'policy-parameter policies[p].require.payback.days: policy p: payback needs the parameter "days" Add "days"; see docs/policies/payback.md.'],
    ["a key that no host has", policyOf("p", {}, "failover", { domain: "rak" }), 'policy-parameter policies[p].require.failover.domain: policy p: no host has a domain "rak" Name a key that hosts have under domains, or host or site.'],
    ["the wrong subject", policyOf("p", { hosts: ids("h1") }, "spread"), "policy-parameter policies[p].select.hosts: policy p: it selects hosts, but spread is about workloads or services Select workloads or services."],
    ["no subject", policyOf("p", {}, "spread"), "missing-key policies[p].select: policy p: spread is about workloads, but it selects none Add select: { workloads: ... }; everything: true chooses all."],
    ["unknown workload", policyOf("p", { workloads: ids("db-1 db-3") }, "spread"), 'unknown-reference policies[p].select.workloads.ids[1]: policy p: no workload is called "db-3" Did you mean db-1?'],
    ["a duration that the entry does not have", policyOf("p", {}, "change-limit", { moves: 1 }, { holds: "continuously" }), "policy-parameter policies[p].holds: policy p: change-limit cannot hold continuously It may hold at-end."],
    ["an unknown grouping", policyOf("p", { ...all, groupBy: "tier" }, "spread"), 'policy-parameter policies[p].select.groupBy: policy p: groupBy is "tier" Write one of replicaGroup, service, application, layer, label.NAME.'],
    ["grouping hosts", policyOf("p", { groupBy: "layer" }, "max-workloads", { atMost: 9 }), "policy-parameter policies[p].select.groupBy: policy p: groupBy groups workloads, but max-workloads is about hosts Remove groupBy."],
    ["an id of the fleet's own", policyOf("built-in/p", all, "spread"), 'not-allowed policies[built-in/p].id: policy built-in/p: ids that start with "built-in/" belong to the fleet\'s own musts Choose another id.'],
    ["a parameter that chooses nothing", policyOf("p", all, "fence", { hosts: { labels: { env: "prd" } } }), "policy-unreachable policies[p].require.fence.hosts: policy p: hosts chooses none of the hosts Correct the selector, or set mayBeEmpty: true."],
    ["an excepted workload that does not exist", policyOf("p", all, "spread", {}, { exceptions: [exception({ workloads: ["odds"] })] }), 'unknown-reference policies[p].exceptions[0].workloads[0]: policy p: no workload is called "odds" Did you mean odd?'],
    ["limits without a limit", policyOf("p", {}, "parallelism"), "policy-parameter policies[p].require.parallelism.total: policy p: parallelism without any limit says nothing Give one of perHostIn, perHostOut, perSiteLink, total."],
    ["both ways to count", policyOf("p", all, "disruption-budget", { min: 1, maxDown: 1 }), "policy-parameter policies[p].require.disruption-budget.min: policy p: disruption-budget takes exactly one of min and maxDown Write min: 2 or maxDown: 1."],
    ["a zone that is none", policyOf("p", {}, "window", { zone: "Europe/Pari", allow: [{ from: "22:00", to: "06:00" }] }), 'policy-parameter policies[p].require.window.zone: policy p: zone "Europe/Pari" is not an IANA zone Write it like Europe/Berlin or UTC.'],
    ["a selection of nothing", policyOf("p", { workloads: { labels: { tier: "back" } } }, "spread"), "policy-unreachable policies[p].select: policy p: it selects none of the workloads Correct the selector, remove the policy, or set mayBeEmpty: true."],
    ["groups of nothing", policyOf("p", { workloads: ids("odd"), groupBy: "replicaGroup" }, "spread"), "policy-unreachable policies[p].require: policy p: it demands nothing of what it selects None of the selected has a replicaGroup; correct groupBy, or set mayBeEmpty: true."],
    ["a policy switched off by its own exceptions", policyOf("p", { workloads: ids("odd") }, "root", {}, { exceptions: [exception({ workloads: ["odd"] })] }), "policy-unreachable policies[p].exceptions: policy p: its exceptions take out all 1 workloads that it selects Switch the policy off, or narrow the exceptions."],
  ])("%s", async (_, policy, problem) => {
    expect(await problems([policy])).toEqual([problem]);
  });

  it("an exception or a window without a time to compare it with", async () => {
    const found = await problems([
      policyOf("e", all, "spread", {}, { exceptions: [exception({ workloads: ["odd"] })] }), policyOf("w", {}, "window", { allow: [{ from: "22:00", to: "06:00" }] })], { asOf: null });
    expect(found.map((each) => each.slice(0, each.indexOf(":")))).toEqual(["policy-needs-time policies[e].exceptions", "policy-needs-time policies[w].require"]);
  });

  it("a wrong parameter beside wrong selectors and exceptions", async () => {
    const found = await problems([
      policyOf("far", all, "spread", { key: "rak" }, { exceptions: [exception({ workloads: ["db-9"] })] }),
      policyOf("both", { ...all, hosts: ids("h1") }, "spread", { key: "rak" }),
      policyOf("late", { workloads: ids("db-9") }, "window", { zone: "Foo", allow: [{ from: "22:00", to: "06:00", firstDate: "2026-12-02", lastDate: "2026-12-01" }] }),
    ]);
    expect(found.map((each) => each.slice(0, each.indexOf(":")))).toEqual([
      "unknown-reference policies[far].exceptions[0].workloads[0]", "policy-parameter policies[far].require.spread.key",
      "policy-parameter policies[both].select.hosts", "policy-parameter policies[both].require.spread.key",
      "unknown-reference policies[late].select.workloads.ids[0]", "policy-parameter policies[late].require.window.zone", "policy-parameter policies[late].require.window.allow",
    ]);
  });

  it("no fault of a parameter that may only follow from a wrong selector", async () => {
    const many = fleetOf(Array.from({ length: 60 }, (_, h) => hostOf(`h${h}`)), [workloadOf("a")]);
    const { diagnostics } = await compilePolicies(scenarioOf(many, [policyOf("p", { hosts: ids("h1 h2 h99") }, "failover", { hosts: 3 })]), many);
    expect(diagnostics.map(({ code, path }) => `${code} ${path}`)).toEqual(["unknown-reference policies[p].select.hosts.ids[2]"]);
  });

  it("more losses than can be looked at", async () => {
    const many = fleetOf(Array.from({ length: 60 }, (_, h) => hostOf(`h${h}`)), [workloadOf("a")]);
    const { diagnostics } = await compilePolicies(scenarioOf(many, [policyOf("p", {}, "failover", { hosts: 3 })]), many);
    expect(diagnostics.map(({ message }) => message)).toEqual(["policy p: any 3 of 60 hosts are 36050 losses, at most 20000 are looked at"]);
  });

  it("twice the same under two ids, however it is written", async () => {
    const found = await problems([
      policyOf("one", all, "spread", { key: "rack", atMost: 2 }), policyOf("two", { workloads: ids("odd web-1 db-2 db-1") }, "spread", { atMost: 2, key: "rack" }),
      policyOf("three", { workloads: ids("odd web-1 db-2") }, "spread", { atMost: 2, key: "rack" })]);
    expect(found).toEqual(["policy-duplicate policies[two]: policy two: it demands the same of the same as policy one Remove one of one and two."]);
  });
});

describe("the tests inside policies", () => {
  it("pass or fail with words, judged by the policy's own constraints", async () => {
    const policies = [policyOf("apart", { ...all, groupBy: "replicaGroup" }, "spread", {}, { tests: [
      { name: "refused", place: { "db-2": "h1" }, expect: "refused" },
      { name: "wrongly refused", place: { "db-2": "x1" }, expect: "refused" },
      { name: "allowed though banned by another", place: { "db-1": "x1" }, expect: "allowed" },
      { name: "typing mistake", place: { "db-9": "h1" }, expect: "refused" },
      { name: "no such host", place: { "db-1": "h9" }, expect: "refused" }] })];
    const { constraints } = await compiled(policies);
    expect(runPolicyTests(scenarioOf(index, policies), index, constraints).map(({ test, passed, words }) => `${test}: ${passed}, ${words}`)).toEqual([
      "refused: true, db-1, db-2 share host h1: 2 there, at most 1 may be",
      "wrongly refused: false, the policy allows this placement",
      "allowed though banned by another: true, the policy allows this placement",
      'typing mistake: false, no workload is called "db-9". Did you mean db-1?',
      'no such host: false, no host is called "h9". Did you mean h1?']);
  });
});

