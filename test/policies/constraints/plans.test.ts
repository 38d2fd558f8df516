import { describe, expect, it } from "vitest";
import type { Host } from "../../../model/fleet.ts";
import type { ActionId, ApplicationId, ServiceId } from "../../../model/ids.ts";
import type { Action, PlannedAction } from "../../../model/plan.ts";
import { currentInstant, settledInstant, type FleetIndex } from "../../../model/snapshot.ts";
import type { AnyConstraintKind, Timeline } from "../../../policies/constraint.ts";
import { budget } from "../../../policies/constraints/budget.ts";
import { changeLimit } from "../../../policies/constraints/change-limit.ts";
import { disruptionBudget } from "../../../policies/constraints/disruption-budget.ts";
import { failover } from "../../../policies/constraints/failover.ts";
import { parallelism } from "../../../policies/constraints/parallelism.ts";
import { payback } from "../../../policies/constraints/payback.ts";
import { startOrder } from "../../../policies/constraints/start-order.ts";
import { window } from "../../../policies/constraints/window.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../fleet-of.ts";
import { given, requestOf, type Asked } from "../given.ts";

/** `stop a h1`, `start a h2`, `migrate a h1 h2`: actions a1, a2, ... of a minute each, the given ones after those they name. */
function planOf(lines: readonly string[]): readonly PlannedAction[] {
  return lines.map((line, i) => {
    const [text = "", after = ""] = line.split(" after ");
    const [kind, workload, host, to] = text.split(" ");
    const action = (kind === "migrate" || kind === "transfer" ? { kind, workload, from: host, to } : { kind, workload, host }) as Action;
    return {
      id: `a${i + 1}` as ActionId, action, after: after.split(" ").filter((id) => id !== "").map((id) => id as ActionId),
      startMs: i * 60_000, endMs: (i + 1) * 60_000, reason: "", ifItFails: "", critical: false,
    };
  });
}

function timelineOf(index: FleetIndex, lines: readonly string[], target: Readonly<Record<string, string>>, startsAt: string | null = null): Timeline {
  const actions = planOf(lines);
  const position = new Map(actions.map(({ id }, at) => [id, at]));
  const precedes = (a: number, b: number): boolean =>
    (actions[b]?.after ?? []).some((id) => position.get(id) === a || precedes(a, position.get(id) ?? -1));
  const hostAfter = index.workloads.map(({ id, host }) => index.hostIndex.get((target[id] ?? host ?? "") as never) ?? -1);
  return { index, before: currentInstant(index), after: settledInstant(index, hostAfter), actions, startsAtMs: startsAt === null ? null : Date.parse(startsAt), precedes };
}

/** What a rule says about the course of a plan, explained. */
function said(kind: AnyConstraintKind, asked: Asked, timeline: Timeline): readonly string[] {
  return kind.parts(requestOf(kind, asked, timeline.index)).flatMap(({ params }) =>
    (kind.checkPlan?.(params, timeline) ?? []).map((violation) => kind.explain(params, violation, timeline.index)));
}

describe("disruption-budget", () => {
  it.each<[string, string, object, readonly string[]]>([
    ["counts those that run, also while they move live", "a:h1>h2 b:h1 c:h2", { min: 3 }, []],
    ["does not count those that are stopped", "a:h1! b:h1 c:h2", { min: 3 }, ["2 instances run, at least 3 must; down: a"]],
    ["asks for all when there are fewer than it wants", "a:h1! b:h1", { min: 5 }, ["1 instance runs, at least 2 must; down: a"]],
    ["leaves room for those that may be down", "a:h1! b:h1 c:h2", { maxDown: 1 }, []],
    ["leaves room for no more", "a:h1! b:h1! c:h2", { maxDown: 1 }, ["1 instance runs, at least 2 must; down: a, b"]],
    ["does not count one without a host", "a:- b:h1", { maxDown: 0 }, ["1 instance runs, at least 2 must; down: a"]],
  ])("%s", (_, text, raw, sentences) => given(text).violates(disruptionBudget, { raw }, ...sentences));

  it("does not ask for instances that are to go", () => {
    given("a:h1! b:h1", { workloads: { a: { desired: "removed" } } }).keeps(disruptionBudget, { raw: { min: 2 } });
  });
});

describe("parallelism", () => {
  const far = { hosts: { h1: { site: "s1" }, h2: { site: "s2" }, h3: { site: "s2" } } } as const;
  it.each<[string, string, object, readonly string[]]>([
    ["moves onto one host", "a:h1>h2 b:h3>h2", { perHostIn: 1 }, ["2 moves to host h2 at once, at most 1 may be under way"]],
    ["moves onto different hosts", "a:h1>h2 b:h1>h3", { perHostIn: 1 }, []],
    ["moves away from one host", "a:h1>h2 b:h1>h3", { perHostOut: 1 }, ["2 moves from host h1 at once, at most 1 may be under way"]],
    ["moves between two sites, whatever their direction", "a:h1>h2 b:h3>h1", { perSiteLink: 1 }, ["2 moves between sites s1 and s2 at once, at most 1 may be under way"]],
    ["moves within a site", "a:h2>h3 b:h3>h2", { perSiteLink: 1 }, []],
    ["moves in all", "a:h1>h2 b:h2>h1 c:h3>h1", { total: 2 }, ["3 moves in all at once, at most 2 may be under way"]],
    ["copies of new workloads, but nothing that only starts", "a:>h2 b:>h2 c:h2", { perHostIn: 1 }, ["2 moves to host h2 at once, at most 1 may be under way"]],
    ["data of stopped workloads", "a:h1>h2! b:h1>h2!", { total: 1 }, ["2 moves in all at once, at most 1 may be under way"]],
  ])("counts %s", (_, text, raw, sentences) => given(text, far).violates(parallelism, { raw }, ...sentences));

  it("counts only moves of the selected workloads that touch the selected hosts", () => {
    given("a:h1>h2 b:h1>h2 c:h3>h1", far).violates(parallelism, { raw: { total: 1 }, workloads: "a c" }, "2 moves in all at once, at most 1 may be under way");
    given("a:h1>h2 b:h1>h2 c:h3>h1", far).keeps(parallelism, { raw: { total: 1 }, workloads: "a c", hosts: "h3" });
  });
});

describe("change-limit", () => {
  const facts = { workloads: { a: { reservation: { memoryMiB: 1000 }, dataMiB: 500 }, b: { reservation: { memoryMiB: 2000 } } } };
  it("counts workloads that end on another host, and what they carry", () => {
    given("a:h2<h1 b:h2<h1 c:h1", facts).violates(changeLimit, { raw: { moves: 1 } }, "the plan makes 2 moves, at most 1 are allowed");
    given("a:h2<h1 b:h2<h1 c:h1", facts).violates(changeLimit, { raw: { dataMiB: 3499 } }, "the plan carries 3500 MiB, at most 3499 MiB are allowed");
    given("a:h2<h1 b:h2<h1 c:h1", facts).keeps(changeLimit, { raw: { moves: 2, dataMiB: 3500 } });
    given("a:h2<h1 b:h1 c:h1", facts).keeps(changeLimit, { raw: { moves: 0 }, workloads: "b c" });
  });

  it("does not count new workloads, nor those that lose their place", () => given("a:-", {}).keeps(changeLimit, { raw: { moves: 0 } }));

  it("counts a detour twice in the course of a plan", () => {
    const index = fleetOf(["h1", "h2", "h3"].map((id) => hostOf(id)), ["a", "b"].map((id) => workloadOf(id, { host: "h1", state: "running" })));
    const timeline = timelineOf(index, ["migrate a h1 h3", "migrate a h3 h2 after a1", "stop b h1", "transfer b h1 h2 after a3", "start b h2 after a4"], { a: "h2", b: "h2" });
    expect(said(changeLimit, { raw: { moves: 3 } }, timeline)).toEqual([]);
    expect(said(changeLimit, { raw: { moves: 2 } }, timeline)).toEqual(["the plan makes 3 moves, at most 2 are allowed"]);
  });
});

describe("start-order", () => {
  const service = { id: "shop" as ServiceId, title: "", applications: ["web", "db"] as ApplicationId[], redundancy: [], virtualAddress: null, scale: [], labels: {},
    startOrder: [{ application: "web" as ApplicationId, needs: "db" as ApplicationId }] };
  const shop = (web: object, db: object, more: readonly ReturnType<typeof workloadOf>[] = []): FleetIndex => fleetOf(["h1", "h2"].map((id) => hostOf(id)), [
    workloadOf("web", { applications: ["web"] as ApplicationId[], ...web }), workloadOf("db", { applications: ["db"] as ApplicationId[], ...db }), ...more], { services: [service] });
  const running = { host: "h1", state: "running" };
  const second = workloadOf("db2", { applications: ["db"] as ApplicationId[], ...running });

  it.each<[string, FleetIndex, readonly string[], readonly string[]]>([
    ["a start after what it needs", shop({}, {}), ["start db h1", "start web h2 after a1"], []],
    ["a start that only happens to be later", shop({}, {}), ["start db h1", "start web h2"], ["start of web before db (web): web"]],
    ["a start before what it needs", shop({}, {}), ["start web h2", "start db h1 after a1"], ["start of web before db (web): web"]],
    ["a start when what it needs runs already", shop({}, running), ["start web h2"], []],
    ["a start while what it needs may be stopped", shop({}, running), ["stop db h1", "transfer db h1 h2 after a1", "start db h2 after a2", "start web h2"], ["start of web before db (web): web"]],
    ["a start after what it needs has moved", shop({}, running), ["stop db h1", "transfer db h1 h2 after a1", "start db h2 after a2", "start web h2 after a3"], []],
    ["a start while another instance runs", shop({}, running, [second]), ["stop db h1", "transfer db h1 h2 after a1", "start db h2 after a2", "start web h2"], []],
    ["a start when what it needs never runs", shop({}, { state: "stopped", host: "h1", desired: "stopped" }), ["start web h2"], []],
    ["a workload that holds both", shop({}, { desired: "removed" }, [workloadOf("both", { applications: ["web", "db"] as ApplicationId[] })]), ["start both h1", "start web h2 after a1"], []],
    ["stops in reverse", shop({ ...running, desired: "stopped" }, { ...running, desired: "stopped" }), ["stop web h1", "stop db h1 after a1"], []],
    ["stops in any order", shop({ ...running, desired: "stopped" }, { ...running, desired: "stopped" }), ["stop web h1", "stop db h1"], ["stop of db before web (web, db): db, web"]],
    ["a stop for a while", shop({ ...running, desired: "stopped" }, running), ["stop db h1", "transfer db h1 h2 after a1", "start db h2 after a2", "stop web h1"], []],
  ])("judges %s", (_, index, lines, sentences) => {
    const target = Object.fromEntries(index.workloads.flatMap(({ id, desired }) => (desired === "removed" ? [] : [[id, "h1"]])));
    const timeline = timelineOf(index, lines, target);
    const after = settledInstant(index, Int32Array.from(index.workloads, ({ desired }) => (desired === "removed" ? -1 : 0)));
    expect(said(startOrder, {}, { ...timeline, after })).toEqual(sentences);
  });
});

describe("window", () => {
  const index = fleetOf([hostOf("h1"), hostOf("h2")], ["a", "b"].map((id) => workloadOf(id, { host: "h1", state: "running" })));
  const nights = { zone: "Europe/Paris", allow: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "22:00", to: "06:00" }] };
  const plan = (startsAt: string | null): Timeline => timelineOf(index, ["migrate a h1 h2", "bootHost"], { a: "h2" }, startsAt);

  it.each<[string, string, readonly string[]]>([
    ["at night", "2026-11-20T21:30:00Z", []],
    ["that ends as the window closes", "2026-11-21T04:59:00Z", []],
    ["that ends after the window closes", "2026-11-21T04:59:01Z", ["action a1 on a is under way outside the window, which opens 2 d 17 h later"]],
    ["an hour and a half too early", "2026-11-20T19:30:00Z", ["action a1 on a is under way outside the window, which opens 1 h 30 min later"]],
    ["by day", "2026-11-20T12:00:00Z", ["action a1 on a is under way outside the window, which opens 9 h later"]],
  ])("judges a move %s", (_, startsAt, sentences) => expect(said(window, { raw: nights }, plan(startsAt))).toEqual(sentences));

  it("binds the selected workloads only", () => expect(said(window, { raw: nights, workloads: "b" }, plan("2026-11-20T12:00:00Z"))).toEqual([]));

  it("refuses a plan that does not say when it starts", () => {
    expect(said(window, { raw: nights }, plan(null))).toEqual(["action a1 on a is under way outside the window, which never opens for so long"]);
  });
});

function prices(cpuMicrosPerCoreHour: number, onMicrosPerHour = 0): Host["prices"] {
  return { onMicrosPerHour, cpuMicrosPerCoreHour, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 };
}

describe("budget", () => {
  const one = { reservation: { cpuMillicores: 1000 } };
  const facts = {
    hosts: { h1: { prices: prices(100, 1000), idlePowerWatts: 0, powerManaged: true }, h2: { prices: prices(150, 2000), idlePowerWatts: 0, powerManaged: true } },
    workloads: { a: one, b: one },
  };
  it.each<[string, string, Asked, readonly string[]]>([
    ["a group of workloads that stays as it is", "a:h1 b:h1", { hosts: "" }, []],
    ["a group that pays more", "a:h2<h1 b:h1", { hosts: "" }, ["the group costs 0.00025 EUR an hour, its limit is 0.0002 EUR"]],
    ["a group that pays as much more as it may", "a:h2<h1 b:h1", { hosts: "", raw: { increasePermille: 250 } }, []],
    ["thousandths rounded down", "a:h2<h1 b:h1", { hosts: "", raw: { increasePermille: 249 } }, ["the group costs 0.00025 EUR an hour, its limit is 0.000249 EUR"]],
    ["an absolute margin", "a:h2<h1 b:h1", { hosts: "", raw: { increaseMicros: 50 } }, []],
    ["hosts that are switched on for it", "a:h2<h1 b:h2<h1", { workloads: "" }, []],
    ["the whole fleet", "a:h2<h1 b:h1", {}, ["the group costs 0.00325 EUR an hour, its limit is 0.0032 EUR"]],
    ["groups, each by itself", "a:h2<h1 b:h1<h2", { hosts: "", groups: { x: "a", y: "b" } }, ["the group costs 0.00015 EUR an hour, its limit is 0.0001 EUR"]],
  ])("judges %s", (_, text, asked, sentences) => given(text, { ...facts, hosts: { ...facts.hosts } }).violates(budget, asked, ...sentences));
});

describe("payback", () => {
  const facts = { hosts: { h1: { prices: prices(1000), idlePowerWatts: 0 }, h2: { prices: prices(500), idlePowerWatts: 0 } }, workloads: { a: { reservation: { cpuMillicores: 1000 } } } };
  // Touching a workload costs 10,000 micros; a saves 500 an hour on h2.
  it("lets a move pay for itself in time", () => {
    given("a:h2<h1", facts).keeps(payback, { raw: { days: 1 } });
    given("a:h2<h1", { ...facts, workloads: { a: { reservation: { cpuMillicores: 800 } } } }).violates(payback, { raw: { days: 1 } }, "the moves cost 0.01 EUR once, and within 1 days they save 0.0096 EUR");
    given("a:h1<h2", facts).violates(payback, { raw: { days: 1 } }, "the moves cost 0.01 EUR once, and within 1 days they add 0.012 EUR to the bill");
  });

  it("exempts a workload that has to leave, and one that is new", () => {
    given("a:h1<h2", { ...facts, hosts: { ...facts.hosts, h2: { ...facts.hosts.h2, state: "maintenance" } } }).keeps(payback, { raw: { days: 1 } });
    given("a:h1", { ...facts, workloads: { a: { ...facts.workloads.a, host: null, state: "new" } } }).keeps(payback, { raw: { days: 1 } });
  });

  it("exempts every move while the fleet breaks a must", () => {
    const index = fleetOf([hostOf("h1", facts.hosts.h1), hostOf("h2", facts.hosts.h2)], [workloadOf("a", { ...facts.workloads.a, host: "h2", state: "running" })]);
    const request = requestOf(payback, { raw: { days: 1 } }, index);
    const amounts = (allowed: readonly number[]): readonly number[] => payback.parts({ ...request, raw: { days: 1 }, otherMusts: () => [{ kind: "allow", workload: 0, allowed: Uint8Array.from(allowed) }] })
      .flatMap(({ params }) => payback.check(params, settledInstant(index, [0])).map(({ amount }) => amount));
    expect(amounts([1, 1])).toEqual([22_000]);
    expect(amounts([1, 0])).toEqual([]);
  });
});

describe("failover", () => {
  const index = fleetOf(
    [hostOf("h1", { domains: { rack: "r1" } }), hostOf("h2", { domains: { rack: "r1" } }), hostOf("h3", { site: "s2", domains: { rack: "r2" } })],
    ["a", "b"].map((id) => workloadOf(id)), { sites: [siteOf("s2")] });
  const found = (asked: Asked, hosts: readonly number[], limit: number): readonly string[] => {
    const request = requestOf(failover, asked, index);
    const room = [0, 1, 2].map((h) => ({ kind: "fill" as const, members: Int32Array.of(0, 1), sizes: Float64Array.of(1, 1), hosts: Int32Array.of(h), limit }));
    return failover.parts({ ...request, otherMusts: () => room }).flatMap(({ params }) =>
      failover.check(params, settledInstant(index, hosts)).map((violation) => failover.explain(params, violation, index)));
  };
  it("looks at the loss of any host, and of any several", () => {
    expect(found({ raw: { hosts: 1 } }, [0, 1], 1)).toEqual([]);
    expect(found({ raw: { hosts: 1 } }, [0, 0], 1)).toEqual([]);
    expect(found({ raw: { hosts: 2 } }, [0, 1], 1)).toEqual([
      "after the loss of hosts h1, h2 no room under all musts is shown for the 2 workloads that run there",
      "after the loss of hosts h1, h3 no room under all musts is shown for the 1 workload that runs there",
      "after the loss of hosts h2, h3 no room under all musts is shown for the 1 workload that runs there"]);
  });

  it("looks at the loss of any domain of the selected hosts", () => {
    expect(found({ raw: { domain: "rack" } }, [0, 1], 1)).toEqual(["after the loss of rack r1 no room under all musts is shown for the 2 workloads that run there"]);
    expect(found({ raw: { domain: "rack" } }, [0, 1], 2)).toEqual([]);
    expect(found({ raw: { domain: "rack" }, hosts: "h3" }, [0, 1], 1)).toEqual([]);
  });

  it("lets only the takers take over, and carries on only what it must", () => {
    expect(found({ raw: { hosts: 1 }, selected: { takers: "h1 h2" } }, [0, 1], 1)).toHaveLength(2);
    expect(found({ raw: { hosts: 1 }, selected: { takers: "h1 h2", carried: "a" } }, [0, 1], 1)).toHaveLength(1);
  });
});
