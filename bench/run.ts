/** All figures of bench/results.md, one after another, each in a process of its own: npm run bench. */
import { spawnSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const runs: readonly (readonly string[])[] = [
  ["exact.ts", "--count", "500", "--seed", "1"],
  ["scale.ts", "--hosts", "100", "--workloads", "1000", "--policies", "60"],
  ...[["--iterations", "0"], []].flatMap((limit) => [[], ["--change", "maintenance"]].map((change) =>
    ["scale.ts", "--hosts", "5000", "--workloads", "50000", "--policies", "60", ...limit, ...change])),
  ["explain.ts"],
  ["random-plans.ts", "--count", "10000", "--workers", "2"],
  ["rules.ts", "test/bench/cases"],
];

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`);
let failed = 0;
for (const [file = "", ...rest] of runs) {
  console.log(`\n# bench/${file} ${rest.join(" ")}`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", fileURLToPath(new URL(file, import.meta.url)), ...rest], { stdio: "inherit" });
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
