/**
 * What imports cost, each in a process of its own with its processor time and the most memory that it had: a workbook of
 * RVTools with 5,000 machines, and a day of load of 1,000 machines from a real Prometheus.
 * npx tsx bench/import.ts [--machines 5000] [--series 1000]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { perMinute } from "../test/scenarios/importers/prometheus/known-load.ts";
import { startPrometheus, type KnownSeries } from "../test/scenarios/importers/prometheus/real-server.ts";
import { rvtoolsExport } from "../test/scenarios/importers/rvtools-export.ts";
import { workbook } from "../test/scenarios/importers/workbook-file.ts";

const { values } = parseArgs({ options: { machines: { type: "string", default: "5000" }, series: { type: "string", default: "1000" } } });
const [machines, series] = [Number(values.machines), Number(values.series)];
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "stowage-import-"));

const input = join(folder, "export.xlsx");
writeFileSync(input, workbook(rvtoolsExport(1, { machines }).sheets));
run(`a workbook of ${machines} machines, ${(statSync(input).size / 1_048_576).toFixed(1)} MiB (bar: 5 s, 512 MiB)`, "import", "rvtools", input, "--out", join(folder, "fleet.json"), "--report", join(folder, "report.csv"));

const server = await startPrometheus({ samples: Array.from({ length: series }, (_, n): readonly KnownSeries[] => [
  { metric: "libvirt_domain_info_cpu_time_seconds_total", kind: "counter", labels: `{domain="vm-${n}"}`, samples: perMinute(24, (minute) => String(minute * (n % 60))) },
  { metric: "libvirt_domain_info_memory_usage_bytes", kind: "gauge", labels: `{domain="vm-${n}"}`, samples: perMinute(24, (minute) => String(1_073_741_824 + minute * n)) },
]).flat() });
try {
  run(`a day of ${series} machines from Prometheus, slots of a minute, two resources`, "import", "prometheus", "--url", server.url, "--from", "24h", "--to", "2026-10-02T00:00:00Z", "--step", "1min", "--metrics", "libvirt", "--trace", join(folder, "load"));
} finally {
  await server.stop();
  rmSync(folder, { recursive: true });
}

function run(what: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync("/usr/bin/env", ["time", "-f", "%U %S %M", process.execPath, main, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  const [user = 0, system = 0, kib = 0] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  console.log(`${what}: ${(user + system).toFixed(1)} s CPU, ${Math.round(kib / 1024)} MiB`);
  if (status !== 0) process.exitCode = status ?? 1;
}
