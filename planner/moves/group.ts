import { draw, guideTolerance, type Effort } from "./chooser.ts";
import type { MoveContext, MoveKind } from "./context.ts";

const effort: Effort = { scanMax: 64, goodMax: 24, blinkPermille: 60 };
const hostsTried = 12;

/** A group that a rule ties together is taken up and placed afresh, member by member. */
export const rebuildGroup: MoveKind = {
  name: "rebuild group",
  propose(context) {
    const { groups, random } = context;
    if (groups.length === 0) return;
    const { members } = groups[draw(random, groups.length)] as MoveContext["groups"][number];
    const order = random.shuffle(members.slice());
    context.rebuild(order, Math.min(order.length, 16), effort);
  },
};

/** A whole group goes to one domain, e.g. to another rack. */
export const groupToDomain: MoveKind = {
  name: "group to domain",
  propose(context) {
    const { groups, random, state } = context;
    if (groups.length === 0) return;
    const group = groups[draw(random, groups.length)] as MoveContext["groups"][number];
    const anchor = context.drawHost(group.members[draw(random, group.members.length)] as number);
    if (anchor < 0) return;
    const hosts = group.hostsOf[group.domainOfHost[anchor] as number];
    if (hosts === undefined || hosts.length === 0) return;
    for (const w of group.members) if ((state.hostOf[w] as number) >= 0) state.move(w, -1);
    for (const w of group.members) {
      const host = bestInside(context, w, hosts);
      if (host >= 0) state.move(w, host);
    }
  },
};

/** The host, of some of a domain, that breaks least and is cheapest at the first level that differs. */
function bestInside({ state, random }: MoveContext, workload: number, hosts: Int32Array): number {
  let best = -1;
  let bestGuide = Infinity;
  let bestCost = Infinity;
  const start = draw(random, hosts.length);
  for (let i = 0; i < hosts.length && i < hostsTried; i++) {
    const host = hosts[(start + i) % hosts.length] as number;
    if (!state.mayEnter(workload, host)) continue;
    const guide = state.weighMusts(workload, host);
    if (guide > bestGuide + guideTolerance) continue;
    state.weighLevels();
    const cost = firstDifference(state.change);
    if (guide > bestGuide - guideTolerance && cost >= bestCost) continue;
    best = host;
    bestGuide = guide;
    bestCost = cost;
  }
  return best;
}

/** The first level of objectives that changes at all. */
function firstDifference(change: Float64Array): number {
  for (let level = 2; level < change.length; level++) if (change[level] !== 0) return change[level] as number;
  return 0;
}
