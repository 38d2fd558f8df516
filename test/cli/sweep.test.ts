import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepare } from "../../cli/prepare.ts";
import { answersHere, answersOfWorkers } from "../../cli/sweep/answers.ts";
import { lossScopes } from "../../simulator/index.ts";
import { file, folder, stowage } from "./command-line.ts";
import { shop } from "./shop.ts";

interface Answer {
  readonly format: string;
  readonly slots: number;
  readonly losses: readonly {
    readonly name: string;
    readonly hosts: readonly string[];
    readonly slotsHeld: number;
    readonly unplaced: readonly { readonly workload: string; readonly reasons: readonly string[] }[];
    readonly interrupted: readonly string[];
    readonly down: readonly string[];
    readonly missing: readonly number[];
    readonly resources: readonly { readonly resource: string; readonly worstMissing: number; readonly missingHours: number; readonly slotsHeld: number }[];
  }[];
}

/** Two servers of 5000 of 8000 millicores each and a database of 2000: any host takes the database, none takes a server beside another. */
const busy = file("busy-shop.yaml", `${shop}simulation:
  length: 1d
  step: 1h
  resources: [cpuMillicores]
  load:
    - synthetic: { workloads: { labels: { tier: web } }, resources: [cpuMillicores], usePermille: 5000 }
`);

async function answer(...args: readonly string[]): Promise<Answer> {
  const { code, out } = await stowage("sweep", ...args, "--json");
  expect(code).toBe(0);
  return JSON.parse(out) as Answer;
}

/** Sites a, b and c; the database is at c. Links by name, and where the servers are. */
const spread = (links: readonly string[], ...servers: readonly string[]): string => file("spread-shop.yaml", `apiVersion: stowage/v1
name: spread
sites: [{ id: a }, { id: b }, { id: c }]
links: [${links.map((link) => `{ a: ${link[0] ?? ""}, b: ${link[1] ?? ""}, mbps: 2000 }`).join(", ")}]
hosts: [${["a", "b", "c"].map((site) => `{ id: h${site}, site: ${site}, capacity: { cpuMillicores: 8000 }, layers: { libvirt: "9.0.0" } }`).join(", ")}]
applications: [{ id: web }, { id: db }]
workloads:
  - { id: db-1, layer: libvirt, applications: [db], host: hc, reservation: { cpuMillicores: 100 } }
${servers.map((site, n) => `  - { id: web-${n}, layer: libvirt, applications: [web], host: h${site}, reservation: { cpuMillicores: 100 } }`).join("\n")}
services: [{ id: shop, applications: [web, db] }]
`);

describe("a sweep", () => {
  it("tries every host, rack and site in every slot", async () => {
    const found = await answer(busy);
    expect([found.format, found.slots]).toEqual(["stowage/sweep/v1", 24]);
    const told = found.losses.map(({ name, slotsHeld, unplaced, interrupted, down, resources }) =>
      [name, slotsHeld, unplaced.map(({ workload }) => workload), interrupted, down, resources.find(({ resource }) => resource === "cpuMillicores")?.worstMissing]);
    expect(told).toEqual([
      // Nobody is left at all.
      ["site home", 0, ["db-1", "web-1", "web-2"], ["shop"], ["shop"], 12_000],
      // Only h3 is left: one server starts there beside the database, the other may not.
      ["rack r1", 0, ["web-2"], ["shop"], [], 5000],
      // The database is started elsewhere; a server that is lost goes to h3, beside the database.
      ["host h1", 24, [], [], [], 0],
      ["host h2", 24, [], [], [], 0],
      ["host h3", 24, [], ["shop"], [], 0],
    ]);
  });

  it("says why somebody has no place", async () => {
    const { losses } = await answer(busy, "--scopes", "rack");
    expect(losses.map(({ name }) => name)).toEqual(["rack r1"]);
    expect(losses[0]?.unplaced[0]?.reasons.join("\n")).toContain("web-apart");
    expect(losses[0]?.missing.every((missing) => missing === 5000)).toBe(true);
    expect(losses[0]?.resources[0]?.missingHours).toBe(5000 * 24);
  });

  it("tries pairs when asked", async () => {
    const { losses } = await answer(busy, "--scopes", "pairs");
    expect(losses.map(({ name }) => name).sort()).toEqual(["hosts h1 and h2", "hosts h1 and h3", "hosts h2 and h3"]);
  });

  it.each<[string, readonly string[], readonly string[], readonly unknown[]]>([
    ["cuts a service in two", ["ac"], ["a"], [[["a", "c"], null, ["shop"], ["shop"]]]],
    ["leaves a side that has all", ["ac"], ["a", "c"], [[["a", "c"], null, ["shop"], []]]],
    ["may have another way round", ["ac", "ab", "cb"], ["a"], [[["a", "c"], ["b"], ["shop"], []], [["a", "b"], ["c"], [], []], [["c", "b"], ["a"], [], []]]],
    ["cuts what lies behind its ends", ["ab", "bc"], ["a"], [[["a", "b"], null, ["shop"], ["shop"]], [["b", "c"], null, ["shop"], ["shop"]]]],
    ["splits nothing that serves at one side", ["ab"], ["c"], [[["a", "b"], null, [], []]]],
  ])("a link that is lost %s", async (_, links, servers, expected) => {
    const { code, out } = await stowage("sweep", spread(links, ...servers), "--scopes", "links", "--length", "1h", "--json");
    expect(code).toBe(0);
    const told = JSON.parse(out) as { readonly links: readonly { readonly sites: unknown; readonly otherWay: unknown; readonly split: unknown; readonly cut: unknown }[]; readonly losses: readonly unknown[] };
    expect(told.losses).toEqual([]);
    expect(told.links.map(({ sites, otherWay, split, cut }) => [sites, otherWay, split, cut])).toEqual(expected);
  });

  it("shows links beside losses, and by themselves", async () => {
    const page = join(folder, "links.html");
    const { out } = await stowage("sweep", spread(["ac"], "a"), "--scopes", "links", "--length", "1h", "--html", page);
    expect(out).toMatch(/Links between sites\n.*\n +! +a - c +2 Gbit\/s +shop +shop +none/);
    expect(out).not.toContain("0 losses");
    expect(readFileSync(page, "utf8")).toContain("a - c");
  });

  it("shows losses and who has no place, and writes a page and tables", async () => {
    const out = join(folder, "sweep-tables");
    const page = join(folder, "sweep.html");
    const { code, out: text } = await stowage("sweep", busy, "--csv", out, "--parquet", out, "--html", page);
    expect(code).toBe(0);
    expect(text).toContain("3 of 5 held in every slot");
    expect(text).toContain("Without a place");
    expect(readdirSync(out).sort()).toEqual(["links", "loss-resources", "losses", "missing-over-time", "without-place"].flatMap((name) => [`${name}.csv`, `${name}.parquet`]).sort());
    expect(readFileSync(join(out, "losses.csv"), "utf8").split("\n")[1]).toContain("site home,h1 h2 h3,3,3,");
    expect(readFileSync(page, "utf8")).toContain("<title>Losses of shop</title>");
  });

  it("has the same answers from two threads as from one", async () => {
    const { ready } = await prepare({ paths: [busy], asOf: null, nowUtc: "2026-06-01T00:00:00.000Z", evacuate: [] });
    if (ready === null) throw new Error("the shop is sound");
    const scopes = lossScopes(ready.index, { hosts: true, domains: ["rack", "site"], pairs: true });
    const options = { startMs: null, threads: 2, progress: () => undefined };
    expect(await answersOfWorkers(ready.scenario, scopes, 2, options)).toEqual(await answersHere(ready.scenario, scopes, options));
  });

  it.each<[string, readonly string[], string]>([
    ["a domain that no host has", ["--scopes", "host,powr"], "--scopes names powr, which is nothing that could fail: no host of the fleet is in a domain of that name."],
    ["links where there are none", ["--scopes", "links"], "--scopes names links, and the fleet has no link between sites."],
    ["nothing that could fail", ["--scopes", ","], "--scopes names nothing that could fail."],
    ["no threads", ["--threads", "0"], "It must be a whole number from 1 to 256."],
    ["a trace that is not there", ["--load", join(folder, "no-trace")], "no-trace"],
  ])("refuses %s", async (_, args, message) => {
    const { code, out, err } = await stowage("sweep", busy, ...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
  });
});
