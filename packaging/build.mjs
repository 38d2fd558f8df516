import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// Builds the command: a few files in place of two thousand, since finding and opening those took most of a second at
// every start. Types are not looked at here; `npm run lint` does that.

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist/cli");

/** Everything lies in one folder, so that a part finds its worker beside it, whichever file the part has come into. */
const entryPoints = {
  main: "cli/main.ts",
  "planning-worker": "cli/planning-worker.ts",
  "price-worker": "cli/price-worker.ts",
  "study-worker": "cli/study-worker.ts",
  "sweep-worker": "cli/sweep-worker.ts",
  "island-worker": "planner/flat/island-worker.ts",
  "highs-worker": "planner/exact/highs-worker.ts",
  "tiny-worker": "planner/exact/tiny-worker.ts",
};

/** Superseded parts stay for so long: a process that began before may still load them. */
const graceMs = 3_600_000;

/** Builds dist/cli from the sources as they are now. Vitest calls this too, before tests that start processes. */
export async function setup() {
  const { outputFiles } = await build({
    absWorkingDir: root, entryPoints, outdir: folder, write: false,
    bundle: true, splitting: true, format: "esm", platform: "node", target: "node20", mainFields: ["module", "main"],
    sourcemap: "linked", logLevel: "silent",
    // These are found at run time, by the workers that solve.
    external: ["highs", "javascript-lp-solver", "tsx"],
    // Packages of the older kind ask for what node brings with `require`.
    banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
  });
  await mkdir(folder, { recursive: true });
  // Parts first, and each at once: whoever starts the command meanwhile gets a whole one.
  const isEntry = ({ path }) => Object.keys(entryPoints).some((name) => path === join(folder, `${name}.js`));
  for (const file of [...outputFiles.filter((each) => !isEntry(each)), ...outputFiles.filter(isEntry)]) await put(file);
  await removeSuperseded(new Set(outputFiles.map(({ path }) => path)));
}

/** Leaves a file that is as it should be, but for the time at which it was last wanted. */
async function put({ path, contents }) {
  const there = await readFile(path).catch(() => null);
  const now = new Date();
  if (there?.equals(contents)) return utimes(path, now, now);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

async function removeSuperseded(wanted) {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (wanted.has(path)) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > graceMs) await rm(path, { recursive: true });
  }
}

if (process.argv[1] !== undefined && dirname(process.argv[1]) === dirname(fileURLToPath(import.meta.url))) {
  try {
    await setup();
  } catch (error) {
    for (const { text, location } of error.errors ?? [{ text: error.message, location: null }]) {
      process.stderr.write(`${location === null ? "" : `${location.file}:${location.line}:${location.column} `}${text}\n`);
    }
    process.exitCode = 1;
  }
}
