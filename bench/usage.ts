/**
 * What `report usage` costs on a month of five-minute samples of 5,000 workloads, in a process of its own, with its
 * processor time and the most memory that it had. The files are those of `bench/cost.ts --folder FOLDER`.
 * npx tsx bench/usage.ts FOLDER [options of report usage]
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [folder, ...options] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder that bench/cost.ts wrote: npx tsx bench/cost.ts --folder FOLDER");
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const command = ["report", "usage", join(folder, "fleet.json"), "--load", join(folder, "load"), ...options];
const { status, stdout, stderr } = spawnSync("/usr/bin/env", ["time", "-f", "%U %S %M", process.execPath, main, ...command], { encoding: "utf8", maxBuffer: 1 << 28 });
console.log(stdout.split("\n").slice(0, 12).join("\n"));
const [user = 0, system = 0, kib = 0] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
console.log(`${(user + system).toFixed(1)} s CPU, ${Math.round(kib / 1024)} MiB`);
process.exitCode = status ?? 1;
