import type { ActionId, ApplicationId, HostId, ServiceId, WorkloadId } from "../model/ids.ts";
import type { HostState, WorkloadState } from "./world.ts";

export type ServiceState = "operational" | "degraded" | "down";

/** Something that people want to see in a report, at its time. */
export type Happening =
  | { readonly kind: "host"; readonly host: HostId; readonly state: HostState; readonly because: string }
  | { readonly kind: "workload"; readonly workload: WorkloadId; readonly host: HostId | null; readonly state: WorkloadState; readonly because: string }
  | { readonly kind: "service"; readonly service: ServiceId; readonly state: ServiceState }
  | { readonly kind: "action"; readonly action: ActionId; readonly outcome: "started" | "done" | "failed" | "tries again" | "given up" | "unknown"; readonly because: string }
  | { readonly kind: "limit"; readonly service: ServiceId; readonly application: ApplicationId; readonly usePermille: number; readonly wants: "one more" | "one less" }
  | { readonly kind: "answer"; readonly because: string; readonly moves: number }
  | { readonly kind: "link"; readonly sites: readonly [string, string]; readonly state: "broken" | "whole" }
  | { readonly kind: "rule"; readonly constraint: string; readonly words: string; readonly state: "broken" | "kept" };

export type TimedHappening = { readonly atMs: number } & Happening;

/** The happenings of a simulation, the first ones up to a limit, and how many there were of each kind. */
export class Timeline {
  readonly happenings: TimedHappening[] = [];
  readonly counts = new Map<Happening["kind"], number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(atMs: number, happening: Happening): void {
    this.counts.set(happening.kind, (this.counts.get(happening.kind) ?? 0) + 1);
    if (this.happenings.length < this.#limit) this.happenings.push({ atMs, ...happening });
  }
}
