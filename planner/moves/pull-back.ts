import { draw } from "./chooser.ts";
import type { MoveKind } from "./context.ts";

/** A displaced workload goes back to where it is now, sometimes with its whole group or all that left the same host. */
export const pullBack: MoveKind = {
  name: "pull back",
  propose(context) {
    const { state, random, groups } = context;
    const { current } = state.problem;
    const back = (w: number): void => {
      const home = current[w] as number;
      if (home >= 0 && state.hostOf[w] !== home && state.mayEnter(w, home)) state.move(w, home);
    };
    const kind = draw(random, 4);
    if (kind === 0 && groups.length > 0) {
      for (const w of groups[draw(random, groups.length)]?.members ?? []) back(w);
      return;
    }
    for (let i = 0; i < 8; i++) {
      const w = context.drawWorkload(0);
      if ((current[w] as number) < 0 || state.hostOf[w] === current[w]) continue;
      back(w);
      return;
    }
  },
};
