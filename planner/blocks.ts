import { guideTolerance } from "./moves/chooser.ts";
import { limitsOf } from "./price-bound.ts";
import type { State } from "./state.ts";

/** Hosts tried for one block. */
const triesMax = 32;

/** Workloads that leave one host and may go to the same ones. */
interface Block {
  readonly workloads: readonly number[];
  readonly size: number;
}

/**
 * Places everybody who leaves a host afresh: together with all others that leave it to one host where they leave the
 * least room, hosts that others leave first; one by one, the largest first, where no host takes a block. Full hosts then
 * change what they hold as a whole, which packs without gaps and can be ordered through one empty host. Nobody goes where
 * a must is broken; who finds no place is nowhere.
 */
export function placeInBlocks(state: State): void {
  const { problem: { current, wanted } } = state;
  const leavers = wanted.filter((w) => state.hostOf[w] !== current[w]);
  const isLeft = new Uint8Array(state.hostCount);
  for (const w of leavers) if ((current[w] as number) >= 0) isLeft[current[w] as number] = 1;
  for (const w of leavers) if ((state.hostOf[w] as number) >= 0) state.move(w, -1);
  const room = new Room(state);
  const rest: number[] = [];
  for (const block of blocksOf(state, leavers, room)) if (!place(state, block, isLeft, room)) rest.push(...block.workloads);
  rest.sort((a, b) => room.sizeOf(b) - room.sizeOf(a) || a - b);
  for (const w of rest) place(state, { workloads: [w], size: room.sizeOf(w) }, isLeft, room);
}

function blocksOf(state: State, leavers: Int32Array, room: Room): readonly Block[] {
  const { problem: { current }, kernels: { allow } } = state;
  const blocks = new Map<string, number[]>();
  for (const w of leavers) {
    const name = (current[w] as number) < 0 ? `new ${w}` : `${current[w]} ${allow.classOf[w]}`;
    const known = blocks.get(name);
    if (known === undefined) blocks.set(name, [w]);
    else known.push(w);
  }
  return [...blocks.values()]
    .map((workloads) => ({ workloads, size: workloads.reduce((sum, w) => sum + room.sizeOf(w), 0) }))
    .sort((a, b) => freedom(state, a) - freedom(state, b) || b.size - a.size || (a.workloads[0] as number) - (b.workloads[0] as number));
}

/** Those with one host to go to have no choice; all others are alike. */
function freedom({ kernels: { allow } }: State, { workloads }: Block): number {
  return allow.candidatesOf(workloads[0] as number).length === 1 ? 0 : 1;
}

/** Puts a block where it fits best without a broken must; false when it fits nowhere. */
function place(state: State, { workloads, size }: Block, isLeft: Uint8Array, room: Room): boolean {
  const [first = -1] = workloads;
  const refused = new Set<number>([state.problem.current[first] as number]);
  const mark = state.mark();
  const guide = state.guide;
  for (let tries = 0; tries < triesMax; tries++) {
    const host = bestFit(state.kernels.allow.candidatesOf(first), size, refused, isLeft, room);
    if (host < 0) return false;
    for (const w of workloads) state.move(w, host);
    if (state.guide <= guide + guideTolerance) return true;
    state.undoTo(mark);
    refused.add(host);
  }
  return false;
}

/** The host with the least room left for so much, those that others leave first; -1 when there is none. */
function bestFit(hosts: Int32Array, size: number, refused: ReadonlySet<number>, isLeft: Uint8Array, room: Room): number {
  let best = -1;
  let bestLeft = Infinity;
  for (const host of hosts) {
    const left = room.at(host) - size;
    if (left < 0 || (best >= 0 && (isLeft[host] as number) < (isLeft[best] as number)) || refused.has(host)) continue;
    if (best >= 0 && isLeft[host] === isLeft[best] && left >= bestLeft) continue;
    best = host;
    bestLeft = left;
  }
  return best;
}

/** Room by the resource that is scarcest in the whole fleet. */
class Room {
  readonly #state: State;
  readonly #resource: number;
  readonly #limits: Float64Array;

  constructor(state: State) {
    this.#state = state;
    const { resources } = state.kernels.fill;
    const limits = limitsOf(state);
    this.#resource = scarcest(state, limits);
    this.#limits = Float64Array.from({ length: resources === 0 ? 0 : state.hostCount }, (_, host) => limits[host * resources + this.#resource] as number);
  }

  sizeOf(workload: number): number {
    const { need, resources } = this.#state.kernels.fill;
    return resources === 0 ? 0 : (need[workload * resources + this.#resource] as number);
  }

  at(host: number): number {
    const { load, resources } = this.#state.kernels.fill;
    return resources === 0 ? Infinity : (this.#limits[host] as number) - (load[host * resources + this.#resource] as number);
  }
}

function scarcest({ kernels: { fill: { need, resources } } }: State, limits: Float64Array): number {
  const needed = new Float64Array(resources);
  const there = new Float64Array(resources);
  need.forEach((size, i) => { needed[i % resources] = (needed[i % resources] as number) + size; });
  limits.forEach((limit, cell) => { there[cell % resources] = (there[cell % resources] as number) + Math.max(0, limit); });
  const share = (r: number): number => (needed[r] as number) / Math.max(1, there[r] as number);
  return [...needed.keys()].reduce((most, r) => (share(r) > share(most) ? r : most), 0);
}
