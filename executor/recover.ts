import type { HostId } from "../model/ids.ts";
import { performerOf } from "./protocol.ts";
import type { Entry } from "./journal.ts";
import { evolve } from "./evolve.ts";
import { newRun, type RunState } from "./state.ts";
import type { Terms } from "./terms.ts";

/** Where an execution stands according to its journal: replaying it is all that recovery needs. */
export function replay({ settings, index }: Terms, entries: readonly Entry[]): RunState {
  return entries.reduce((before, { event }) => evolve(settings, before, event), newRun(index));
}

/** What a journal says of an execution that nobody may be looking after. */
export interface Interrupted {
  readonly digest: string;
  readonly status: RunState["status"];
  /** A larger one than this must be drawn to take over. */
  readonly lastEpoch: number;
  /** Hosts that will be asked how their actions ended. */
  readonly toAsk: readonly HostId[];
}

/** The last epoch in a journal; 0 when nothing has begun. */
export function lastEpochOf(entries: readonly Entry[]): number {
  return entries.reduce((last, { event }) => (event.kind === "began" || event.kind === "tookOver" ? Math.max(last, event.epoch) : last), 0);
}

/** What taking over would find, before it is done. */
export function interrupted({ digest, status, epoch, leg, underWay }: RunState): Interrupted {
  const hosts = underWay.flatMap((n) => {
    const action = leg.actions[n]?.action;
    return action === undefined ? [] : [performerOf(action).host];
  });
  return { digest, status, lastEpoch: epoch, toAsk: [...new Set(hosts)].sort() };
}
