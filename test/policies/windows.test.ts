import * as fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { nextStart, weekdays, windowAllows, type WeeklyWindow, type WindowParams } from "../../policies/windows.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const night: WeeklyWindow = { from: "22:00", to: "06:00" };

function times(zone: string, allow: readonly WeeklyWindow[], deny: readonly WeeklyWindow[] = []): WindowParams {
  return { zone, allow, deny };
}

describe("a window", () => {
  it.each<[string, WindowParams, string, number, string | null]>([
    ["opens on the same evening", times("Europe/Paris", [night]), "2026-11-20T12:00:00Z", hourMs, "2026-11-20T21:00:00.000Z"],
    ["is open past midnight", times("Europe/Paris", [night]), "2026-11-20T02:00:00Z", hourMs, "2026-11-20T02:00:00.000Z"],
    ["is left to the next one when too little of it remains", times("Europe/Paris", [night]), "2026-11-20T04:30:00Z", hourMs, "2026-11-20T21:00:00.000Z"],
    ["never opens for what is longer than it", times("Europe/Paris", [night]), "2026-11-20T04:30:00Z", 10 * hourMs, null],
    ["belongs to the day on which it opens", times("UTC", [{ ...night, days: ["fri"] }]), "2026-11-21T01:00:00Z", hourMs, "2026-11-21T01:00:00.000Z"],
    ["stays shut on other days", times("UTC", [{ ...night, days: ["fri"] }]), "2026-11-21T22:30:00Z", hourMs, "2026-11-27T22:00:00.000Z"],
    ["reaches to midnight", times("UTC", [{ from: "20:00", to: "24:00" }]), "2026-11-21T21:00:00Z", 3 * hourMs, "2026-11-21T21:00:00.000Z"],
    ["joins the next when they touch", times("UTC", [{ from: "20:00", to: "24:00" }, { from: "00:00", to: "04:00" }]), "2026-11-21T21:00:00Z", 7 * hourMs, "2026-11-21T21:00:00.000Z"],
    ["is beaten by what is denied", times("UTC", [night], [{ from: "23:00", to: "01:00" }]), "2026-11-21T22:30:00Z", hourMs, "2026-11-22T01:00:00.000Z"],
    ["lets everything through that is not denied", times("UTC", [], [{ from: "09:00", to: "17:00", days: ["mon"] }]), "2026-11-23T10:00:00Z", hourMs, "2026-11-23T17:00:00.000Z"],
    ["counts only between its dates", times("UTC", [{ ...night, firstDate: "2026-12-01", lastDate: "2026-12-02" }]), "2026-11-20T23:00:00Z", hourMs, "2026-12-01T22:00:00.000Z"],
    ["closes for good after its last date", times("UTC", [{ ...night, lastDate: "2026-11-01" }]), "2026-11-20T23:00:00Z", hourMs, null],
    ["is an hour shorter when clocks go forward", times("Europe/Paris", [{ from: "01:00", to: "05:00" }]), "2026-03-28T23:00:00Z", 3 * hourMs, "2026-03-29T00:00:00.000Z"],
    ["has no room for four hours in that night", times("Europe/Paris", [{ from: "01:00", to: "05:00", lastDate: "2026-03-29" }]), "2026-03-28T23:00:00Z", 4 * hourMs, null],
    ["is an hour longer when clocks go back", times("Europe/Paris", [{ from: "01:00", to: "05:00", lastDate: "2026-10-25" }]), "2026-10-24T22:00:00Z", 5 * hourMs, "2026-10-24T23:00:00.000Z"],
    ["moves past a local time that clocks skip", times("Europe/Paris", [{ from: "02:30", to: "05:00" }]), "2026-03-28T23:00:00Z", hourMs, "2026-03-29T01:30:00.000Z"],
    ["keeps to the half hours of its zone", times("Asia/Kolkata", [night]), "2026-11-20T12:00:00Z", hourMs, "2026-11-20T16:30:00.000Z"],
  ])("%s", (_, params, from, durationMs, opens) => {
    const found = nextStart(params, Date.parse(from), durationMs);
    expect(found === null ? null : DateTime.fromMillis(found, { zone: "UTC" }).toISO()).toBe(opens);
  });

  const weekly = fc.record({
    days: fc.subarray([...weekdays], { minLength: 1 }),
    from: fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, "0")}:30`),
    to: fc.integer({ min: 0, max: 24 }).map((hour) => `${String(hour).padStart(2, "0")}:00`),
  });
  const arbitraryTimes = fc.record({
    zone: fc.constantFrom("UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"), allow: fc.array(weekly, { maxLength: 2 }), deny: fc.array(weekly, { maxLength: 2 }),
  });

  it("opens at the first minute at which it allows what is to be done", () => {
    const cases = fc.record({ params: arbitraryTimes, fromMs: fc.integer({ min: 0, max: 60_000 }).map((minutes) => Date.parse("2026-03-01T00:00:00Z") + minutes * 15 * minuteMs), hours: fc.integer({ min: 1, max: 6 }) });
    fc.assert(fc.property(cases, ({ params, fromMs, hours }) => {
      const opens = nextStart(params, fromMs, hours * hourMs);
      const limitMs = Math.min(opens ?? Infinity, fromMs + 15 * 24 * hourMs);
      for (let ms = fromMs; ms < limitMs; ms += 30 * minuteMs) expect(windowAllows(params, ms, ms + hours * hourMs)).toBe(false);
      if (opens !== null) expect(windowAllows(params, opens, opens + hours * hourMs)).toBe(true);
    }), { seed: 31, numRuns: 25 });
  });

  it("allows a stretch only when it allows every minute of it by the clock on the wall", () => {
    const cases = fc.record({ params: arbitraryTimes, fromMs: fc.integer({ min: 0, max: 30_000 }).map((quarters) => Date.parse("2026-03-01T00:00:00Z") + quarters * 15 * minuteMs) });
    fc.assert(fc.property(cases, ({ params, fromMs }) => {
      const skips = Math.abs(DateTime.fromMillis(fromMs, { zone: params.zone }).offset - DateTime.fromMillis(fromMs + 24 * hourMs, { zone: params.zone }).offset);
      fc.pre(skips === 0 && DateTime.fromMillis(fromMs - 24 * hourMs, { zone: params.zone }).offset === DateTime.fromMillis(fromMs, { zone: params.zone }).offset);
      const inside = (window: WeeklyWindow): boolean => [0, 1].some((daysAgo) => {
        const now = DateTime.fromMillis(fromMs, { zone: params.zone });
        const day = now.minus({ days: daysAgo });
        const minutes = now.hour * 60 + now.minute + daysAgo * 1440;
        const [start = 0, end = 0] = [window.from, window.to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
        const name = weekdays[day.weekday - 1];
        return name !== undefined && (window.days ?? weekdays).includes(name) && start <= minutes && minutes < (end > start ? end : end + 1440);
      });
      const open = (params.allow.length === 0 || params.allow.some(inside)) && !params.deny.some(inside);
      expect(windowAllows(params, fromMs, fromMs + 1)).toBe(open);
    }), { seed: 32, numRuns: 80 });
  });
});
