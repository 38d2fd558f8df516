import type { PolicyId } from "../model/ids.ts";
import type { PolicyTest } from "../model/policy.ts";
import type { Scenario } from "../model/scenario.ts";
import { currentHosts, settledInstant, type FleetIndex } from "../model/snapshot.ts";
import { totalAmount, type Constraint } from "./constraint.ts";
import { didYouMean } from "./did-you-mean.ts";
import { positionsOf } from "./select.ts";

/** The outcome of one test that a policy carries. */
export interface PolicyTestResult {
  readonly policy: PolicyId;
  readonly test: string;
  readonly passed: boolean;
  /** Why it passed or failed, one sentence. */
  readonly words: string;
}

/** Runs the tests inside the enabled policies; only a policy's own constraints decide about its tests. */
export function runPolicyTests(scenario: Scenario, index: FleetIndex, constraints: readonly Constraint[]): readonly PolicyTestResult[] {
  const withTests = scenario.policies.filter(({ enabled, tests }) => enabled && tests.length > 0);
  return withTests.flatMap(({ id, tests }) => {
    const own = constraints.filter(({ policy }) => policy === id);
    return tests.map((test) => ({ policy: id, test: test.name, ...runOne(test, index, own) }));
  });
}

function runOne({ place, expect }: PolicyTest, index: FleetIndex, constraints: readonly Constraint[]): { readonly passed: boolean; readonly words: string } {
  const hostOf = currentHosts(index);
  for (const [workload, host] of Object.entries(place)) {
    const w = positionsOf(index, "workloads").get(workload);
    if (w === undefined) return { passed: false, words: `no workload is called "${workload}". ${didYouMean(workload, [...positionsOf(index, "workloads").keys()], "Correct the test.")}` };
    const h = positionsOf(index, "hosts").get(host);
    if (h === undefined) return { passed: false, words: `no host is called "${host}". ${didYouMean(host, [...positionsOf(index, "hosts").keys()], "Correct the test.")}` };
    hostOf[w] = h;
  }
  const instant = settledInstant(index, hostOf);
  const found = constraints.flatMap((constraint) => constraint.check(instant).map((violation) => ({ constraint, violation })));
  const refused = totalAmount(found.map(({ violation }) => violation)) > 0;
  const first = found[0];
  const because = first === undefined ? "the policy allows this placement" : first.constraint.explain(first.violation);
  return { passed: refused === (expect === "refused"), words: because };
}
