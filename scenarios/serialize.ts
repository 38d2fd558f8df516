import type { Scenario } from "../model/scenario.ts";
import { standardResourceKinds } from "../model/resource.ts";
import { approvalDocument } from "./approval.ts";
import { financeDocument } from "./finance.ts";
import type { ScenarioDocument } from "./schema.ts";
import { purchaseTypes, simulationDocument } from "./serialize-simulation.ts";

/**
 * A scenario as a plain document in the format: the fleet with its changes applied, written in full. Loading it again
 * gives the same scenario; only the words about its changes are gone, since they are part of the fleet now.
 */
export function serializeScenario(scenario: Scenario): ScenarioDocument {
  const { fleet, policies, objectives, settings, simulation, finance } = scenario;
  return {
    apiVersion: "stowage/v1",
    name: scenario.name,
    title: scenario.title,
    description: scenario.description,
    ...(scenario.asOf === null ? {} : { asOf: scenario.asOf }),
    currency: fleet.currency,
    resources: fleet.resources.filter(({ name }) => !standardResourceKinds.some((standard) => standard.name === name)),
    sites: fleet.sites,
    hosts: fleet.hosts,
    applications: fleet.applications,
    workloads: fleet.workloads,
    services: fleet.services,
    links: fleet.links,
    policies: policies.map((policy) => Object.assign({}, policy, { require: { [policy.require.entry]: policy.require.parameters } })),
    objectives,
    settings,
    ...(scenario.approval === undefined ? {} : { approval: approvalDocument(scenario.approval) }),
    hostTypes: purchaseTypes(simulation),
    simulation: simulationDocument(simulation),
    finance: financeDocument(finance, fleet.licences),
  };
}
