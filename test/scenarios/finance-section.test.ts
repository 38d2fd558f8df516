import { describe, expect, it } from "vitest";
import { defaultFinance, type Finance, type Licence } from "../../model/finance.ts";
import { parseScenarioText, parseScenarioTexts, serializeScenario, type ScenarioDocument } from "../../scenarios/index.ts";

const fleet = {
  apiVersion: "stowage/v1", name: "small", sites: [{ id: "paris" }], hosts: [{ id: "h1", site: "paris", capacity: { cpuMillicores: 8000 } }],
  applications: [{ id: "web" }, { id: "db" }],
  workloads: [
    { id: "w1", layer: "process", applications: ["web"], host: "h1", reservation: { cpuMillicores: 1000 }, labels: { tier: "front" } },
    { id: "d1", layer: "process", applications: ["db"], host: "h1", reservation: { cpuMillicores: 2000 } },
  ],
  services: [{ id: "shop", applications: ["web", "db"] }, { id: "pay", applications: ["db"] }],
} as const;

const whole: NonNullable<ScenarioDocument["finance"]> = {
  basis: "greater", idle: "fixed", reserve: "even", services: "own-cost", teamLabel: "costCentre",
  fixedShares: [{ name: "front pays", workloads: { labels: { tier: "front" } }, permille: 700 }],
  agreedParts: [{ application: "db", parts: { shop: 900, pay: 100 } }],
  licences: [{ name: "db", per: "core", microsPerMonth: 5_000_000, workloads: { application: "db" } }],
  budgets: [{ name: "all", micros: 1, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z" }, { name: "pay", micros: 2, from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", about: { service: "pay" } }],
};

function withSections(...sections: readonly object[]): ReturnType<typeof parseScenarioTexts> {
  return parseScenarioTexts(sections.map((finance, n) => ({ fileName: `part-${n}.json`, text: JSON.stringify(n === 0 ? { ...fleet, finance } : { apiVersion: "stowage/v1", finance }) })));
}

function read(...sections: readonly object[]): { readonly finance: Finance; readonly licences: readonly Licence[] | undefined } {
  const { scenario, diagnostics } = withSections(...sections);
  expect(diagnostics).toEqual([]);
  if (scenario?.finance === undefined) throw new Error("it was refused");
  return { finance: scenario.finance, licences: scenario.fleet.licences };
}

describe("the section finance", () => {
  it("is all defaults when nothing is said", () => {
    expect(parseScenarioText(JSON.stringify(fleet), "small.json").scenario?.finance).toEqual(defaultFinance);
  });

  it("is resolved to workloads", () => {
    const { finance, licences } = read(whole);
    expect(licences).toEqual([{ name: "db", per: "core", microsPerMonth: 5_000_000, workloads: ["d1"] }]);
    expect(finance).toEqual({
      basis: "greater", idle: "fixed", reserve: "even", services: "own-cost", teamLabel: "costCentre",
      fixedShares: [{ name: "front pays", workloads: ["w1"], permille: 700 }],
      agreedParts: [{ application: "db", parts: [{ service: "shop", permille: 900 }, { service: "pay", permille: 100 }] }],
      budgets: [
        { name: "all", micros: 1, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", about: null },
        { name: "pay", micros: 2, from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", about: { kind: "service", id: "pay" } },
      ],
    });
  });

  it("is the same when it is written and read again", () => {
    const first = withSections(whole).scenario;
    if (first === null) throw new Error("it was refused");
    expect(parseScenarioText(JSON.stringify(serializeScenario(first)), "again.json").scenario).toEqual(first);
  });

  it("takes each key from the last file that has it", () => {
    const { finance, licences } = read(whole, { idle: "kept", licences: [] });
    expect([licences, finance]).toMatchObject([undefined, { idle: "kept", reserve: "even", teamLabel: "costCentre" }]);
  });

  it.each([
    { section: { fixedShares: [{ name: "a", workloads: { everything: true }, permille: 600 }, { name: "b", workloads: ["w1"], permille: 500 }] }, message: "finance.fixedShares give away 1100 of 1000 parts." },
    { section: { fixedShares: [{ name: "a", workloads: ["w9"], permille: 600 }] }, message: "finance.fixedShares[0].workloads[0] is \"w9\"; there is no workload with this id." },
    { section: { agreedParts: [{ application: "db", parts: { shop: 900 } }] }, message: "finance.agreedParts[0].parts add up to 900; it must be 1000." },
    { section: { agreedParts: [{ application: "web", parts: { pay: 1000 } }] }, message: "finance.agreedParts[0].parts.pay: application web does not belong to service pay." },
    { section: { agreedParts: [{ application: "cache", parts: { pay: 1000 } }] }, message: "finance.agreedParts[0].application is \"cache\"; there is no application with this id." },
    { section: { budgets: [{ name: "a", micros: 1, from: "2027-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }] }, message: "finance.budgets[0].to is 2026-01-01T00:00:00Z, not after from, 2027-01-01T00:00:00Z." },
    { section: { budgets: [{ name: "a", micros: 1, from: "2026-02-31T00:00:00Z", to: "2027-01-01T00:00:00Z" }] }, message: "finance.budgets[0].from is \"2026-02-31T00:00:00Z\"; there is no such instant." },
    { section: { budgets: [{ name: "a", micros: 1, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", about: { service: "chop" } }] }, message: "finance.budgets[0].about.service is \"chop\"; there is no service with this id." },
    { section: { licences: [{ name: "a", per: "host", microsPerMonth: 1, workloads: { labels: { tier: "none" } } }] }, message: "finance.licences[0].workloads chooses no workload; at least one is needed." },
    { section: { licences: [1, 2].map(() => ({ name: "a", per: "host", microsPerMonth: 1, workloads: ["w1"] })) }, message: "finance.licences[1].name is a, as an earlier one." },
    { section: { idle: "requester" }, message: "finance.idle is \"requester\"; it must be kept, proportional, even or fixed." },
    { section: { microsPerMonth: 1 }, message: "finance.microsPerMonth is not a key of the format." },
  ])("refuses $section", ({ section, message }) => {
    const { scenario, diagnostics } = withSections(section);
    expect(scenario).toBeNull();
    expect(diagnostics.map((diagnostic) => diagnostic.message)).toEqual([message]);
  });
});
