import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { beforeAll, describe, expect, it } from "vitest";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { dearer, shop, tooBig } from "./shop.ts";
import { file, stowage } from "./command-line.ts";

let fleet = "";
let giant = "";
let overlay = "";
beforeAll(() => {
  fleet = file("shop.yaml", shop);
  giant = file("too-big.yaml", tooBig);
  overlay = file("dearer.yaml", dearer);
});

/** What `--json` printed, read back. */
async function json(...args: readonly string[]): Promise<{ code: number | null; document: Record<string, unknown> }> {
  const { code, out, err } = await stowage("--json", ...args);
  expect(err).toBe("");
  return { code, document: JSON.parse(out) as Record<string, unknown> };
}

function messages(document: Record<string, unknown>): string {
  return (document["diagnostics"] as readonly Diagnostic[]).map(({ message, advice }) => `${message} ${advice}`).join("\n");
}

/** Two hosts, of which one may be switched off at night; its workload moves then and not by day. */
const nightly = (time: string | null): string => `apiVersion: stowage/v1
name: nightly${time === null ? "" : `
asOf: 2026-11-20T${time}`}
sites: [{ id: home }]
hosts:
  - { id: dear, site: home, capacity: { memoryMiB: 100 }, layers: { podman: "5" }, prices: { onMicrosPerHour: 100000 }, powerManaged: true }
  - { id: cheap, site: home, capacity: { memoryMiB: 100 }, layers: { podman: "5" } }
workloads: [{ id: w, layer: podman, host: dear, reservation: { memoryMiB: 10 } }]
policies: [{ id: night, require: { window: { allow: [{ from: "22:00", to: "22:30" }] } } }]
`;

/** The shop with an exception until February. */
const excepted = (asOf: string): string => shop.replace(/^asOf: .*$/m, `asOf: ${asOf}`)
  .replace("strength: must\n", "strength: must\n    exceptions: [{ workloads: [web-2], reason: rehearsal, expires: 2026-02-01T00:00:00Z }]\n");

/** How `verify` ends, and the instant that it has judged. */
async function verdict(...args: readonly string[]): Promise<readonly [number | null, unknown]> {
  const { code, document } = await json("verify", ...args);
  return [code, document["asOf"]];
}

const planned = (name: string): string => join(tmpdir(), `stowage-test-${process.pid}-${name}.json`);
const quick = ["--engine", "search", "--iterations", "20000"];

describe("stowage validate", () => {
  it("says what a sound scenario holds", async () => {
    const { code, out, err } = await stowage("validate", fleet);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("valid shop: 1 site, 3 hosts, 3 workloads, 1 service, 1 policy.");
  });

  it("names the changes of an overlay", async () => {
    expect((await stowage("validate", fleet, overlay)).out).toMatch(/Changes\n {2}~ .*h1/);
  });

  it("finds every mistake at once, with file, line and a way out, and exits with 1", async () => {
    const path = file("bad.yaml", shop.replace("kind: internal", "kind: inside").replace("host: h2", "host: h9"));
    const { code, out, err } = await stowage("validate", path);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/bad\.yaml:6/);
    expect(err).toContain("h9");
    expect(err).toContain("2 errors.");
  });

  it("tells the same to programs", async () => {
    const { code, document } = await json("validate", file("bad-json.yaml", shop.replace("host: h2", "host: h9")));
    expect(code).toBe(1);
    expect(document).toMatchObject({ format: "stowage/validation/v1", valid: false, diagnostics: [{ code: "unknown-reference", severity: "error" }] });
  });
});

describe("stowage plan", () => {
  it("prints the summary, moves, actions and costs of a verified plan", async () => {
    const { code, out, err } = await stowage("plan", fleet, ...quick);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/placed +3 of 3 workloads/);
    expect(out).toMatch(/verified +✓ every must holds at \d+ instants/);
    expect(out).toMatch(/hosts on +3 -> 2/);
    expect(out).toMatch(/-> +(db-1|web-\d) +h\d -> h\d +live/);
    expect(out).toMatch(/Actions \(\* critical path/);
    expect(out).toMatch(/shut down host h\d/);
    expect(out).toContain("Cost by service, EUR/h");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("keeps the plan in a file, and prints a report whose costs add up", async () => {
    const path = planned("kept");
    const { code, document } = await json("plan", fleet, ...quick, "--out", path);
    expect(code).toBe(0);
    expect(document).toMatchObject({ format: "stowage/plan-report/v1", interrupted: false, verification: { ok: true } });
    const plan = document["plan"] as { readonly hourlyCostAfterMicros: number };
    const after = document["after"] as { readonly cost: { readonly totalMicrosPerHour: number; readonly services: readonly { readonly totalMicrosPerHour: number }[]; readonly idleMicrosPerHour: number } };
    expect(after.cost.totalMicrosPerHour).toBe(plan.hourlyCostAfterMicros);
    expect(after.cost.services.reduce((sum, { totalMicrosPerHour }) => sum + totalMicrosPerHour, after.cost.idleMicrosPerHour)).toBe(plan.hourlyCostAfterMicros);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ ...plan, author: "anna" });
  });

  it("prints the same bytes for the same input, seed and iterations", async () => {
    const [first, second] = [await stowage("plan", fleet, ...quick, "--json"), await stowage("plan", fleet, ...quick, "--json")];
    expect(second.out).toBe(first.out);
  });

  it("exits with 2 when something would change, only if asked to", async () => {
    expect((await stowage("plan", fleet, ...quick, "--detailed-exitcode")).code).toBe(2);
    const settled = file("settled.yaml", shop.replace(/ {2}- \{ id: h3.*\n/, "").replace("host: h3", "host: h2"));
    const { code, out } = await stowage("plan", settled, ...quick, "--detailed-exitcode");
    expect({ code, out: out.includes("none: nothing to do") }).toEqual({ code: 0, out: true });
  });

  it("says that and why not everything fits, and exits with 3", async () => {
    const { code, out } = await stowage("plan", fleet, giant, ...quick);
    expect(code).toBe(3);
    expect(out).toMatch(/claim +infeasible/);
    expect(out).toMatch(/placed +3 of 4 workloads/);
    expect(out).toMatch(/Not placed\n {2}x giant\n {6}built-in\/capacity/);
    expect(out).toContain("stowage explain --conflict");
  });

  it("tells those that stay against a must from those without a host", async () => {
    const crowded = file("crowded.yaml", shop.replace("host: h2, labels", "host: h1, labels"));
    const { code, out } = await stowage("plan", crowded, giant, "--mode", "place", ...quick);
    expect(code).toBe(3);
    expect(out).toMatch(/placed +3 of 4 workloads; 1 of them stays where a must is broken/);
    expect(out).toMatch(/Not placed\n {2}x giant\n/);
    expect(out).toMatch(/Stay against a must\n {2}x web-[12]\n {6}stays on h1 against web-apart\n/);
  });

  it("empties a host with --evacuate, and moves nobody else", async () => {
    const { code, out } = await stowage("plan", fleet, "--evacuate", "h3", ...quick);
    expect(code).toBe(0);
    expect(out).toMatch(/mode evacuate/);
    expect(out).toMatch(/moves +1 /);
    expect(out).toMatch(/-> +db-1 +h3 -> h\d/);
  });

  it("refuses to evacuate nothing, and says how to name a host", async () => {
    const { code, document } = await json("plan", fleet, "--mode", "evacuate", ...quick);
    expect(code).toBe(1);
    expect(messages(document)).toMatch(/--mode evacuate has no host to empty[^]*Name a host with --evacuate/);
    const maintained = file("maintained.yaml", `${shop}changes: [{ maintenance: { hosts: [h3] } }]\n`);
    expect((await stowage("plan", maintained, "--mode", "evacuate", ...quick)).code).toBe(0);
  });

  it("refuses to evacuate a host that does not exist, and names one that does", async () => {
    const { code, document } = await json("plan", fleet, "--evacuate", "h33", ...quick);
    expect(code).toBe(1);
    expect(messages(document)).toMatch(/--evacuate names host "h33", which the fleet does not have\.[^]*Did you mean h3\?/);
  });

  it.each([["/nowhere/at/all.json", "cannot be written: its folder does not exist."], ["/", "is a folder."]])(
    "says that the plan cannot be kept in %s before anybody waits for it", async (path, words) => {
      const { code, out, err } = await stowage("plan", fleet, ...quick, "--out", path);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain(`File ${path} ${words}`);
    });

  it("takes now for what the scenario does not say, when a policy needs it, and writes it into the plan", async () => {
    const timed = shop.replace("asOf: 2026-01-05T00:00:00Z\n", "").replace("    strength: must\n", `    strength: must
    exceptions:
      - { workloads: [web-1], reason: being replaced, expires: "2030-01-01T00:00:00Z", approvedBy: ann }
`).replace(/ {4}tests:[^]*$/, "");
    const { code, document } = await json("plan", file("timed.yaml", timed), ...quick);
    expect(code).toBe(0);
    expect(document["plan"]).toMatchObject({ asOf: "2026-06-01T00:00:00.000Z" });
  });
});

describe("stowage verify", () => {
  it("replays a kept plan and says that it holds", async () => {
    const path = planned("good");
    await stowage("plan", fleet, ...quick, "--out", path);
    const { code, out } = await stowage("verify", path, fleet);
    expect(code).toBe(0);
    expect(out).toMatch(/^✓ every must holds at \d+ instants\n/);
  });

  it("accepts the report of plan --json as well", async () => {
    const report = file("report.json", (await stowage("plan", fleet, ...quick, "--json")).out);
    expect((await stowage("verify", report, fleet)).code).toBe(0);
  });

  it("refuses a plan that was changed after it was made, with 3", async () => {
    const path = planned("tampered");
    await stowage("plan", fleet, ...quick, "--out", path);
    const plan = JSON.parse(readFileSync(path, "utf8")) as { actions: { action: { to?: string } }[]; target: { workload: string }[] };
    const tampered = file("tampered.json", JSON.stringify({ ...plan, target: plan.target.map(({ workload }) => ({ workload, host: "h1" })) }));
    const { code, document } = await json("verify", tampered, fleet);
    expect(code).toBe(3);
    expect(document["verification"]).toMatchObject({ ok: false });
    expect(messages(document)).toContain("it was changed after it was made");
  });

  it("says which fact went stale, and exits with 4 when it matters", async () => {
    const path = planned("stale");
    await stowage("plan", fleet, ...quick, "--out", path);
    const newer = file("newer.yaml", shop.replace("host: h3", "host: h1").replace("host: h2", "host: h3"));
    const { code, out } = await stowage("verify", path, newer);
    expect(code).toBe(4);
    expect(out).toMatch(/matters: workload \S+ host was h\d, is h\d/);
  });

  describe("at another instant than that of the plan", () => {
    const atNight = nightly("22:00:00Z");
    const path = planned("nightly");

    it("checks windows at the instant of --as-of, else of the scenario, else of the plan, else now", async () => {
      const night = file("nightly.yaml", atNight);
      await stowage("plan", night, ...quick, "--out", path);
      const [noon, undated] = [file("nightly-noon.yaml", nightly("12:00:00Z")), file("nightly-undated.yaml", nightly(null))];
      expect(await verdict(path, night)).toEqual([0, "2026-11-20T22:00:00Z"]);
      expect(await verdict(path, night, "--as-of", "2026-11-20T12:00:00Z")).toEqual([3, "2026-11-20T12:00:00Z"]);
      expect(await verdict(path, noon)).toEqual([3, "2026-11-20T12:00:00Z"]);
      expect(await verdict(path, noon, "--as-of", "2026-11-21T22:00:00Z")).toEqual([0, "2026-11-21T22:00:00Z"]);
      expect(await verdict(path, undated)).toEqual([0, "2026-11-20T22:00:00Z"]);
      const timeless = file("timeless.json", JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")) as object, asOf: null }));
      expect(await verdict(timeless, undated)).toEqual([3, "2026-06-01T00:00:00.000Z"]);
      expect(await verdict(timeless, noon)).toEqual([3, "2026-11-20T12:00:00Z"]);
    });

    it("says at which instant it was judged", async () => {
      const { out } = await stowage("verify", path, file("nightly-noon.yaml", nightly("12:00:00Z")));
      expect(out).toContain("Musts broken\n  night (night): action a");
      expect(out).toContain("is under way outside the window, which opens 10 h later");
      expect(out.replaceAll(/\s+/g, " ")).toContain("those of 2026-11-20T12:00:00Z; the plan was made for 2026-11-20T22:00:00Z (--as-of chooses).");
      expect((await stowage("verify", path, file("nightly.yaml", atNight))).out).not.toContain("--as-of");
    });

    it("does not count an exception that has run out by then", async () => {
      const kept = planned("excepted");
      await stowage("plan", file("excepted.yaml", excepted("2026-01-05T00:00:00Z")), ...quick, "--out", kept);
      expect(await verdict(kept, file("excepted.yaml", excepted("2026-01-05T00:00:00Z")))).toEqual([0, "2026-01-05T00:00:00Z"]);
      const { code, document } = await json("verify", kept, file("excepted-later.yaml", excepted("2026-03-05T00:00:00Z")));
      expect(code).toBe(3);
      expect(JSON.stringify(document["verification"])).toContain("share host");
    });
  });

  it.each([
    ["a scenario", shop, "is no plan file: it is not written in JSON"],
    ["a plan that is cut off", '{"format": "stowage/plan/v1",\n "plan": {', "no-plan.json:2:11"],
    ["JSON that is no plan", "{}", "has no format"],
    ["a plan with a hole", JSON.stringify({ format: "stowage/plan/v1" }), "Make the plan again"],
  ])("refuses %s in place of a plan, with 1", async (_, content, words) => {
    const { code, err } = await stowage("verify", file("no-plan.json", content), fleet);
    expect(code).toBe(1);
    expect(err).toContain(words);
  });

  it("says when the plan does not exist", async () => {
    expect((await stowage("verify", "/no/such/plan.json", fleet)).err).toContain("File /no/such/plan.json does not exist");
  });
});

describe("stowage explain", () => {
  it("says why a workload is where it is and what speaks against the other hosts", async () => {
    const { code, out } = await stowage("explain", "web-1", fleet);
    expect(code).toBe(0);
    expect(out).toContain("web-1 is on host h1");
    expect(out).toContain("web-apart");
    expect(out).toMatch(/x +h2 .*web-apart: /);
    expect(out).toMatch(/\+ +h3 /);
  });

  it("knows the placement of a plan", async () => {
    const path = planned("explained");
    await stowage("plan", fleet, ...quick, "--out", path);
    const { target } = JSON.parse(readFileSync(path, "utf8")) as { target: { workload: string; host: string }[] };
    const host = target.find(({ workload }) => workload === "db-1")?.host ?? "";
    expect((await stowage("explain", "db-1", fleet, "--plan", path)).out).toContain(`db-1 is on host ${host}`);
  });

  it("asks whether another workload was meant", async () => {
    const { code, err } = await stowage("explain", "web-9", fleet);
    expect({ code, asks: err.includes('Did you mean web-1?') }).toEqual({ code: 1, asks: true });
  });

  it("wants a file", async () => {
    const { code, err } = await stowage("explain", "web-1");
    expect(code).toBe(1);
    expect(err).toContain("stowage explain WORKLOAD FILES...");
  });

  it("finds what is in conflict, and prices the ways out", async () => {
    const { code, document } = await json("explain", "--conflict", fleet, giant, "--time", "10");
    expect(code).toBe(3);
    expect(document).toMatchObject({
      format: "stowage/conflict/v1",
      conflict: { proved: true, minimal: true, elements: expect.arrayContaining([{ kind: "demand", workload: "giant" }]) as unknown },
    });
    expect(document["relaxations"]).toContainEqual(expect.objectContaining({ words: "do without workload giant", enough: true }));
  });

  it("says so when there is no conflict", async () => {
    const { code, out } = await stowage("explain", "--conflict", fleet);
    expect({ code, out: out.startsWith("No conflict") }).toEqual({ code: 0, out: true });
  });
});

describe("stowage diff", () => {
  it("puts a fleet and its plan side by side", async () => {
    const path = planned("diffed");
    await stowage("plan", fleet, ...quick, "--out", path);
    const { code, out } = await stowage("diff", fleet, path);
    expect(code).toBe(0);
    expect(out).toMatch(/hosts on +3 +2 +-1/);
    expect(out).toMatch(/power +\d/);
    expect(out).toMatch(/-> +\S+ +h\d +h\d/);
  });

  it("compares two scenarios, one of several files", async () => {
    const { code, document } = await json("diff", fleet, `${fleet}+${overlay}`, "--detailed-exitcode");
    expect(code).toBe(2);
    const measures = document["measures"] as readonly { name: string; a: number; b: number }[];
    const cost = measures.find(({ name }) => name === "cost");
    expect((cost?.b ?? 0) - (cost?.a ?? 0)).toBe(500_000);
    expect(document["places"]).toEqual([]);
  });

  it("compares two plans without their fleet as far as they tell", async () => {
    const [a, b] = [planned("diff-a"), planned("diff-b")];
    await stowage("plan", fleet, ...quick, "--out", a);
    await stowage("plan", fleet, "--evacuate", "h3", ...quick, "--out", b);
    const { document } = await json("diff", a, b);
    const measures = document["measures"] as readonly { name: string; a: number | null; b: number | null }[];
    expect(measures.find(({ name }) => name === "power")).toMatchObject({ a: null, b: null });
    expect(measures.find(({ name }) => name === "moves")?.a).toBeGreaterThan(0);
    const known = await json("diff", a, b, "--fleet", fleet);
    expect((known.document["measures"] as typeof measures).find(({ name }) => name === "power")?.a).toBeGreaterThan(0);
  });

  it("counts a rule that one side breaks", async () => {
    const broken = file("broken.yaml", shop.replace("host: h2", "host: h1"));
    expect((await stowage("diff", fleet, broken)).out).toMatch(/web-apart +kept +broken by 1/);
  });

  it("finds nothing between a thing and itself", async () => {
    const { code, out } = await stowage("diff", fleet, fleet, "--detailed-exitcode");
    expect(code).toBe(0);
    expect(out).toContain("Everybody is at the same place on both sides (3).");
  });
});

describe("stowage show", () => {
  it("gives an overview with use bars", async () => {
    const { code, out } = await stowage("show", fleet);
    expect(code).toBe(0);
    expect(out).toContain("shop: A small shop");
    expect(out).toMatch(/h1 +home +on +1 +█/);
    expect(out).toMatch(/1\.\d+ EUR\/h/);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each(["hosts", "workloads", "applications", "services", "sites", "policies"])("shows %s as text, JSON and CSV", async (topic) => {
    expect((await stowage("show", fleet, topic)).out).toContain(topic);
    const { document } = await json("show", fleet, topic);
    const rows = document[topic] as readonly Record<string, unknown>[];
    expect(rows.length).toBeGreaterThan(0);
    const csv = (await stowage("show", fleet, topic, "--csv")).out.trimEnd().split("\n");
    expect(csv).toHaveLength(rows.length + 1);
    expect(csv[0]).toBe(Object.keys(rows[0] ?? {}).join(","));
  });

  it("splits the bill so that every table adds up", async () => {
    const { document } = await json("show", fleet, "--cost");
    const total = (document["totals"] as { totalMicrosPerHour: number; idleMicrosPerHour: number });
    const sum = (topic: string): number => (document[topic] as readonly { totalMicrosPerHour: number }[]).reduce((all, { totalMicrosPerHour }) => all + totalMicrosPerHour, 0);
    expect(total.totalMicrosPerHour).toBeGreaterThan(1_500_000);
    expect(sum("hosts")).toBe(total.totalMicrosPerHour);
    expect(sum("services")).toBe(total.totalMicrosPerHour);
    expect(sum("workloads") + total.idleMicrosPerHour).toBe(total.totalMicrosPerHour);
    expect(sum("sites")).toBe(total.totalMicrosPerHour);
  });

  it("says what it can show when a word is no topic", async () => {
    const { code, err } = await stowage("show", fleet, "foo");
    expect(code).toBe(1);
    expect(err).toContain('show knows no topic "foo"');
    expect(err.replaceAll(/\s+/g, " ")).toContain("It shows hosts, workloads, applications, services, sites, policies");
  });

  it("shows the fleet as a plan leaves it", async () => {
    const path = planned("shown");
    await stowage("plan", fleet, ...quick, "--out", path);
    expect((await stowage("show", fleet, "--plan", path)).out).toContain("2 hosts on, 3 workloads placed");
  });

  it("wants a file before the topic", async () => {
    expect((await stowage("show", "hosts")).err).toContain("show needs a file");
  });

  it("asks whether another topic was meant, when there is no such file", async () => {
    const { code, err } = await stowage("show", fleet, "host");
    expect({ code, asks: err.includes("Did you mean hosts?") }).toEqual({ code: 1, asks: true });
  });

  it("breaks texts into lines where the table would be wider than the terminal, and cuts none", async () => {
    const long = `An application with a title of some length, ${"as they are ".repeat(4)}`;
    const wide = file("wide.yaml", shop.replace("title: Shop", `title: "${long}"`));
    expect((await stowage("show", fleet, "policies")).out).toContain("Web servers stay apart");
    const { out } = await stowage("show", wide, "services");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const word of long.split(" ")) expect(out).toContain(word);
    expect(out).not.toContain("…");
    expect((await stowage("show", wide, "services", "--full")).out).toContain(long.trim());
  });
});

describe("stowage policies", () => {
  it("lists the catalogue, and shows an entry with its parameters", async () => {
    const { out } = await stowage("policies", "list");
    expect(out).toMatch(/^spread$/m);
    const entry = await stowage("policies", "show", "spread");
    expect(entry.out).toMatch(/key +string/);
    expect((await json("policies", "show", "spread")).document).toMatchObject({ format: "stowage/catalogue-entry/v1", name: "spread" });
  });

  it("asks whether another entry was meant", async () => {
    const { code, err } = await stowage("policies", "show", "spred");
    expect({ code, asks: err.includes('Did you mean spread?') }).toEqual({ code: 1, asks: true });
  });

  it("lists the policies of a scenario", async () => {
    const { out } = await stowage("policies", "list", fleet);
    expect(out).toMatch(/web-apart +must +spread +0 +2 +Web servers stay apart/);
    expect(out).toMatch(/built-in\/capacity +capacity +Reservations fit on every host/);
    const { document } = await json("policies", "list", fleet);
    expect(document["builtIn"]).toContainEqual({ id: "built-in/capacity", requires: "capacity", title: "Reservations fit on every host", holds: "continuously" });
  });

  it("lints", async () => {
    expect((await stowage("policies", "lint", fleet)).out).toContain("clean: 1 policy");
    const twice = file("twice.yaml", `${shop}  - id: web-apart-again
    title: The same again
    why: Somebody forgot the first
    select: { workloads: { labels: { tier: web } } }
    require: { spread: { key: host } }
    strength: must
`);
    const { code, document } = await json("policies", "lint", twice);
    expect(code).toBe(1);
    expect(messages(document)).toMatch(/web-apart[^]*web-apart-again|web-apart-again[^]*web-apart/);
  });

  it("runs the tests inside policies, and exits with 3 when one fails", async () => {
    const good = await stowage("policies", "test", fleet);
    expect({ code: good.code, passed: good.out.includes("2 tests passed") }).toEqual({ code: 0, passed: true });
    const failing = file("failing.yaml", shop.replace("web-2: h3 }, expect: allowed", "web-2: h3 }, expect: refused"));
    const bad = await stowage("policies", "test", failing);
    expect({ code: bad.code, failed: bad.out.includes("✗ web-apart: on two hosts") }).toEqual({ code: 3, failed: true });
  });
});

describe("stowage generate", () => {
  it("makes the same fleet for the same seed, and one that is sound", async () => {
    const args = ["generate", "--hosts", "6", "--workloads", "20", "--policies", "4", "--seed", "5"];
    const [first, again, other] = [await stowage(...args), await stowage(...args), await stowage(...args.slice(0, -1), "6")];
    expect(again.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
    expect((await stowage("validate", file("generated.json", first.out))).out).toContain("6 hosts, 20 workloads");
  });

  it("writes YAML to a file when its name says so", async () => {
    const path = planned("generated").replace(".json", ".yaml");
    const { code, document } = await json("generate", "--hosts", "4", "--workloads", "10", "--out", path);
    expect({ code, format: document["format"], exists: existsSync(path) }).toEqual({ code: 0, format: "stowage/generated/v1", exists: true });
    expect((await stowage("validate", path)).code).toBe(0);
  });

  it.each([["--hosts", "0", "from 1 to"], ["--seed", "1.5", "whole number"], ["--fill-permille", "2000", "from 1 to 950"]])(
    "refuses %s %s and names the limits", async (option, value, words) => {
      const { code, err } = await stowage("generate", option, value);
      expect({ code, names: err.includes(words) }).toEqual({ code: 1, names: true });
    });
});

describe("stowage schema", () => {
  it.each([[[], "apiVersion"], [["plan"], "digest"]])("prints the schema of %s files", async (what, key) => {
    const { code, out } = await stowage("schema", ...what);
    const schema = JSON.parse(out) as { $schema: string; properties: Record<string, unknown> };
    expect(code).toBe(0);
    expect(schema.$schema).toContain("2020-12");
    expect(Object.keys(schema.properties)).toContain(key);
  });
});
