import { describe, expect, it } from "vitest";
import { Outbox } from "../../../executor/agent/outbox.ts";
import type { Report } from "../../../executor/protocol.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import type { HostId, RunId } from "../../../model/ids.ts";

const small: Report = { kind: "heartbeat", host: "a" as HostId, incarnation: 1 };
const smallBytes = JSON.stringify(small).length;
const large = (n: number): Report => ({ kind: "application", host: "a" as HostId, run: `r${n}` as RunId, workload: "w" as never, application: "x".repeat(1000), because: null });
const all = { reports: 1000, bytes: 1_000_000 };

function filled(count: number, report: (n: number) => Report, limits = all): Outbox {
  const outbox = new Outbox(systemClock, limits);
  for (let n = 1; n <= count; n++) outbox.say(report(n));
  return outbox;
}

describe("an outbox", () => {
  it("gives what was said after a place, in order, so many and so large at once", async () => {
    const outbox = filled(10, () => small);
    const places = async (after: number, limits: typeof all): Promise<readonly number[]> => (await outbox.after(after, limits, 0)).map(({ sequence }) => sequence);
    expect(await places(7, all)).toEqual([8, 9, 10]);
    expect(await places(0, { ...all, reports: 3 })).toEqual([1, 2, 3]);
    expect(await places(3, { ...all, bytes: 2 * smallBytes })).toEqual([4, 5]);
    expect(await places(10, all)).toEqual([]);
  });

  it("gives one report that is larger than what goes at once", async () => {
    expect(await filled(3, large).after(1, { reports: 10, bytes: 100 }, 0)).toHaveLength(1);
  });

  it.each([["few large ones", large], ["many small ones", () => small]] as const)("forgets the oldest of %s, and never the last", async (_, report) => {
    const limits = { reports: 100, bytes: 20_000 };
    const outbox = filled(1000, report, limits);
    const kept = await outbox.after(0, { reports: 10_000, bytes: Infinity }, 0);
    expect(kept.at(-1)?.sequence).toBe(1000);
    expect(kept.length).toBeLessThanOrEqual(200);
    expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(2 * limits.bytes);
    expect(await filled(3, large, { reports: 1, bytes: 10 }).after(0, all, 0)).toHaveLength(1);
  });
});
