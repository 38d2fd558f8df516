import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, isRequired, openBrowser, type OpenBrowser } from "./browser.ts";
import { examplePage } from "./example-page.ts";
import { faintTextsOf, problemsOfLayout, sheetCount } from "./inspect.ts";

if (browserPath === null) console.warn("SKIPPED: no browser was found, so no page was opened. Install chromium, or name one in STOWAGE_BROWSER.");

it.runIf(isRequired)("has a browser where everything is required", () => expect(browserPath).not.toBeNull());

describe.skipIf(browserPath === null)("a page with every chart and hostile names", () => {
  let browser: OpenBrowser;
  beforeAll(async () => { browser = await openBrowser(); });
  afterAll(() => browser.close());
  const example = examplePage();

  it.each([
    { look: "on a screen", width: 1100, scheme: "light" }, { look: "in the dark", width: 1100, scheme: "dark" },
    { look: "on a phone", width: 390, scheme: "light" }, { look: "on a small window", width: 700, scheme: "dark" },
  ] as const)("is complete, quiet and readable $look", async ({ width, scheme }) => {
    const { page, console: words, requests } = await browser.open(example, { width, scheme });
    expect(words).toEqual([]);
    expect(requests).toEqual([page.url()]);
    expect(await problemsOfLayout(page)).toEqual([]);
    expect(await faintTextsOf(page)).toEqual([]);
    // Names with markup in them are text.
    expect(await page.locator("img, iframe, object").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(1);
    await page.close();
  });

  it("takes a few sheets of paper", async () => {
    const { page } = await browser.open(example);
    const sheets = await sheetCount(page);
    expect(sheets).toBeGreaterThanOrEqual(5);
    expect(sheets).toBeLessThanOrEqual(10);
    await page.close();
  });

  it("tells the values under the pointer", async () => {
    const { page } = await browser.open(example);
    for (const { chart, at, words } of [
      { chart: "Memory of a site", at: 0.5, words: /^\d{4}-\d\d-\d\d \d\d:\d\d UTC\nforecast: 6\d(\.\d+)? GiB$/ },
      { chart: "Cost over time", at: 0.9, words: /^135 s\nbest: 400 points$/ },
      { chart: "Memory of a site", at: 0.02, words: /\nforecast: 4\d(\.\d+)? GiB$/ },
      { chart: "Nothing", at: 0.5, words: /^0\.5 s$/ },
      { chart: "Use by host", at: 0.2, words: /^rack-\d+-h\d+ \(\+ 2\)\nfrom 2026-11-\d\d \d\d:\d\d UTC\n\d+(\.\d+)? %$/ },
      { chart: "Workloads without a place", at: 0.9, words: /^h3\nh4\n1 workloads$/ },
    ]) {
      const probe = page.locator(`svg[aria-label="${chart}"] .probe`);
      // Scrolling hides what was told; it must be over before the pointer comes.
      await probe.scrollIntoViewIfNeeded();
      await page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))");
      const { width, height } = await probe.boundingBox() ?? { width: 0, height: 0 };
      await probe.hover({ position: { x: width * at, y: height * 0.55 } });
      expect(await page.locator("#tip").textContent()).toMatch(words);
      expect(await page.locator("#tip").isVisible()).toBe(true);
    }
    await page.close();
  });
});
