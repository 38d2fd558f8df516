import { draw, type Effort } from "./chooser.ts";
import type { MoveContext, MoveKind } from "./context.ts";

const populationMax = 48;
const effort: Effort = { scanMax: 64, goodMax: 24, blinkPermille: 30 };

/** Everybody on a host goes where it is best, so that the host may be switched off. */
export const emptyHost: MoveKind = {
  name: "empty host",
  propose(context) {
    const { state, chooser } = context;
    const host = hostInUse(context);
    if (host < 0) return;
    for (const w of contentOf(context, host)) {
      const next = chooser.choose(w, true, effort);
      state.move(w, next);
    }
  },
};

/** Two hosts change all that is on them: a cheap machine takes over from a dear one in one step. */
export const exchangeHosts: MoveKind = {
  name: "exchange hosts",
  propose(context) {
    const { state } = context;
    const one = hostInUse(context);
    if (one < 0) return;
    const fromOne = contentOf(context, one);
    const other = context.drawHost(fromOne[0] as number);
    if (other < 0 || other === one || (state.population[other] as number) > populationMax) return;
    const fromOther = contentOf(context, other);
    for (const w of fromOther) state.move(w, -1);
    for (const w of fromOne) state.move(w, state.mayEnter(w, other) ? other : -1);
    for (const w of fromOther) if (state.mayEnter(w, one)) state.move(w, one);
  },
};

/** A host takes in workloads of others for as long as nothing breaks. */
export const fillHost: MoveKind = {
  name: "fill host",
  propose(context) {
    const { state, random } = context;
    const host = draw(random, state.hostCount);
    const tries = 3 + draw(random, 10);
    for (let i = 0; i < tries; i++) {
      const w = context.drawWorkload(300);
      if (state.hostOf[w] === host || !state.mayEnter(w, host)) continue;
      if (state.weighMusts(w, host) > 0) continue;
      state.weighLevels();
      state.commit();
    }
  },
};

/** Everybody on two hosts is placed afresh, the largest fits found in another order each time. */
export const rebuildHosts: MoveKind = {
  name: "rebuild hosts",
  propose(context) {
    const { random } = context;
    const one = hostInUse(context);
    if (one < 0) return;
    const other = hostInUse(context);
    const content = contentOf(context, one);
    const both = other < 0 || other === one ? content : [...content, ...contentOf(context, other)];
    const order = Int32Array.from(random.shuffle(both));
    context.rebuild(order, Math.min(order.length, 24), effort);
  },
};

/** A few workloads, drawn anywhere, are placed afresh. */
export const rebuildSome: MoveKind = {
  name: "rebuild some",
  propose(context) {
    const count = 2 + draw(context.random, 4);
    const drawn = new Set<number>();
    for (let i = 0; i < count; i++) drawn.add(context.drawWorkload(600));
    const order = Int32Array.from(drawn);
    context.rebuild(order, order.length, { ...effort, blinkPermille: 120 });
  },
};

function hostInUse(context: MoveContext): number {
  const { state, random } = context;
  for (let i = 0; i < 8; i++) {
    const host = context.isNarrow ? (state.hostOf[context.drawWorkload(0)] as number) : draw(random, state.hostCount);
    if (host < 0) continue;
    const population = state.population[host] as number;
    if (population > 0 && population <= populationMax) return host;
  }
  return -1;
}

/** Those on a host that may move. */
function contentOf(context: MoveContext, host: number): number[] {
  const { state } = context;
  const content: number[] = [];
  for (let w = state.first[host] as number; w >= 0; w = state.next[w] as number) if (context.isFree(w)) content.push(w);
  return content;
}
