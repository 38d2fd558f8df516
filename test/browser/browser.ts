import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";

const candidates = [process.env["STOWAGE_BROWSER"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser of this machine; null when there is none. */
export const browserPath = candidates.find((path) => path !== undefined && path !== "" && existsSync(path)) ?? null;
export const isRequired = process.env["STOWAGE_REQUIRE_ALL"] === "1";

/** What is seen of a page: words on its console, and everything that it tried to fetch. */
export interface Seen {
  readonly page: Page;
  readonly console: readonly string[];
  readonly requests: readonly string[];
}

export interface Look {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/** A browser for pages that lie in files, as their readers open them. */
export interface OpenBrowser {
  open(html: string, look?: Look): Promise<Seen>;
  close(): Promise<void>;
}

/** Starts the browser with everything off that would look for a network. */
export async function openBrowser(): Promise<OpenBrowser> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-browser-"));
  const browser: Browser = await chromium.launch({
    ...browserPath === null ? {} : { executablePath: browserPath },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  let count = 0;
  return {
    open: async (html, { width = 1100, scheme = "light" } = {}) => {
      const file = join(folder, `page-${count++}.html`);
      writeFileSync(file, html);
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
      const [words, requests]: [string[], string[]] = [[], []];
      page.on("console", (message) => words.push(message.text()));
      page.on("pageerror", (error) => words.push(error.message));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      return { page, console: words, requests };
    },
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}
