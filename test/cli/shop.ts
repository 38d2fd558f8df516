/**
 * A shop on three hosts that costs more than it must: everything fits on h1, and h2 and h3 may be switched off. One
 * must keeps the two web servers apart, so two hosts stay on.
 */
export const shop = `apiVersion: stowage/v1
name: shop
title: A small shop
asOf: 2026-01-05T00:00:00Z
sites:
  - { id: home, kind: internal, region: eu, electricityMicrosPerKWh: 200000, carbonGramsPerKWh: 100 }
hostTypes:
  box:
    capacity: { cpuMillicores: 8000, memoryMiB: 16384, storageMiB: 100000, networkMbps: 1000 }
    layers: { libvirt: "9.0.0" }
    powerManaged: true
    idlePowerWatts: 100
    peakPowerWatts: 200
    prices: { onMicrosPerHour: 500000 }
hosts:
  - { id: h1, site: home, type: box, domains: { rack: r1 } }
  - { id: h2, site: home, type: box, domains: { rack: r1 } }
  - { id: h3, site: home, type: box, domains: { rack: r2 } }
applications:
  - { id: web, title: Web, needs: { cpuMillicores: 1000, memoryMiB: 2048 } }
  - { id: db, title: Database, needs: { cpuMillicores: 2000, memoryMiB: 4096, storageMiB: 10000 } }
workloads:
  - { id: web-1, layer: libvirt, applications: [web], host: h1, labels: { tier: web } }
  - { id: web-2, layer: libvirt, applications: [web], host: h2, labels: { tier: web } }
  - { id: db-1, layer: libvirt, applications: [db], host: h3, labels: { tier: db } }
services:
  - { id: shop, title: Shop, applications: [web, db], startOrder: [{ application: web, needs: db }] }
policies:
  - id: web-apart
    title: Web servers stay apart
    why: One host may fail
    select: { workloads: { labels: { tier: web } } }
    require: { spread: { key: host } }
    strength: must
    tests:
      - { name: both on one host, place: { web-1: h1, web-2: h1 }, expect: refused }
      - { name: on two hosts, place: { web-1: h1, web-2: h3 }, expect: allowed }
`;

/** Laid over the shop: a workload that no host can hold. */
export const tooBig = `apiVersion: stowage/v1
name: too-big
workloads:
  - { id: giant, layer: libvirt, reservation: { memoryMiB: 1000000 } }
`;

/** Laid over the shop: h1 is twice as dear. */
export const dearer = `apiVersion: stowage/v1
name: dearer
changes:
  - repriceHosts: { hosts: [h1], prices: { onMicrosPerHour: 1000000 } }
`;
