import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { prepare } from "../../cli/prepare.ts";

const head = "apiVersion: stowage/v1\nname: all\nsites: [{ id: s }, { id: far, kind: extern }]\n";
const nowUtc = "2026-11-21T00:00:00Z";

/** What is wrong, the text after the head, and all that is told besides the site of an unknown kind. */
const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ["the references of a host of wrong shape", 'hosts: [{ id: h, site: t, type: big, layers: { podman: "5" }, capacity: { cpuMilicores: 1, memoryMiB: -5 } }]', [
    'host h: site is "t"; there is no site with this id.', 'host h: type is "big"; there is no host type with this id.',
    'host h: capacity: "cpuMilicores" is no resource of this fleet.', "host h: capacity.memoryMiB is -5; it must be from 0 to 9007199254740991.",
  ]],
  ["the references of a workload of wrong shape", "workloads: [{ id: w, layer: podman, host: gone, priority: 5000, applications: [x] }]", [
    'workload w: host is "gone"; there is no host with this id.', "workload w: priority is 5000; it must be from 0 to 1000.", 'workload w: applications[0] is "x"; there is no application with this id.',
  ]],
  ["an id that a host of wrong shape has already", 'hosts: [{ id: h, site: s, capacity: { memoryMiB: -5 } }, { id: h, site: s, capacity: { memoryMiB: 5 } }]', [
    "host h: capacity.memoryMiB is -5; it must be from 0 to 9007199254740991.", "host h is defined twice: first in FILE at hosts[0], and again in FILE at hosts[1].",
  ]],
  ["policies beside other errors", [
    "policies:",
    "  - { id: p, select: { workloads: { everything: true } }, require: { spread: { key: rak } } }",
    '  - { id: q, select: { workloads: { everything: true } }, require: { window: { zone: Europe/Berlln, allow: [{ from: "23:00", to: "06:00" }] } } }',
    '  - { id: r, select: { workloads: { ids: [zz] } }, require: offsite-ban, exceptions: [{ workloads: [zz], reason: late, expires: "2026-11-01T00:00:00Z" }] }',
  ].join("\n"), [
    'policy p: no host has a domain "rak"', 'policy q: zone "Europe/Berlln" is not an IANA zone', 'policy r: no workload is called "zz"', 'policy r: the exception "late" ran out on 2026-11-01T00:00:00Z and no longer counts',
  ]],
  ["nothing that a refused thing may have meant", [
    "hosts: [{ id: h, site: far, domains: { rack: r1 }, capacity: { memoryMiB: 5 } }]",
    "workloads: [{ id: w, layer: podman, host: h }]",
    "policies:",
    "  - { id: p, select: { workloads: { ids: [w] } }, require: { spread: { key: rack } } }",
    "  - { id: q, select: { workloads: { labels: { a: b } } }, require: lonely }",
  ].join("\n"), []],
];

describe("every problem at once", () => {
  it.each(cases)("tells %s", async (_, text, expected) => {
    const folder = await mkdtemp(path.join(tmpdir(), "stowage-all-"));
    try {
      const file = path.join(folder, "all.yaml");
      await writeFile(file, `${head}${text}\n`);
      const { ready, diagnostics } = await prepare({ paths: [file], asOf: null, nowUtc, evacuate: [] });
      expect(ready).toBeNull();
      const told = diagnostics.map(({ message }) => message.replaceAll(file, "FILE")).filter((message) => !message.startsWith("site far: kind"));
      expect(told.sort()).toEqual([...expected].sort());
      expect(diagnostics.every((one) => one.file === file && one.line !== null)).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
