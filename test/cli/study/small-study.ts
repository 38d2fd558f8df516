import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const base = `
apiVersion: stowage/v1
name: small
asOf: 2026-06-01T00:00:00Z
sites: [{ id: s, kind: internal }]
hosts:
  - { id: h1, site: s, capacity: { cpuMillicores: 4000, memoryMiB: 16384 }, layers: { libvirt: "10" }, prices: { onMicrosPerHour: 100000 }, idlePowerWatts: 100, peakPowerWatts: 200 }
  - { id: h2, site: s, capacity: { cpuMillicores: 4000, memoryMiB: 16384 }, layers: { libvirt: "10" }, prices: { onMicrosPerHour: 100000 }, idlePowerWatts: 100, peakPowerWatts: 200 }
applications: [{ id: a }, { id: b }]
workloads:
  - { id: w1, layer: libvirt, applications: [a], host: h1, reservation: { cpuMillicores: 2000, memoryMiB: 2048 }, expectedUse: { cpuMillicores: 2000 } }
  - { id: w2, layer: libvirt, applications: [b], host: h1, reservation: { cpuMillicores: 2000, memoryMiB: 2048 }, expectedUse: { cpuMillicores: 2000 } }
  - { id: w3, layer: libvirt, applications: [b], host: h2, reservation: { cpuMillicores: 2000, memoryMiB: 2048 }, expectedUse: { cpuMillicores: 2000 } }
services: [{ id: both, applications: [a, b] }]
simulation:
  length: 1d
  load: [{ synthetic: { workloads: [w1, w2, w3], usePermille: 900, dailyPermille: 300, noisePermille: 200 } }]
  recovery: { mode: none }
`;

const failing = `
apiVersion: stowage/v1
simulation: { breakdowns: [{ hosts: [h2], lifetime: { exponential: { mean: 12h } }, repair: { fixed: 1h } }] }
`;

const failsMore = failing.replace("12h", "3h");

const study = `
apiVersion: stowage/study/v1
name: small
scenarios: [{ name: calm, files: [base.yaml] }, { name: rough, files: [base.yaml, failing.yaml] }]
policies: [{ name: apart, files: [] }, { name: crowded, files: [crowded.yaml] }]
seeds: { first: 5, count: 3 }
whatIfs: [{ name: w2 moves, moves: [{ workload: w2, to: h2 }] }, { name: w1 ends, moves: [{ workload: w1 }] }]
`;

const crowded = `
apiVersion: stowage/v1
changes: [{ growLoad: { workloads: [w2], factorPermille: 1400 } }]
`;

/** A study in a folder of its own; `files` replace or add to those that are usual. */
export function smallStudy(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "stowage-study-"));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({ "base.yaml": base, "failing.yaml": failing, "crowded.yaml": crowded, "study.yaml": study, ...files })) writeFileSync(join(folder, name), text);
  return join(folder, "study.yaml");
}

/** Overlay texts that tests change. */
export const overlays = { failing, failsMore, study };
