import type { Plan } from "../../model/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario, type EngineChoice } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { hasErrors } from "../prepare.ts";

/** One question: what is the cheapest placement, without some rules? Plain data, for a worker. */
export interface PriceJob {
  readonly scenario: Scenario;
  /** Rules to leave out: ids of policies, or of what the fleet asks for by itself. */
  readonly without: readonly string[];
  readonly engine: EngineChoice;
  readonly seed: number;
  readonly timeMs: number;
  readonly iterations: number | null;
}

/** The answer; null when the verifier refuses it, or the rules that are left contradict each other. */
export interface PriceAnswer {
  readonly microsPerHour: number;
  readonly placed: number;
  readonly wanted: number;
  readonly moves: number;
  readonly claim: Plan["claim"]["kind"];
}

/** What a fleet asks for by itself, and the fleet without it. */
const ofTheFleet: Readonly<Record<string, { readonly title: string; readonly isAsked: (scenario: Scenario) => boolean; readonly without: (scenario: Scenario) => Scenario }>> = {
  "built-in/offsite-ban": {
    title: "Workloads with an offsite ban stay on internal sites",
    isAsked: ({ fleet }) => fleet.workloads.some(({ offsiteBanned }) => offsiteBanned),
    without: (scenario) => withWorkloads(scenario, { offsiteBanned: false }),
  },
  "built-in/security-level": {
    title: "Hosts have at least the security level of their workloads",
    isAsked: ({ fleet }) => fleet.workloads.some(({ securityLevel }) => securityLevel > 0),
    without: (scenario) => withWorkloads(scenario, { securityLevel: 0 }),
  },
  "built-in/redundancy": {
    title: "Services run on as many hosts as they ask for",
    isAsked: ({ fleet }) => fleet.services.some(({ redundancy }) => redundancy.some(({ minHosts }) => minHosts > 1)),
    without: (scenario) => ({ ...scenario, fleet: { ...scenario.fleet, services: scenario.fleet.services.map((service) => ({ ...service, redundancy: service.redundancy.map((rule) => ({ ...rule, minHosts: 1 })) })) } }),
  },
};

function withWorkloads(scenario: Scenario, rest: { readonly offsiteBanned?: false; readonly securityLevel?: 0 }): Scenario {
  return { ...scenario, fleet: { ...scenario.fleet, workloads: scenario.fleet.workloads.map((workload) => ({ ...workload, ...rest })) } };
}

/** Rules that may have a price: those that bind, and what the fleet asks for by itself. */
export function pricedRules(scenario: Scenario): readonly { readonly id: string; readonly title: string }[] {
  const own = scenario.policies.filter(({ enabled, strength }) => enabled && strength !== "audit").map(({ id, title }) => ({ id: String(id), title }));
  return [...own, ...Object.entries(ofTheFleet).filter(([, { isAsked }]) => isAsked(scenario)).map(([id, { title }]) => ({ id, title }))];
}

/** Plans without the rules that are to be left out, and has the verifier replay it under those that are left. */
export async function priceAnswer({ scenario, without, engine, seed, timeMs, iterations }: PriceJob, clock: { nowMs(): number }): Promise<PriceAnswer | null> {
  const freed = without.reduce((less, id) => ofTheFleet[id]?.without(less) ?? less, scenario);
  const asked = { ...freed, policies: freed.policies.filter(({ id }) => !without.includes(id)) };
  const index = indexFleet(asked.fleet);
  const { constraints, diagnostics } = await compilePolicies(asked, index, { lint: false });
  if (hasErrors(diagnostics)) return null;
  const startsAtMs = asked.asOf === null ? null : Date.parse(asked.asOf);
  const plan = await planScenario({
    scenario: asked, index, constraints, startsAtMs, mode: "optimise", engine, seed, timeMs, ...(iterations === null ? {} : { iterations }), clock, stopped: () => false,
  });
  if (!verifyPlan({ index, constraints, plan, startsAtMs }).ok) return null;
  return { microsPerHour: plan.hourlyCostAfterMicros, placed: plan.placedCount, wanted: plan.wantedCount, moves: plan.moves.length, claim: plan.claim.kind };
}
