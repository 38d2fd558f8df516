import type { Plan, PlannedAction } from "../model/plan.ts";
import { compareIds } from "../model/ids.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

/**
 * SHA-256 over what a plan does and rests on: scenario, mode, target, facts, and its actions as a graph, whatever they
 * are numbered. Estimated times, words, costs and the order of keys and lists do not count.
 */
export function planDigest(plan: Omit<Plan, "digest">): string {
  return sha256(canonicalJson({
    format: plan.format,
    scenario: plan.scenario,
    mode: plan.mode,
    target: plan.target.map(({ workload, host }) => [workload, host].join("\n")).sort(compareIds),
    actions: graphDigests(plan.actions).sort(compareIds),
    basis: plan.basis.map(({ about, value }) => [about, value].join("\n")).sort(compareIds),
  }));
}

/** For each action a digest of itself and of everything that comes before it: its place in the graph, without its name. */
function graphDigests(actions: readonly PlannedAction[]): string[] {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const digests = new Map<string, string>();
  const own = new Map(actions.map(({ id, action }) => [id, canonicalJson(action)]));
  for (const { id } of actions) {
    // A stack of our own: a chain may be longer than the machine's.
    const open = [{ id, entered: false }];
    const inside = new Set<string>();
    for (let top = open.pop(); top !== undefined; top = open.pop()) {
      if (digests.has(top.id)) continue;
      const befores = byId.get(top.id)?.after ?? [];
      if (top.entered) {
        inside.delete(top.id);
        const before = befores.map((each) => digests.get(each) ?? own.get(each) ?? each).sort(compareIds);
        digests.set(top.id, sha256(canonicalJson([own.get(top.id) ?? top.id, ...before])));
        continue;
      }
      // Back on an action that is still open: a circle, which no digest can tell apart further and the verifier refuses.
      if (inside.has(top.id)) continue;
      inside.add(top.id);
      open.push({ id: top.id, entered: true });
      for (const before of befores) if (!digests.has(before) && byId.has(before)) open.push({ id: before, entered: false });
    }
  }
  return actions.map(({ id }) => digests.get(id) ?? "");
}
