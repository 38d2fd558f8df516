import { decide, type Input } from "../../executor/decide.ts";
import type { RunEvent } from "../../executor/event.ts";
import { evolve } from "../../executor/evolve.ts";
import { lettersFor, type Letter } from "../../executor/commands.ts";
import type { Report } from "../../executor/protocol.ts";
import { defaultRunSettings, type RunSettings } from "../../executor/settings.ts";
import { newRun, type RunState } from "../../executor/state.ts";
import { termsOf, type Terms } from "../../executor/terms.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../model/ids.ts";
import type { Action, PlannedAction } from "../../model/plan.ts";
import type { Given } from "../planner/schedule/small-fleet.ts";

/** Actions in a few words: `a2 after a1: migrate w1 h1 h2`, each taking ten seconds. */
export function actionsOf(...lines: readonly string[]): readonly PlannedAction[] {
  const endsMs = new Map<string, number>();
  return lines.map((line) => {
    const [, id = "", befores = "", words = ""] = /^(\w+)(?: after ([\w ]+))?: (.*)$/.exec(line) ?? [];
    const after = befores.split(" ").filter((before) => before !== "");
    const startMs = Math.max(0, ...after.map((before) => endsMs.get(before) ?? 0));
    endsMs.set(id, startMs + 10_000);
    return { id: id as ActionId, action: actionOf(words), after: after as ActionId[], startMs, endMs: startMs + 10_000, reason: "", ifItFails: "", critical: false };
  });
}

function actionOf(words: string): Action {
  const [kind = "", ...names] = words.split(" ");
  const [first, second, third, fourth] = names as [string, string, string, string];
  switch (kind) {
    case "bootHost": case "shutdownHost": return { kind, host: first as HostId };
    case "stop": case "start": case "deleteSource": case "remove": return { kind, workload: first as WorkloadId, host: second as HostId };
    case "migrate": case "transfer": return { kind, workload: first as WorkloadId, from: second as HostId, to: third as HostId };
    case "copy": return { kind, workload: first as WorkloadId, source: second as WorkloadId, from: third as HostId, to: fourth as HostId };
    default: throw new Error(`${kind} is no action`);
  }
}

/** One execution driven by hand: no journal, no network, a clock that is told the time. */
export class ARun {
  readonly terms: Terms;
  state: RunState;
  nowMs = 0;
  readonly events: RunEvent[] = [];
  letters: Letter[] = [];

  constructor({ index, constraints }: Given, settings: Partial<RunSettings> = {}) {
    this.terms = termsOf(index, constraints, { ...defaultRunSettings, ...settings });
    this.state = newRun(index);
  }

  /** What follows from an input, by kind and action: `dispatched a1`. */
  take(input: Input extends infer Each ? (Each extends Input ? Omit<Each, "at"> : never) : never): readonly string[] {
    const events = decide(this.terms, this.state, { ...input, at: { nowMs: this.nowMs, utcMs: 1_800_000_000_000 + this.nowMs } });
    for (const event of events) {
      this.state = evolve(this.terms.settings, this.state, event);
      this.letters.push(...lettersFor(this.state, event));
    }
    this.events.push(...events);
    return events.map((event) => ("action" in event ? `${event.kind} ${event.action}` : event.kind));
  }

  begin(...lines: readonly string[]): readonly string[] {
    return this.take({ kind: "begin", run: "r" as RunId, epoch: 1, digest: "d", actions: actionsOf(...lines) });
  }

  /** The performer of an action says how it went: `done a1`, `failed a1 again`, `void a1`. */
  hears(words: string, more: Partial<Extract<Report, { readonly kind: "failed" }>> = {}): readonly string[] {
    const [kind, id = "", again] = words.split(" ");
    const n = this.state.leg.position.get(id as ActionId) ?? -1;
    const action = this.state.leg.actions[n]?.action;
    const step = this.state.steps[n];
    if (action === undefined || step === undefined || !("attempt" in step)) throw new Error(`${id} is not under way`);
    const about = { run: "r" as RunId, action: id as ActionId, attempt: step.attempt, host: "host" in action ? action.host : action.from };
    if (kind === "done") return this.take({ kind: "report", report: { kind, ...about, tookMs: 1, ...omitFailed(more) } });
    if (kind === "void") return this.take({ kind: "report", report: { kind, ...about } });
    return this.take({ kind: "report", report: { kind: "failed", ...about, because: "it broke", again: again === "again", found: null, ran: false, ...more } });
  }

  at(nowMs: number): readonly string[] {
    this.nowMs = nowMs;
    return this.take({ kind: "time" });
  }

  wish(wish: "pause" | "resume" | "cancel" | "goBack"): readonly string[] {
    return this.take({ kind: "wish", wish, by: "anna" });
  }

  /** Kind of each step of the way there, by action. */
  kinds(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.state.leg.actions.map(({ id }, n) => [id, this.state.steps[n]?.kind ?? ""]));
  }

  /** The actions of the current leg, in words. */
  leg(): readonly string[] {
    return this.state.leg.actions.map(({ action }) => Object.values(action).join(" "));
  }
}

function omitFailed({ host }: { readonly host?: HostId }): { readonly host?: HostId } {
  return host === undefined ? {} : { host };
}
