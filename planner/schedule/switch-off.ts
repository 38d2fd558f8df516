import type { Course } from "./course.ts";
import { hostsOf, stepMs, type Step } from "./step.ts";

/**
 * Hosts that end empty are switched off after the last action on them. That is added once the rest is known: while
 * things still wait, an empty host may be the spare one that breaks a deadlock. A rule that fewer hosts can break gets
 * its switching-off after everything else, one by one.
 */
export function switchOffEmptyHosts(course: Course): void {
  const { index, state, rules, taken } = course;
  const lastMs = new Map<number, number>();
  let endMs = 0;
  for (const entry of taken) {
    endMs = Math.max(endMs, entry.endMs);
    for (const h of hostsOf(entry.step)) lastMs.set(h, Math.max(lastMs.get(h) ?? 0, entry.endMs));
  }
  index.hosts.forEach((host, h) => {
    if (!host.powerManaged || host.state === "failed" || !state.isOn(h) || state.present(h).length > 0) return;
    const step: Step = { kind: "shutdownHost", workload: -1, from: h, to: -1, source: -1 };
    const touched = rules.touchedBy(step);
    const alone = touched.some((k) => rules.constraints[k]?.monotone === false);
    if (rules.begin(step) !== null) return;
    rules.finish(step);
    const startMs = alone ? endMs : (lastMs.get(h) ?? 0);
    taken.push({ step, startMs, endMs: startMs + stepMs(index, step), touched });
    if (alone) endMs = startMs + stepMs(index, step);
  });
}
