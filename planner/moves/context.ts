import type { Random } from "../../model/random.ts";
import type { State } from "../state.ts";
import { Chooser, draw, type Effort } from "./chooser.ts";
import { movableGroups, type MovableGroup } from "./groups.ts";

/** What all moves draw from. */
export class MoveContext {
  readonly state: State;
  readonly random: Random;
  readonly chooser: Chooser;
  groups: readonly MovableGroup[];
  /** Whom moves are about: all that are wanted, until `narrow` leaves some out. */
  wanted: Int32Array;
  /** See `focusOf`; renewed by the search now and then. */
  focus: Int32Array = new Int32Array(0);
  #isFree: Uint8Array | null = null;

  constructor(state: State, random: Random) {
    this.state = state;
    this.random = random;
    this.chooser = new Chooser(state, random);
    this.groups = movableGroups(state.kernels, state.problem);
    this.wanted = state.problem.wanted;
  }

  /** From here on only these move. */
  narrow(free: Int32Array): void {
    const isFree = new Uint8Array(this.state.workloadCount);
    for (const w of free) isFree[w] = 1;
    this.#isFree = isFree;
    this.wanted = free;
    this.focus = new Int32Array(0);
    this.groups = this.groups.map((group) => ({ ...group, members: group.members.filter((w) => isFree[w] === 1) })).filter(({ members }) => members.length > 1);
  }

  get isNarrow(): boolean {
    return this.#isFree !== null;
  }

  isFree(workload: number): boolean {
    return this.#isFree === null || this.#isFree[workload] === 1;
  }

  /** A workload: one of the focus in `focusPermille` of a thousand draws when there is one. */
  drawWorkload(focusPermille: number): number {
    const { focus, random, wanted } = this;
    if (focus.length > 0 && draw(random, 1000) < focusPermille) return focus[draw(random, focus.length)] as number;
    return wanted[draw(random, wanted.length)] as number;
  }

  /** A host that the workload is allowed on; seldom any host at all, for musts that contradict each other; -1 for none. */
  drawHost(workload: number): number {
    const { random, state } = this;
    const candidates = state.kernels.allow.candidatesOf(workload);
    if (candidates.length > 0 && draw(random, 1000) >= 15) return candidates[draw(random, candidates.length)] as number;
    const host = draw(random, state.hostCount);
    return state.mayEnter(workload, host) ? host : -1;
  }

  /** Takes workloads off their hosts and puts them back one after the other, each where it is best. */
  rebuild(workloads: Int32Array, count: number, effort: Effort): void {
    const { state, chooser } = this;
    for (let i = 0; i < count; i++) {
      const workload = workloads[i] as number;
      if ((state.hostOf[workload] as number) >= 0) state.move(workload, -1);
    }
    for (let i = 0; i < count; i++) {
      const workload = workloads[i] as number;
      const host = chooser.choose(workload, false, effort);
      if (host >= 0) state.move(workload, host);
    }
  }
}

/** One kind of move: changes the state, or leaves it as it is when the draw gave nothing. Accepted or undone by the search. */
export interface MoveKind {
  readonly name: string;
  propose(context: MoveContext): void;
}
