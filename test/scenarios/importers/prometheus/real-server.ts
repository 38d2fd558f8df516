import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const isRequired = process.env["STOWAGE_REQUIRE_ALL"] === "1";

/** Is this program of Debian's here? Says loudly when it is not; fails when everything is required. */
export function has(program: string): boolean {
  const found = ["/usr/bin", "/usr/sbin", "/usr/local/bin"].some((folder) => existsSync(join(folder, program)));
  if (!found && isRequired) throw new Error(`${program} is missing, and STOWAGE_REQUIRE_ALL=1 asks for it: install Debian's package`);
  if (!found) console.warn(`SKIPPED: ${program} is not installed here; install Debian's package to test with it`);
  return found;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** One series of known samples: labels as Prometheus writes them, and values by second since 1970. */
export interface KnownSeries {
  readonly metric: string;
  readonly kind: "counter" | "gauge";
  readonly labels: string;
  readonly samples: readonly (readonly [second: number, value: string])[];
}

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

interface Options {
  readonly samples?: readonly KnownSeries[];
  /** The file of `--web.config.file`. */
  readonly web?: string;
  /** Addresses to scrape each second, by job. */
  readonly scrape?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** A real Prometheus with known samples in it, on a port of its own. */
export async function startPrometheus({ samples = [], web, scrape = {}, flags = [] }: Options): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-prometheus-"));
  if (samples.length > 0) backfill(folder, samples);
  const jobs = Object.entries(scrape).map(([job, target]) => `  - { job_name: ${job}, static_configs: [{ targets: ["${target}"] }] }`);
  writeFileSync(join(folder, "prometheus.yml"), ["global: { scrape_interval: 1s, scrape_timeout: 1s }", ...jobs.length === 0 ? [] : ["scrape_configs:", ...jobs], ""].join("\n"));
  const port = await freePort();
  const child = spawn("prometheus", [
    `--config.file=${join(folder, "prometheus.yml")}`, `--storage.tsdb.path=${join(folder, "data")}`, "--storage.tsdb.retention.time=100y",
    `--web.listen-address=127.0.0.1:${port}`, ...web === undefined ? [] : [`--web.config.file=${web}`], ...flags,
  ], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (data: Buffer) => void (log += data.toString()));
  await until("Prometheus is ready", () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${log.slice(-2000)}`);
    return log.includes("Server is ready to receive web requests");
  });
  return { url: `${web === undefined ? "http" : "https"}://localhost:${port}`, stop: async () => {
    await ended(child);
    rmSync(folder, { recursive: true });
  } };
}

function backfill(folder: string, samples: readonly KnownSeries[]): void {
  const metrics = new Map<string, readonly KnownSeries[]>();
  for (const series of samples) metrics.set(series.metric, [...metrics.get(series.metric) ?? [], series]);
  const lines = [...metrics].flatMap(([metric, all]) => [
    // A counter's family is named without its ending.
    `# TYPE ${all[0]?.kind === "counter" ? metric.replace(/_total$/, "") : metric} ${all[0]?.kind ?? "gauge"}`,
    ...all.flatMap(({ labels, samples: values }) => values.map(([second, value]) => `${metric}${labels} ${value} ${second}`)),
  ]);
  const file = join(folder, "samples.txt");
  writeFileSync(file, `${lines.join("\n")}\n# EOF\n`);
  const { status, stderr, stdout } = spawnSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=240h", file, join(folder, "data")], { encoding: "utf8" });
  if (status !== 0) throw new Error(`promtool: ${stdout}${stderr}`);
}

/** An exporter of Debian's, until it answers. */
export async function startExporter(program: string, flags: (address: string) => readonly string[]): Promise<Running & { readonly address: string }> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, flags(address), { stdio: "ignore" });
  await until(`${program} answers`, async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    return (await fetch(`http://${address}/metrics`).catch(() => null))?.ok === true;
  });
  return { address, url: `http://${address}`, stop: () => ended(child) };
}

/** Waits for a condition for a minute: the machine may be busy. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await pause(200);
  }
  throw new Error(`${what}: not within a minute`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const end = new Promise((resolve) => void child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await end;
  clearTimeout(late);
}
