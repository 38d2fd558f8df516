import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { folderName } from "../../../executor/agent/place.ts";
import type { Report } from "../../../executor/protocol.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../model/ids.ts";
import type { TwoHosts } from "./two-hosts.ts";

const a = "a" as HostId;
let actions = 0;

/** A new workload of a layer is started on host a, whose agent is killed once `isTime` has come; null lets it live. */
export async function startNew(hosts: TwoHosts, layer: string, workload: WorkloadId, isTime: (() => Promise<void>) | null): Promise<Report> {
  actions++;
  const attempt = { run: "run-1" as RunId, action: `start-${actions}` as ActionId, attempt: 1, epoch: 1 };
  hosts.send(a, { kind: "perform", ...attempt, work: { kind: "start", workload, host: a }, expects: "absent", deadlineMs: 60_000, layer });
  if (isTime !== null) {
    await isTime();
    await hosts.kill(a);
    await hosts.start(a);
  }
  return hosts.until(a, { kind: "settle", ...attempt }, (report) => (report.kind === "done" || report.kind === "failed" || report.kind === "void") && report.action === attempt.action);
}

/** The agent is killed while it copies the files of a new workload from `data`, a folder of the workload's template: nothing is left in the way of the next start. */
export async function startsThoughKilledAtItsFiles(hosts: TwoHosts, layer: string, workload: WorkloadId, data: string): Promise<void> {
  for (let file = 0; file < 1500; file++) await writeFile(join(data, `file-${file}`), "");
  const incoming = join(hosts.folder, a, "incoming", folderName(workload));
  const isThere = (): Promise<boolean> => access(incoming).then(() => true, () => false);
  const first = await startNew(hosts, layer, workload, async () => {
    while (!await isThere()) await wait(1);
  });
  expect({ first, isThere: await isThere() }).toMatchObject({ first: { kind: "failed", found: "absent" }, isThere: false });
  expect(await startNew(hosts, layer, workload, null)).toMatchObject({ kind: "done" });
}
