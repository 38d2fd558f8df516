import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { stowage } from "../cli/command-line.ts";
import { browserPath, openBrowser, type OpenBrowser } from "./browser.ts";
import { hostile, long } from "./example-page.ts";
import { faintTextsOf, problemsOfLayout, sheetCount } from "./inspect.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shop = join(root, "scenarios/e-commerce.yaml");
const folder = mkdtempSync(join(tmpdir(), "stowage-pages-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The shop with names from the worst of outsides: a title with markup, a host and a service whose names are long. */
function hostileShop(): string {
  const document = parseDocument(readFileSync(shop, "utf8").replaceAll(/\bpar-1\b/g, long.slice(0, 60)));
  document.set("title", hostile.replace("\u0000", "").replace("\u202E", ""));
  const file = join(folder, "hostile.yaml");
  writeFileSync(file, document.toString());
  return file;
}

/** A file of the examples, in YAML. */
function at(path: string): string {
  return JSON.stringify(join(root, "scenarios", path));
}

/** Two scenarios and two seeds of half a day. */
function smallStudy(): string {
  const file = join(folder, "study.yaml");
  writeFileSync(file, [
    "apiVersion: stowage/study/v1", "name: small", "title: Can we do without Lyon?", "scenarios:", `  - { name: as-is, files: [${at("e-commerce.yaml")}] }`,
    `  - { name: ${long}, files: [${at("growth.yaml")}] }`, "policies:", `  - { name: stay, files: [${at("studies/overlays/no-plan.yaml")}] }`,
    "baseline: { scenario: as-is, policies: stay }", "seeds: { first: 1, count: 2 }", "length: 12h", "",
  ].join("\n"));
  return file;
}

const commands = [
  { name: "simulate", args: ["simulate", shop, "--length", "3d"], sheetsMax: 12, says: ["The load passes the limit of 80 %", "web-4 runs on", "Peaks while actions were under way", "When resources run out", "The plan saves"] },
  { name: "simulate with hostile names and a failure", args: ["simulate", hostileShop(), "--length", "1d", "--fail", "host:lyo-1@2h+3h"], sheetsMax: 14, says: ["down or failed"] },
  { name: "forecast", args: ["forecast", shop, "--resource", "memoryMiB"], sheetsMax: 20, says: ["Runway"] },
  { name: "sweep", args: ["sweep", shop, "--length", "1d", "--scopes", "host,site"], sheetsMax: 8, says: ["site paris"] },
  { name: "report usage", args: ["report", "usage", shop], sheetsMax: 12, says: ["Processors of the whole fleet", "What these sizes are worth", "orders-db-1", "When each resource runs out"] },
  { name: "report usage with hostile names", args: ["report", "usage", hostileShop(), "--no-effect"], sheetsMax: 12, says: ["Hosts in figures"] },
  { name: "report cost", args: ["report", "cost", shop], sheetsMax: 12, says: ["Cost by service", "How it was shared", "Held by nobody"] },
  { name: "report cost with hostile names", args: ["report", "cost", hostileShop(), "--by", "host"], sheetsMax: 12, says: ["Cost by host"] },
  { name: "report variance", args: ["report", "variance", join(folder, "first.json"), join(folder, "second.json")], sheetsMax: 4, says: ["Change by cause", "What the causes mean"] },
  { name: "report forecast", args: ["report", "forecast", shop, "--from", "2026-10-20", "--to", "2026-11-20"], sheetsMax: 6, says: ["How they stand", "Spent since the budget began"] },
  { name: "report plan", args: ["report", "plan", join(folder, "plan.json"), shop, "--plan-at", "1h"], sheetsMax: 4, says: ["What it changes", "Change by service", "the planner expects", "The same period once the plan is done"] },
  {
    name: "report price-of-policy", args: ["report", "price-of-policy", shop, "--policy", "room-to-breathe", "--policy", "database-two-sites", "--policy", "built-in/redundancy", "--iterations", "20000", "--threads", "1"],
    sheetsMax: 4, says: ["Price of the rules of e-commerce", "A tenth of the memory stays free", "built-in/redundancy"],
  },
  { name: "study", args: ["study", smallStudy()], sheetsMax: 20, says: ["Can we do without Lyon?"] },
] as const;

/** Pages that commands write, opened as their readers open them. */
describe.skipIf(browserPath === null)("the page of", () => {
  let browser: OpenBrowser;
  beforeAll(async () => {
    browser = await openBrowser();
    await stowage("plan", shop, "--engine", "search", "--iterations", "20000", "--out", join(folder, "plan.json"));
    await stowage("report", "cost", shop, "--month", "2026-10", "--out", join(folder, "first.json"));
    await stowage("report", "cost", shop, "--month", "2026-11", "--share", "even", "--out", join(folder, "second.json"));
  });
  afterAll(() => browser.close());

  it.each(commands)("$name is complete, quiet and readable on a screen, on a phone and on paper", async ({ args, sheetsMax, says }) => {
    const file = join(folder, "page.html");
    const { code, err } = await stowage(...args, "--html", file);
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    const html = readFileSync(file, "utf8");
    for (const [width, scheme] of [[1100, "light"], [390, "dark"]] as const) {
      const { page, console: words, requests } = await browser.open(html, { width, scheme });
      expect(words).toEqual([]);
      expect(requests).toEqual([page.url()]);
      expect(await problemsOfLayout(page)).toEqual([]);
      expect(await faintTextsOf(page)).toEqual([]);
      const text = await page.locator("body").innerText();
      for (const expected of says) expect(text.includes(expected) ? expected : "nothing of the kind").toBe(expected);
      expect(await page.locator("img").count()).toBe(0);
      expect(/NaN|undefined|Infinity|\[object/.exec(text)?.[0]).toBeUndefined();
      await page.close();
    }
    const { page } = await browser.open(html);
    expect(await sheetCount(page)).toBeLessThanOrEqual(sheetsMax);
    await page.close();
  });
});
