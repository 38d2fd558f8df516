import type { KnownSeries } from "./real-server.ts";

/** All known samples are on the minute, from here on. */
export const beginMs = Date.UTC(2026, 9, 1);
const begin = beginMs / 1000;

/** Every 60 s for so many hours: a value for each minute, or nothing. */
export function perMinute(hours: number, valueAt: (minute: number) => string | null): KnownSeries["samples"] {
  return Array.from({ length: hours * 60 + 1 }, (_, minute) => [begin + minute * 60, valueAt(minute)] as const)
    .filter((sample): sample is readonly [number, string] => sample[1] !== null);
}

const hours = 24;
const gib = 2 ** 30;

/** Processor seconds of web-1 at a minute: 0.5 cores, and 1.5 from noon on; it begins anew at 06:00. */
function web1Seconds(minute: number): number {
  const seconds = minute * 30 + Math.max(0, minute - 720) * 60;
  return minute >= 360 ? seconds - 360 * 30 : seconds;
}

/** What web-1 uses in a slot of five minutes, in thousandths of a millicore. */
export function web1Fine(slot: number): number {
  // The counter begins anew with the last sample of the slot before 06:00: Prometheus takes the 0 as the beginning.
  if (slot === 71) return Math.round((120 / 300) * 1_000_000);
  return slot < 144 ? 500_000 : 1_500_000;
}

/** A day of three machines on two hosts, as two exporters see them, with what servers get wrong. */
export const knownLoad: readonly KnownSeries[] = [
  { metric: "libvirt_domain_info_cpu_time_seconds_total", kind: "counter", labels: "{domain=\"web-1\",uuid=\"a\",instance=\"kvm-1:9177\"}", samples: perMinute(hours, (minute) => String(web1Seconds(minute))) },
  // It is there from 02:00 on, and was not asked from 10:00 to 11:00.
  { metric: "libvirt_domain_info_cpu_time_seconds_total", kind: "counter", labels: "{domain=\"DB\",uuid=\"b\",instance=\"kvm-2:9177\"}", samples: perMinute(hours, (minute) => (minute < 120 || (minute > 600 && minute < 660) ? null : String(minute * 15))) },
  { metric: "libvirt_domain_info_cpu_time_seconds_total", kind: "counter", labels: "{domain=\"strange\",uuid=\"c\",instance=\"kvm-2:9177\"}", samples: perMinute(hours, (minute) => String(minute)) },
  { metric: "libvirt_domain_info_memory_usage_bytes", kind: "gauge", labels: "{domain=\"web-1\",uuid=\"a\",instance=\"kvm-1:9177\"}", samples: perMinute(hours, (minute) => String(gib + minute * 65_536)) },
  // NaN from 03:00, endless from 04:00, below zero from 05:00, each for an hour.
  { metric: "libvirt_domain_info_memory_usage_bytes", kind: "gauge", labels: "{domain=\"DB\",uuid=\"b\",instance=\"kvm-2:9177\"}", samples: perMinute(hours, (minute) => {
    if (minute < 120 || (minute > 600 && minute < 660)) return null;
    return minute < 180 || minute >= 360 ? String(2 * gib) : minute < 240 ? "NaN" : minute < 300 ? "+Inf" : "-5";
  }) },
  { metric: "libvirt_domain_info_virtual_cpus", kind: "gauge", labels: "{domain=\"web-1\",uuid=\"a\",instance=\"kvm-1:9177\"}", samples: perMinute(hours, (minute) => (minute < 720 ? "2" : "4")) },
  { metric: "node_cpu_seconds_total", kind: "counter", labels: "{instance=\"kvm-1.example:9100\",cpu=\"0\",mode=\"user\"}", samples: perMinute(hours, (minute) => String(minute * 45)) },
  { metric: "node_cpu_seconds_total", kind: "counter", labels: "{instance=\"kvm-1.example:9100\",cpu=\"0\",mode=\"idle\"}", samples: perMinute(hours, (minute) => String(minute * 15)) },
  { metric: "node_cpu_seconds_total", kind: "counter", labels: "{instance=\"kvm-1.example:9100\",cpu=\"1\",mode=\"system\"}", samples: perMinute(hours, (minute) => String(minute * 15)) },
];

/** The fleet that they are of; nobody measures `quiet`. */
export const fleetText = `apiVersion: stowage/v1
name: known
sites: [{ id: home }]
hosts:
  - { id: kvm-1, site: home, capacity: { cpuMillicores: 16000, memoryMiB: 65536, storageMiB: 1000000 }, layers: { libvirt: "9" } }
  - { id: kvm-2, site: home, capacity: { cpuMillicores: 16000, memoryMiB: 65536, storageMiB: 1000000 }, layers: { libvirt: "9" } }
workloads:
  - { id: web-1, layer: libvirt, host: kvm-1, reservation: { cpuMillicores: 4000, memoryMiB: 4096 } }
  - { id: db, layer: libvirt, host: kvm-2, reservation: { cpuMillicores: 4000, memoryMiB: 4096 } }
  - { id: quiet, layer: libvirt, host: kvm-2, reservation: { cpuMillicores: 1000, memoryMiB: 1024 } }
`;

