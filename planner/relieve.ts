import { draw, guideTolerance } from "./moves/chooser.ts";
import type { Random } from "../model/random.ts";
import type { State } from "./state.ts";

/** Hosts looked at for one workload, at most. */
const scanMax = 20_000;

/**
 * Takes as few workloads as it can from each overloaded host to hosts where they break nothing: one that is enough by
 * itself, the smallest of those, else the one that helps most, and so on. Hosts that nobody leaves come first, because
 * there a move need not wait for another.
 */
export function relieve(state: State, random: Random, stopped: () => boolean): void {
  const overloaded = [...Array(state.hostCount).keys()].filter((h) => state.kernels.fill.guidedExcess(h) > 0);
  if (overloaded.length === 0) return;
  const gives = new Uint8Array(state.hostCount);
  for (const h of overloaded) gives[h] = 1;
  for (const [i, host] of overloaded.entries()) {
    if (i % 16 === 0 && stopped()) return;
    relieveHost(state, random, host, gives);
  }
}

function relieveHost(state: State, random: Random, host: number, gives: Uint8Array): void {
  const { fill } = state.kernels;
  for (let left = state.population[host] as number; left > 0 && fill.guidedExcess(host) > 0; left--) {
    const moved = byHelp(state, host).some((w) => {
      const to = cleanHost(state, random, w, gives);
      if (to < 0) return false;
      state.move(w, to);
      return true;
    });
    if (!moved) return;
  }
}

/** Workloads of a host: first those whose going is enough, the smallest first; then the others, the most helpful first. */
function byHelp(state: State, host: number): readonly number[] {
  const { fill } = state.kernels;
  const ranked: { readonly workload: number; readonly excess: number; readonly size: number }[] = [];
  for (const workload of workloadsOn(state, host)) {
    const mark = state.mark();
    state.move(workload, -1);
    ranked.push({ workload, excess: fill.guidedExcess(host), size: sizeOf(state, workload) });
    state.undoTo(mark);
  }
  ranked.sort((a, b) => a.excess - b.excess || a.size - b.size || a.workload - b.workload);
  return ranked.map(({ workload }) => workload);
}

function workloadsOn(state: State, host: number): readonly number[] {
  const workloads: number[] = [];
  for (let w = state.first[host] as number; w >= 0; w = state.next[w] as number) workloads.push(w);
  return workloads;
}

/** What a workload needs, in the units in which breaches are weighed. */
function sizeOf({ kernels: { fill } }: State, workload: number): number {
  let size = 0;
  for (let r = 0; r < fill.resources; r++) size += (fill.need[workload * fill.resources + r] as number) * (fill.guide[r] as number);
  return size;
}

/** A host where a workload breaks nothing; one that gives nothing away if there is one, -1 when there is none at all. */
function cleanHost(state: State, random: Random, workload: number, gives: Uint8Array): number {
  const candidates = state.kernels.allow.candidatesOf(workload);
  const here = state.hostOf[workload] as number;
  const relief = state.weighMusts(workload, -1);
  if (relief >= -guideTolerance) return -1;
  let second = -1;
  const begin = candidates.length === 0 ? 0 : draw(random, candidates.length);
  for (let i = 0; i < candidates.length && i < scanMax; i++) {
    const host = candidates[(begin + i) % candidates.length] as number;
    if (host === here || (second >= 0 && gives[host] === 1)) continue;
    if (state.weighMusts(workload, host) > relief + guideTolerance) continue;
    if (gives[host] === 0) return host;
    second = host;
  }
  return second;
}
