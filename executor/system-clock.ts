import type { WallClock } from "../model/clock.ts";
import type { Alarm } from "./run.ts";

/** The clock of the machine, the only real one. */
export const systemClock: WallClock & Alarm = {
  nowMs: () => Math.floor(Number(process.hrtime.bigint() / 1_000_000n)),
  utcMs: () => Date.now(),
  after(delayMs, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, Math.ceil(delayMs)), 2_147_483_647));
    return () => clearTimeout(timer);
  },
};
