import { shop } from "./shop.ts";

/** The shop with a processor load that is flat so far, and grows from now on by a tenth of today's each month. */
export const growingShop = `${shop}simulation:
  start: 2026-01-05T00:00:00Z
  length: 1d
  load:
    - synthetic: { workloads: [db-1], resources: [cpuMillicores], usePermille: 1000, growth: { kind: linear, permillePerMonth: 100, from: 2026-01-05T00:00:00Z } }
  forecast:
    history: 20d
    horizon: 365d
    resources: [cpuMillicores]
    failoverReserve: none
    groups: [{ name: databases, hosts: [h3] }]
    purchases: [{ type: box, site: home, name: box, microsPerMonth: 250000000 }]
`;
