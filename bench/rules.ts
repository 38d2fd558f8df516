/**
 * Plans the rule cases of a folder and checks what each expects: npm run bench:rules -- DIR [--time MS] [--seed N].
 * A line for each case, then a summary; exit code 1 when a case fails.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { runCase } from "./proxlb/run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { time: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});

function casesIn(folder: string): readonly string[] {
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.ya?ml$/.test(name)).sort().map((name) => join(folder, name));
}

async function main(): Promise<number> {
  const [folder] = positionals;
  if (folder === undefined) {
    console.error("Name a folder of rule cases: npm run bench:rules -- DIR");
    return 1;
  }
  const files = casesIn(folder);
  let passed = 0;
  for (const file of files) {
    const begin = performance.now();
    const result = await runCase(readFileSync(file, "utf8"), {
      seed: Number(values.seed), timeMs: Number(values.time), clock: { nowMs: () => performance.now() },
    });
    if (result.passed) passed++;
    const tookMs = Math.round(performance.now() - begin);
    console.log(`${result.passed ? "ok  " : "FAIL"} ${relative(folder, file) || file}: ${result.verdict}, ${tookMs} ms`);
    for (const words of result.shortfalls) console.log(`       ${words}`);
    for (const key of result.unchecked) console.log(`       not checked: expect.${key}`);
  }
  console.log(`${passed} passed, ${files.length - passed} failed`);
  return passed === files.length && files.length > 0 ? 0 : 1;
}

process.exit(await main());
