import { Type, type Static } from "typebox";
import { durationWords } from "../../model/duration.ts";
import type { ConstraintKind, Part } from "../constraint.ts";
import { workloadOf } from "../plan-actions.ts";
import { isZone, nextStart, weekdays, windowAllows, type WindowParams } from "../windows.ts";

const timePattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$";
const datePattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

/** What the patterns of a window ask for, in the words of a message. */
export const windowPatterns: Readonly<Record<string, string>> = {
  [timePattern]: "must be a time of day from 00:00 to 24:00, such as 22:30",
  [datePattern]: "must be a date such as 2026-12-24",
};

const time = Type.String({ pattern: timePattern, description: "Local time, e.g. 22:00." });
const date = Type.String({ pattern: datePattern, description: "Local date, e.g. 2026-12-24." });
const weeklyWindow = Type.Object({
  days: Type.Optional(Type.Array(Type.Union(weekdays.map((day) => Type.Literal(day))), { minItems: 1, description: "Days on which it opens; every day when absent." })),
  from: time,
  to: time,
  firstDate: Type.Optional(date),
  lastDate: Type.Optional(date),
}, { additionalProperties: false });

const parameters = Type.Object({
  zone: Type.Optional(Type.String({ minLength: 1, description: "IANA zone of all times, e.g. Europe/Berlin; UTC when absent." })),
  allow: Type.Optional(Type.Array(weeklyWindow, { minItems: 1, description: "Moves only inside one of these; always when absent." })),
  deny: Type.Optional(Type.Array(weeklyWindow, { minItems: 1, description: "No moves inside any of these, whatever is allowed." })),
}, { additionalProperties: false });

interface Params {
  readonly workloads: Int32Array;
  readonly times: WindowParams;
}

/** Actions on the selected workloads are under way only inside time windows. What is denied beats what is allowed. */
export const window: ConstraintKind<Static<typeof parameters>, Params> = {
  name: "window",
  meaning: "for each action on a selected w: [start, end] inside one window of allow and outside all of deny, at local time in zone",
  parameters,
  selectors: {},
  subject: "plan",
  holds: { default: "continuously", allowed: ["continuously"] },
  monotone: true,
  aboutTheWay: true,

  faults({ raw }) {
    if (raw.allow === undefined && raw.deny === undefined) {
      return [{ parameter: "allow", message: "a window without allow and deny says nothing", advice: "Give allow, deny or both." }];
    }
    const { zone = "UTC" } = raw;
    const backwards = (["allow", "deny"] as const).flatMap((parameter) => (raw[parameter] ?? [])
      .filter(({ firstDate, lastDate }) => (firstDate ?? "") > (lastDate ?? "9999"))
      .map(({ firstDate, lastDate }) => ({ parameter, message: `a window ends on ${lastDate}, before it begins on ${firstDate}`, advice: "Swap firstDate and lastDate." })));
    return [...isZone(zone) ? [] : [{ parameter: "zone", message: `zone "${zone}" is not an IANA zone`, advice: "Write it like Europe/Berlin or UTC." }], ...backwards];
  },

  parts({ raw, workloads }): readonly Part<Params>[] {
    const times = { zone: raw.zone ?? "UTC", allow: raw.allow ?? [], deny: raw.deny ?? [] };
    return [{ params: { workloads, times }, subject: "plan", workloads, hosts: null }];
  },

  check: () => [],

  checkPlan({ workloads, times }, { index, actions, startsAtMs }) {
    const selected = new Set(workloads);
    return actions.flatMap(({ id, action, startMs, endMs }) => {
      const name = workloadOf(action);
      const w = name === null ? -1 : (index.workloadIndex.get(name) ?? -1);
      if (!selected.has(w)) return [];
      if (startsAtMs !== null && windowAllows(times, startsAtMs + startMs, startsAtMs + endMs)) return [];
      const opens = startsAtMs === null ? null : nextStart(times, startsAtMs + startMs, endMs - startMs);
      return [{ key: `action ${id}`, amount: 1, workloads: [w], hosts: [], value: (startsAtMs ?? 0) + startMs, limit: opens ?? -1 }];
    });
  },

  lower: () => [],

  explain: (_, { key, value, limit, workloads }, index) =>
    `${key} on ${index.workloads[workloads[0] ?? -1]?.id} is under way outside the window, ${limit < 0 ? "which never opens for so long" : `which opens ${durationWords(limit - value)} later`}`,
};
