import { draw } from "./chooser.ts";
import type { MoveKind } from "./context.ts";

/** Two workloads change places; one that is nowhere takes the other's place. */
export const swap: MoveKind = {
  name: "swap",
  propose(context) {
    const { state, random } = context;
    const a = context.drawWorkload(400);
    const hostA = state.hostOf[a] as number;
    const hostB = context.drawHost(a);
    if (hostB < 0 || hostB === hostA) return;
    const population = state.population[hostB] as number;
    if (population === 0) return;
    let b = state.first[hostB] as number;
    for (let skip = draw(random, Math.min(population, 64)); skip > 0; skip--) b = state.next[b] as number;
    if (!context.isFree(b) || (hostA >= 0 && !state.mayEnter(b, hostA))) return;
    state.move(b, hostA);
    state.move(a, hostB);
  },
};
