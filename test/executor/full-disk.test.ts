import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

/** Appends until the file may not grow any more, and tells how many entries were said to be kept, and how many are there. */
const programs = {
  "an execution's journal": `
    import { FileJournal } from "./executor/file-journal.ts";
    import { beginning } from "./executor/journal.ts";
    const { journal } = await FileJournal.open(process.argv[1]);
    let last = beginning, kept = 0;
    const event = (n) => ({ at: { nowMs: 1, utcMs: 2 }, kind: "dispatched", action: "a" + n, attempt: 1 });
    try { for (; kept < 200; kept++) last = (await journal.append(last, [event(kept)])).at(-1).hash; } catch {}
    await journal.close();
    const again = await FileJournal.open(process.argv[1]);
    console.log(JSON.stringify([kept, (await again.journal.read()).length]));`,
  "an agent's log": `
    import { AgentLog } from "./executor/agent/agent-log.ts";
    const { log } = await AgentLog.open(process.argv[1]);
    let kept = 0;
    try { for (; kept < 200; kept++) await log.append({ kind: "void", attempt: { run: "run", action: "a" + kept, attempt: 1 } }); } catch {}
    await log.close();
    console.log(JSON.stringify([kept, (await AgentLog.open(process.argv[1])).entries.length]));`,
};

it.each(Object.entries(programs))("%s keeps what it has said to be kept, also when its file cannot grow in the middle of an entry", async (_, program) => {
  const folder = await mkdtemp(join(tmpdir(), "stowage-full-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const words = ["--import", "tsx", "--input-type=module", "--eval", program, join(folder, "log")];
  const said = await new Promise<string>((resolve, reject) => {
    execFile("/bin/sh", ["-c", 'ulimit -f 8 && exec "$0" "$@"', process.execPath, ...words], (error, out) => (error === null ? resolve(out) : reject(error)));
  });
  const [kept = 0, there] = JSON.parse(said) as readonly number[];
  expect(kept).toBeGreaterThan(5);
  expect(kept).toBeLessThan(200);
  expect(there).toBe(kept);
});
