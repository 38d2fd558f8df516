import { describe, expect, it } from "vitest";
import type { Step } from "../../reports/index.ts";
import { standstillMs } from "../../reports/index.ts";
import { actionsOf } from "../executor/a-run.ts";

/** `stop w h1 5 10`: an action in a few words, from when to when. */
const steps = (...lines: readonly string[]): readonly Step[] => lines.map((line) => {
  const words = line.split(" ");
  const [endedMs, beganMs] = [Number(words.pop()), Number(words.pop())];
  const [planned] = actionsOf(`a: ${words.join(" ")}`);
  if (planned === undefined) throw new Error(`${line} is no step`);
  return { action: planned.action, beganMs, endedMs };
});

describe("workloads stand still", () => {
  it.each([
    { of: "one that is carried, all the way from its stop to its start", lines: ["stop w h1 0 5", "transfer w h1 h2 5 40", "start w h2 40 50", "deleteSource w h1 50 51"], is: 50 },
    { of: "one that waits before it is carried and before it is started", lines: ["stop w h1 10 15", "transfer w h1 h2 30 60", "start w h2 80 90"], is: 80 },
    { of: "two at the same time, each for itself", lines: ["stop v h1 0 5", "stop w h1 2 7", "start w h2 10 12", "start v h2 20 30"], is: 30 + 10 },
    { of: "one that is moved twice", lines: ["stop w h1 0 5", "start w h2 10 20", "stop w h2 40 45", "start w h1 50 60"], is: 20 + 20 },
    { of: "one that is to run and is left stopped, to the end", lines: ["stop w h1 10 15"], is: 90 },
    { of: "one that is not to run, never", lines: ["stop idle h1 10 15", "transfer idle h1 h2 15 30"], is: 0 },
    { of: "one that moves live, as far as steps say", lines: ["migrate w h1 h2 0 60"], is: 0 },
    { of: "one that did not run before", lines: ["transfer w h1 h2 0 30", "start w h2 30 40"], is: 0 },
    { of: "nobody where nothing is done", lines: [], is: 0 },
    { of: "one whose steps come in another order", lines: ["start w h2 40 50", "stop w h1 0 5"], is: 50 },
  ])("$of", ({ lines, is }) => expect(standstillMs(steps(...lines), 100, (workload) => workload !== "idle")).toBe(is));
});
