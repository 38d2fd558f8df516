import type { Fleet } from "../../model/fleet.ts";
import { countWords } from "./diagnostics.ts";

/** `2 sites, 5 hosts, 12 workloads, 3 services`. */
export function fleetWords({ sites, hosts, workloads, services }: Fleet): string {
  return [
    countWords(sites.length, "site"), countWords(hosts.length, "host"),
    countWords(workloads.length, "workload"), countWords(services.length, "service"),
  ].join(", ");
}
