import { counted } from "../../model/counted.ts";
import { Type, type Static } from "typebox";
import type { ConstraintKind, Part } from "../constraint.ts";
import { namesOf } from "../presence.ts";

const parameters = Type.Object({
  min: Type.Optional(Type.Integer({ minimum: 1, description: "At least so many instances of the group run." })),
  maxDown: Type.Optional(Type.Integer({ minimum: 0, description: "All instances of the group run but at most so many." })),
}, { additionalProperties: false });

interface Params {
  readonly members: Int32Array;
  /** Those that are to run in the end; the others may run or not. */
  readonly wanted: Int32Array;
  readonly need: number;
}

/** Enough instances serve at every instant of the plan. */
export const disruptionBudget: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "disruption-budget",
  meaning: "at each instant: |{w in group : w runs}| >= min(min, |group|), or >= |group| - maxDown",
  parameters,
  selectors: {},
  subject: "workloads",
  holds: { default: "continuously", allowed: ["continuously"] },
  monotone: false,

  faults({ raw }) {
    if ((raw.min === undefined) !== (raw.maxDown === undefined)) return [];
    return [{ parameter: "min", message: "disruption-budget takes exactly one of min and maxDown", advice: "Write min: 2 or maxDown: 1." }];
  },

  parts({ raw, groups, index }): readonly Part<Params>[] {
    return groups.flatMap(({ name, members }) => {
      const wanted = members.filter((w) => index.workloads[w]?.desired === "running");
      const need = raw.min === undefined ? wanted.length - (raw.maxDown ?? 0) : Math.min(raw.min, wanted.length);
      if (need <= 0) return [];
      return [{ params: { members, wanted, need }, subject: name === "" ? "group" : `group ${name}`, workloads: members, hosts: null }];
    });
  },

  check({ members, need }, instant) {
    const running = members.filter((w) => {
      const { host, activity } = instant.where(w);
      return host >= 0 && activity === "running";
    });
    if (running.length >= need) return [];
    const down = [...members].filter((w) => !running.includes(w));
    return [{ key: "instances that run", amount: need - running.length, workloads: down, hosts: [], value: running.length, limit: need }];
  },

  lower: ({ wanted, need }) => [{ kind: "linear", members: wanted, at: () => -1, hosts: null, on: () => 0, base: need, limit: 0 }],

  explain: (_, { workloads, value, limit }, index) => `${counted(value, "instance runs", "instances run")}, at least ${limit} must; down: ${namesOf(index, workloads)}`,
};
