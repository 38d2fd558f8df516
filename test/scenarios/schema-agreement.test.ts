import { Ajv2020 } from "ajv/dist/2020.js";
import { array, assert, constantFrom, jsonValue, nat, oneof, pre, property } from "fast-check";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { parseScenarioText, scenarioSchema, type ScenarioDocument } from "../../scenarios/index.ts";
import { documentSchema } from "../../scenarios/schema.ts";
import { smallFleet } from "./small-fleet.ts";

const compiled = Compile(documentSchema);
const fitsSchema = new Ajv2020({ strict: false }).compile(scenarioSchema());

/** What a schema can find; everything else (references, circles, sums) only the loader can. */
const ofShape: ReadonlySet<string> = new Set([
  "unknown-key", "missing-key", "wrong-type", "out-of-range", "not-integer", "not-finite", "bad-format", "not-allowed", "policy-unknown-entry",
]);

/** A document that uses much of the format, so that mutations reach most of it. */
const whole: ScenarioDocument = {
  ...smallFleet,
  description: "two\nlines", asOf: "2026-11-21T18:30:00Z", currency: "EUR",
  resources: [{ name: "gpuCount", unit: "cards", whileMoving: "running", whileStopped: true }],
  sites: [{ id: "paris", kind: "internal", region: "eu", electricityMicrosPerKWh: 1, carbonGramsPerKWh: 2, labels: { a: "b" } }, { id: "cloud", kind: "external" }],
  links: [{ a: "paris", b: "cloud", mbps: 100, transferMicrosPerGiB: 4 }],
  services: [{ ...smallFleet.services[0], title: "Shop", virtualAddress: null, scale: [{ application: "front", resource: "cpuMillicores", abovePermille: 800, maxInstances: 3 }], labels: {} }],
  policies: [
    {
      id: "apart", title: "Apart", why: "One fails", enabled: true, strength: "should", weight: 3, holds: "continuously", mayBeEmpty: false,
      select: { workloads: { where: { all: [{ fact: "priority", operator: "greaterThan", value: 1 }, { not: { any: [{ fact: "layer", operator: "equal", value: "x" }] } }] } }, groupBy: "label.tier" },
      require: { spread: { key: "rack", atMost: 1, skew: 1 } },
      exceptions: [{ workloads: ["base-1"], hosts: [], reason: "for now", expires: "2027-01-01T00:00:00Z", approvedBy: "me" }],
      tests: [{ name: "no", place: { "front-1": "h1" }, expect: "refused" }],
    },
    { id: "stay", select: { workloads: { labels: { tier: ["db", "front"] } } }, require: "root" },
    { id: "all", select: { hosts: { everything: true } }, require: { capacity: { resources: ["memoryMiB"], headroomPermille: 100 } } },
  ],
  objectives: [{ terms: [{ objective: "money", weight: 2 }, { objective: "shoulds" }] }],
  settings: { paybackHours: 7, downtimeMicrosPerSecond: 1, moveMicros: 2, balance: { of: "reservation", dimensions: [{ memoryMiB: 1 }] } },
  simulation: {
    start: "2026-11-20T21:30:00Z", length: "2d", step: "15min", seed: 7, plan: { at: "1h", mode: "repair" },
    load: [
      { trace: { files: ["traces/a"], loadOf: { "base-1": "vm 1" }, begins: "same-weekday", growth: { kind: "linear", permillePerMonth: -20, from: "2026-01-01T00:00:00Z" } } },
      { synthetic: { workloads: { application: "front" }, resources: ["cpuMillicores"], usePermille: 500 } }, { usual: { workloads: ["base-1"] } },
    ],
    failures: [{ at: "2h", host: "h1", repair: "30min" }, { at: "3h", domain: { rack: "r1" }, repair: "1h" }, { at: "3h", link: ["paris", "cloud"], repair: "5min" }],
    breakdowns: [{ lifetime: { exponential: { mean: "60d" } }, repair: { logNormal: { median: "4h", sigmaPermille: 500 } } }, { hosts: ["h1"], turns: [{ after: "5d", repair: "10min" }] }],
    recovery: { detect: "20s", setAside: ["apart"] }, power: [{ hosts: ["h1"], curve: "cubic", peakMilliwatts: 310_000 }, { hosts: ["h2"], points: [{ usePermille: 0, milliwatts: 50_000 }] }],
    tasks: [{ id: "t1", host: "h1", stages: [{ duration: "10min", demand: 1500 }], checkpoints: { interval: "1min", duration: "1s" } }],
    forecast: { failoverReserve: { largestDomain: "rack" }, purchases: [{ like: "h1", site: "paris", max: 4 }] },
  },
  finance: {
    basis: "greater", idle: "fixed", reserve: "requester", services: "own-cost", teamLabel: "team", fixedShares: [{ name: "shop", workloads: { service: "shop" }, permille: 400 }],
    agreedParts: [{ application: "front", parts: { shop: 1000 } }], licences: [{ name: "os", per: "core", microsPerMonth: 5, workloads: { everything: true } }],
    budgets: [{ name: "year", micros: 9, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z" }, { name: "paris", micros: 9, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", about: { site: "paris" } }],
  },
  changes: [
    { addHosts: { like: "h1", count: 2, idPrefix: "n", labels: { a: "b" } } }, { closeSite: { site: "cloud" } }, { maintenance: { hosts: { domains: { rack: "r1" } } } },
    { growService: { service: "shop", factorPermille: 1400, of: "expectedUse", applications: ["front"] } }, { growLoad: { workloads: { everything: true }, factorPermille: 900, resources: ["memoryMiB"] } },
    { copyService: { service: "shop", suffix: "b" } }, { addWorkloads: { like: "base-1" } }, { scaleService: { service: "shop" } },
    { setPolicy: { id: "apart", enabled: false, strength: "audit", weight: 3 } }, { repriceHosts: { hosts: ["h1"], factorPermille: 900, prices: { onMicrosPerHour: 1 } } },
    { resizeWorkloads: { workloads: { service: "shop" }, reservation: { cpuMillicores: 900 }, expectedUse: { memoryMiB: 80 } } },
    { resizeHosts: { hosts: { everything: true }, capacity: { memoryMiB: 70_000 }, overcommitPermille: { memoryMiB: 1500 } } },
  ],
};

/** Values that are wrong in most places, and right in some. */
const replacement = oneof(
  constantFrom<unknown>(null, true, false, 0, 1, -1, 0.5, 1000, 9_007_199_254_740_992, 1e300, "", " ", "x", "-x", "internal", "must", "2026-01-01T00:00:00Z", "a\u0000b", "a\u202Eb", "x".repeat(254), "root"),
  constantFrom<unknown>([], {}, ["x"], ["x", "x"], [1], [[]], { x: "y" }, { x: 1 }, { everything: true }, { everything: false }, { ids: [] }, { labels: {} }, { spread: {} }, { root: {}, spread: {} }),
  jsonValue({ maxDepth: 2 }),
);

const wholeText = JSON.stringify(whole);

/** One fault somewhere in the document, chosen by numbers so that shrinking stays simple. */
function mutated(steps: readonly number[], kind: "replace" | "remove" | "add" | "rename", value: unknown): unknown {
  const root = { document: JSON.parse(wholeText) as unknown };
  let [holder, key]: [object, string] = [root, "document"];
  for (const step of steps) {
    const inside: unknown = Reflect.get(holder, key);
    if (typeof inside !== "object" || inside === null) break;
    const keys = Object.keys(inside);
    const next = keys[step % Math.max(1, keys.length)];
    if (next === undefined) break;
    [holder, key] = [inside, next];
  }
  const old: unknown = Reflect.get(holder, key);
  switch (kind) {
    case "replace": Reflect.set(holder, key, value); break;
    case "remove": if (Array.isArray(holder)) holder.splice(Number(key), 1); else Reflect.deleteProperty(holder, key); break;
    case "add": if (Array.isArray(holder)) holder.push(value); else Reflect.set(holder, "added", value); break;
    case "rename": Reflect.deleteProperty(holder, key); Reflect.set(holder, `${key}s`, old); break;
    default: break;
  }
  return root.document;
}

/** Does the loader find fault with the shape? A document may have other faults too. */
function loaderFindsShapeWrong(document: unknown): boolean {
  return parseScenarioText(JSON.stringify(document), "random.json").diagnostics.some(({ code, message }) => ofShape.has(code) && !isBeyondSchema(code, message));
}

/** Faults that share a code with those of shape, but that need more than one value to be seen. */
function isBeyondSchema(code: string, message: string): boolean {
  const beyond: Readonly<Record<string, RegExp>> = {
    "missing-key": /No file gives the scenario a name|no type gives it|names neither|names both|names no site|sets nothing|says neither|has no scale limits/,
    "unknown-key": /is no resource of this fleet/,
    "out-of-range": /must not be above capacity|must not be below idlePowerWatts|it must be 1000|of 1000 parts/,
    "bad-format": /there is no such instant/,
    "not-allowed": /include is not allowed in a text/,
  };
  return beyond[code]?.test(message) ?? false;
}

describe("the published schema and the loader agree", () => {
  it("on a document that uses much of the format", () => {
    expect(fitsSchema(whole), JSON.stringify(fitsSchema.errors)).toBe(true);
    expect(parseScenarioText(wholeText, "whole.json").diagnostics.filter(({ code }) => code !== "change-conflict")).toEqual([]);
  });

  it("on documents with one fault somewhere", () => {
    let refused = 0;
    assert(property(
      array(nat(40), { minLength: 1, maxLength: 8 }), constantFrom("replace", "remove", "add", "rename"), replacement,
      (steps, kind, value) => {
        const document = mutated(steps, kind, value);
        const fits = fitsSchema(document);
        refused += Number(!fits);
        expect(loaderFindsShapeWrong(document), JSON.stringify(fitsSchema.errors)).toBe(!fits);
        // A large document is first asked of the compiled schema.
        expect(compiled.Check(JSON.parse(JSON.stringify(document)))).toBe(fits);
      },
    ), { seed: 20_261, numRuns: 1500 });
    expect(refused).toBeGreaterThan(500); // otherwise the mutations have stopped to hurt
    expect(refused).toBeLessThan(1450); // and some of them must do no harm
  });

  it("on values of any kind", () => {
    assert(property(jsonValue({ maxDepth: 4 }), (value) => {
      pre(value !== null); // an empty document is told as such, before its shape is looked at
      expect(loaderFindsShapeWrong(value)).toBe(!fitsSchema(value));
    }), { seed: 20_262, numRuns: 500 });
  });
});
