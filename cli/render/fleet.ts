import { unreachable } from "../../model/assert.ts";
import type { Fleet } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import type { Scenario } from "../../model/scenario.ts";
import { useByHost, type Figures, type Placed } from "../../reports/index.ts";
import { formatAmount } from "./amount.ts";
import { useBar, usePercent } from "./bar.ts";
import { gridOf, type Grid, type GridColumn } from "./grid.ts";
import { decimalsOf, formatMicros } from "./money.ts";
import type { Paint } from "./paint.ts";

/** What can be shown of a fleet. */
export const topics = ["hosts", "workloads", "applications", "services", "sites", "policies"] as const;
export type Topic = (typeof topics)[number];

/** What the tables are made from. */
export interface FleetView {
  readonly scenario: Scenario;
  readonly placed: Placed;
  readonly figures: Figures;
  readonly withCost: boolean;
  readonly paint: Paint;
}

/** The table of one topic. */
export function fleetGrid(topic: Topic, view: FleetView): Grid {
  switch (topic) {
    case "hosts": return hostGrid(view);
    case "workloads": return workloadGrid(view);
    case "applications": return applicationGrid(view);
    case "services": return serviceGrid(view);
    case "sites": return siteGrid(view);
    case "policies": return policyGrid(view);
    default: return unreachable(topic);
  }
}

/** A column of money, all with the decimals that the most exact needs. */
function money<Row>(rows: readonly Row[], key: string, head: string, micros: (row: Row) => number): GridColumn<Row> {
  const decimals = rows.reduce((most, row) => Math.max(most, decimalsOf(micros(row))), 2);
  return { key, head, align: "right", value: micros, show: (row) => formatMicros(micros(row), decimals) };
}

/** The column stays in JSON and CSV, and out of sight. */
function forPrograms<Row>(column: GridColumn<Row>): GridColumn<Row> {
  return { ...column, show: null };
}

function hostGrid({ scenario, placed, figures, withCost, paint }: FleetView): Grid {
  const uses = useByHost(placed);
  const rows = scenario.fleet.hosts.flatMap((host, h) => {
    const [use, cost] = [uses[h], figures.cost.hosts[h]];
    return use === undefined || cost === undefined ? [] : [{ host, use, cost }];
  });
  type Row = (typeof rows)[number];
  const resourceColumns = scenario.fleet.resources.flatMap((kind, r): GridColumn<Row>[] => [
    { key: `${kind.name}Promised`, head: "", value: ({ use }) => use.resources[r]?.promised ?? 0, show: null },
    {
      key: `${kind.name}Limit`, head: headOf(kind.name), value: ({ use }) => use.resources[r]?.limit ?? 0,
      show: r < 2 ? ({ use }) => useBar(use.resources[r]?.promised ?? 0, use.resources[r]?.limit ?? 0, paint)
        : r === 2 ? ({ use }) => useBar(use.resources[r]?.promised ?? 0, use.resources[r]?.limit ?? 0, paint, 4) : null,
      short: ({ use }) => usePercent(use.resources[r]?.promised ?? 0, use.resources[r]?.limit ?? 0, paint),
      dropRank: r,
    },
  ]);
  const costColumns: GridColumn<Row>[] = [
    { ...money(rows, "fixedMicrosPerHour", "fixed/h", ({ cost }) => cost.fixedMicrosPerHour), dropRank: 4 },
    { ...money(rows, "consumptionMicrosPerHour", "use/h", ({ cost }) => cost.consumptionMicrosPerHour), dropRank: 5 },
    { ...money(rows, "idleMicrosPerHour", "idle/h", ({ cost }) => cost.idleMicrosPerHour), dropRank: 3 },
    money(rows, "totalMicrosPerHour", "total/h", ({ cost }) => cost.totalMicrosPerHour),
  ];
  return gridOf<Row>([
    { key: "host", head: "host", value: ({ host }) => host.id },
    { key: "site", head: "site", value: ({ host }) => host.site, dropRank: 1 },
    { key: "state", head: "state", value: ({ host }) => host.state, show: ({ host }) => stateWords(host.state, paint) },
    { key: "workloads", head: "runs", align: "right", value: ({ use }) => use.workloadCount, dropRank: 2 },
    ...(withCost ? resourceColumns.map(forPrograms) : resourceColumns),
    ...(withCost ? costColumns : costColumns.map(forPrograms)),
  ], rows);
}

function headOf(resource: string): string {
  return resource.replace(/(Millicores|MiB|Mbps|Count)$/, "");
}

function stateWords(state: string, paint: Paint): string {
  return state === "on" ? paint.green(state) : state === "failed" ? paint.red(state) : paint.yellow(state);
}

function workloadGrid({ scenario, placed, figures, withCost, paint }: FleetView): Grid {
  const { fleet } = scenario;
  const costs = new Map(figures.cost.workloads.map((cost) => [cost.workload, cost]));
  const rows = fleet.workloads.map((workload, w) => ({ workload, host: fleet.hosts[placed.hostOf[w] ?? -1] ?? null, cost: costs.get(workload.id) }));
  type Row = (typeof rows)[number];
  const resources = fleet.resources.map(({ name, unit }, r): GridColumn<Row> => ({
    key: name, head: headOf(name), align: "right", value: ({ workload }) => amountOf(workload.reservation, name),
    show: r < 3 && !withCost ? ({ workload }) => formatAmount(amountOf(workload.reservation, name), unit) : null, dropRank: r + 1,
  }));
  const costColumns: GridColumn<Row>[] = [
    { ...money(rows, "consumptionMicrosPerHour", "use/h", ({ cost }) => cost?.consumptionMicrosPerHour ?? 0), dropRank: 2 },
    { ...money(rows, "fixedShareMicrosPerHour", "share of host/h", ({ cost }) => cost?.fixedShareMicrosPerHour ?? 0), dropRank: 1 },
    money(rows, "totalMicrosPerHour", "total/h", ({ cost }) => cost?.totalMicrosPerHour ?? 0),
  ];
  return gridOf<Row>([
    { key: "workload", head: "workload", value: ({ workload }) => workload.id },
    { key: "host", head: "host", value: ({ host }) => host?.id ?? null, show: ({ host }) => host?.id ?? paint.yellow("nowhere") },
    { key: "state", head: "state", value: ({ workload }) => workload.state, dropRank: 2 },
    { key: "layer", head: "layer", value: ({ workload }) => workload.layer, dropRank: 4 },
    { key: "applications", head: "applications", value: ({ workload }) => workload.applications.join(" "), wraps: 12, dropRank: 0 },
    { key: "replicaGroup", head: "group", value: ({ workload }) => workload.replicaGroup, dropRank: 5, ...(withCost ? { show: null } : {}) },
    ...resources,
    ...(withCost ? costColumns : costColumns.map(forPrograms)),
  ], rows);
}

function applicationGrid({ scenario, figures }: FleetView): Grid {
  const titles = new Map<string, string>(scenario.fleet.applications.map(({ id, title }) => [id, title]));
  const costs = new Map(figures.cost.applications.map(({ id, totalMicrosPerHour }) => [id, totalMicrosPerHour]));
  const rows = [...scenario.fleet.applications.map(({ id }) => id), null].map((id) => ({ id, cost: costs.get(id) ?? 0 }));
  return gridOf([
    { key: "application", head: "application", value: ({ id }) => id, show: ({ id }) => id ?? "(no application)" },
    { key: "title", head: "title", value: ({ id }) => (id === null ? "" : (titles.get(id) ?? "")), wraps: 16 },
    { key: "workloads", head: "instances", align: "right", value: ({ id }) => instances(scenario.fleet, id) },
    money(rows, "totalMicrosPerHour", "cost/h", ({ cost }) => cost),
  ], rows.filter(({ id, cost }) => id !== null || cost !== 0));
}

function instances({ workloads }: Fleet, application: string | null): number {
  return workloads.filter(({ applications }) =>
    (application === null ? applications.length === 0 : applications.some((id) => id === application))).length;
}

function serviceGrid({ scenario, figures }: FleetView): Grid {
  const costs = new Map(figures.cost.services.map(({ id, totalMicrosPerHour }) => [id, totalMicrosPerHour]));
  const named = scenario.fleet.services.map((service) => ({
    id: service.id as string, title: service.title, applications: service.applications.join(" "), address: service.virtualAddress,
    cost: costs.get(service.id) ?? 0,
  }));
  const others = [["(no service)", costs.get(null) ?? 0], ["(idle)", figures.cost.idleMicrosPerHour]] as const;
  const rows = [...named, ...others.map(([id, cost]) => ({ id, title: "", applications: "", address: null, cost }))];
  return gridOf([
    { key: "service", head: "service", value: ({ id }) => id },
    { key: "title", head: "title", value: ({ title }) => title, wraps: 16 },
    { key: "applications", head: "applications", value: ({ applications }) => applications, wraps: 12 },
    { key: "virtualAddress", head: "address", value: ({ address }) => address, dropRank: 1 },
    money(rows, "totalMicrosPerHour", "cost/h", ({ cost }) => cost),
  ], rows);
}

function siteGrid({ scenario, figures }: FleetView): Grid {
  const { sites, hosts } = scenario.fleet;
  const rows = sites.map((site) => {
    const here = hosts.map((host, h) => ({ host, h })).filter(({ host }) => host.site === site.id);
    const cost = here.reduce((sum, { h }) => sum + (figures.cost.hosts[h]?.totalMicrosPerHour ?? 0), 0);
    return { site, hosts: here.length, cost };
  });
  return gridOf([
    { key: "site", head: "site", value: ({ site }) => site.id },
    { key: "kind", head: "kind", value: ({ site }) => site.kind },
    { key: "region", head: "region", value: ({ site }) => site.region, wraps: 8, dropRank: 3 },
    { key: "hosts", head: "hosts", align: "right", value: (row) => row.hosts },
    { ...money(rows, "electricityMicrosPerKWh", "per kWh", ({ site }) => site.electricityMicrosPerKWh), dropRank: 1 },
    { key: "carbonGramsPerKWh", head: "g CO2/kWh", align: "right", value: ({ site }) => site.carbonGramsPerKWh, dropRank: 2 },
    money(rows, "totalMicrosPerHour", "cost/h", ({ cost }) => cost),
  ], rows);
}

function policyGrid({ scenario }: FleetView): Grid {
  return gridOf([
    { key: "policy", head: "policy", value: ({ id }) => id },
    { key: "enabled", head: "enabled", value: ({ enabled }) => enabled, show: ({ enabled }) => (enabled ? "yes" : "no"), dropRank: 3 },
    { key: "strength", head: "strength", value: ({ strength }) => strength },
    { key: "weight", head: "weight", align: "right", value: ({ weight }) => weight, dropRank: 4 },
    { key: "requires", head: "requires", value: ({ require }) => require.entry, wraps: 11 },
    { key: "exceptions", head: "exceptions", align: "right", value: ({ exceptions }) => exceptions.length, dropRank: 2 },
    { key: "tests", head: "tests", align: "right", value: ({ tests }) => tests.length, dropRank: 1 },
    { key: "title", head: "title", value: ({ title }) => title, wraps: 20 },
  ], scenario.policies);
}
