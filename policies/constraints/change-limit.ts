import { Type, type Static } from "typebox";
import { counted } from "../../model/counted.ts";
import type { Workload } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import { currentHosts, type FleetIndex } from "../../model/snapshot.ts";
import type { ConstraintKind, Part, Violation } from "../constraint.ts";
import { isMove } from "../plan-actions.ts";

const parameters = Type.Object({
  moves: Type.Optional(Type.Integer({ minimum: 0, description: "At most so many moves in a plan." })),
  dataMiB: Type.Optional(Type.Integer({ minimum: 0, description: "At most so many MiB of data and memory carried by the moves of a plan." })),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  readonly counts: "moves" | "dataMiB";
  readonly atMost: number;
}

/** A plan changes only so much. New workloads do not count: nothing of them is moved. */
export const changeLimit: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "change-limit",
  meaning: "for each plan: |{moves of selected w}| <= moves; sum over them of data(w) + memory(w) <= dataMiB",
  parameters,
  selectors: {},
  subject: "plan",
  holds: { default: "at-end", allowed: ["at-end"] },
  monotone: false,

  faults({ raw }) {
    if (raw.moves !== undefined || raw.dataMiB !== undefined) return [];
    return [{ parameter: "moves", message: "change-limit without any limit says nothing", advice: "Give moves, dataMiB or both." }];
  },

  parts({ raw, workloads }): readonly Part<Params>[] {
    return (["moves", "dataMiB"] as const).flatMap((counts) => {
      const atMost = raw[counts];
      return atMost === undefined ? [] : [{ params: { members: workloads, counts, atMost }, subject: counts, workloads, hosts: null }];
    });
  },

  check({ members, counts, atMost }, instant) {
    const { index } = instant;
    const before = currentHosts(index);
    const moved = [...members].filter((w) => (before[w] ?? -1) >= 0 && ![-1, before[w]].includes(instant.where(w).host));
    return exceeding(counts, moved, index, atMost);
  },

  /** Every move counts, also a detour through a third host. */
  checkPlan({ members, counts, atMost }, { index, actions }) {
    const counted = new Set(members);
    const moved = actions.flatMap(({ action }) => (isMove(action) ? [index.workloadIndex.get(action.workload) ?? -1] : []));
    return exceeding(counts, moved.filter((w) => counted.has(w)), index, atMost);
  },

  lower({ members, counts, atMost }, index) {
    const before = currentHosts(index);
    return [{
      kind: "linear", members, hosts: null, on: () => 0, base: 0, limit: atMost,
      at: (w, h) => ((before[w] ?? -1) < 0 || before[w] === h ? 0 : weightOf(counts, index.workloads[w])),
    }];
  },

  explain: ({ counts }, { value, limit }) =>
    counts === "moves" ? `the plan makes ${counted(value, "move")}, at most ${limit} are allowed` : `the plan carries ${value} MiB, at most ${limit} MiB are allowed`,
};

function exceeding(counts: Params["counts"], moved: readonly number[], index: FleetIndex, limit: number): readonly Violation[] {
  const value = moved.reduce((sum, w) => sum + weightOf(counts, index.workloads[w]), 0);
  if (value <= limit) return [];
  return [{ key: counts, amount: value - limit, workloads: [...new Set(moved)].sort((a, b) => a - b), hosts: [], value, limit }];
}

function weightOf(counts: Params["counts"], workload: Workload | undefined): number {
  if (counts === "moves") return 1;
  return workload === undefined ? 0 : workload.dataMiB + amountOf(workload.reservation, "memoryMiB");
}
