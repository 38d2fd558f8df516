import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { program } from "./built.ts";
import { file, folder } from "./command-line.ts";
import { shop } from "./shop.ts";

/** Tells each file that is loaded, on a line of its own. */
const telling = `import { appendFileSync } from "node:fs";
export function load(url, context, next) { appendFileSync(process.env.LOADED, url + "\\n"); return next(url, context); }
`;

/** The files that a command loads, workers aside. */
function filesOf(args: readonly string[]): readonly string[] {
  const [list, hook] = [file("loaded.txt", ""), pathToFileURL(join(folder, "telling.mjs")).href];
  const register = `data:text/javascript,${encodeURIComponent(`import { register } from "node:module"; register(${JSON.stringify(hook)});`)}`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", register, program, ...args], { encoding: "utf8", env: { ...process.env, LOADED: list } });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return readFileSync(list, "utf8").split("\n").filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
}

/** The packages that went into files of the build, and those that are loaded as they are. */
function packagesIn(files: readonly string[]): readonly string[] {
  const sources = files.flatMap((path) => (path.includes("/node_modules/") ? [path] : (JSON.parse(readFileSync(`${path}.map`, "utf8")) as { readonly sources: readonly string[] }).sources));
  const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? "");
  return [...new Set(names)].filter((name) => name !== "").sort((a, b) => (a < b ? -1 : 1));
}

/** What a line for the terminal needs. */
const words = ["ansi-regex", "emoji-regex", "is-fullwidth-code-point", "picocolors", "string-width", "strip-ansi"];

describe("a command loads only what it needs", () => {
  beforeAll(() => writeFileSync(join(folder, "telling.mjs"), telling));

  it.each([
    { args: ["--version"], packages: ["commander", ...words], filesMax: 20 },
    {
      args: ["validate", "SHOP"], filesMax: 30,
      packages: [
        "clone", "commander", "csv-parse", "eventemitter2", "fastest-levenshtein", "graphlib", "json-rules-engine", "jsonc-parser", "jsonpath-plus", "luxon",
        "src" /* of hash-it, by its own account */, "typebox", "yaml", ...words,
      ],
    },
  ])("$args", ({ args, packages, filesMax }) => {
    const files = filesOf(args.map((arg) => (arg === "SHOP" ? file("loaded-shop.yaml", shop) : arg)));
    expect(packagesIn(files)).toEqual([...packages].sort((a, b) => (a < b ? -1 : 1)));
    expect(files.length).toBeLessThanOrEqual(filesMax);
  });

  it("keeps what reads inventories and traces, certificates and solvers out of a fleet that is shown", () => {
    const packages = packagesIn(filesOf(["show", file("shown-shop.yaml", shop)]));
    expect(packages.filter((name) => /^(hyparquet|saxes|highs|javascript-lp-solver|@peculiar|reflect-metadata|asn1js)/.test(name))).toEqual([]);
  });
});
