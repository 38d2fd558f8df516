import { expect } from "vitest";
import type { Command, Expectation, Report } from "../../../executor/protocol.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../model/ids.ts";
import type { Action } from "../../../model/plan.ts";
import { Random } from "../../../model/random.ts";
import type { TwoHosts } from "./two-hosts.ts";

type Perform = Extract<Command, { readonly kind: "perform" }>;

const web = "web" as WorkloadId;
const [a, b] = ["a" as HostId, "b" as HostId];
let actions = 0;

function perform(layer: string, work: Action, expects: Expectation): Perform {
  actions++;
  return { kind: "perform", run: "run-1" as RunId, action: `action-${actions}` as ActionId, attempt: 1, epoch: 1, work, expects, deadlineMs: 60_000, layer };
}

function endOf({ action }: Perform): (report: Report) => boolean {
  return (report) => (report.kind === "done" || report.kind === "failed" || report.kind === "void") && report.action === action;
}

/**
 * Starts the workload web of a layer on a, moves it to b and lets it go on a, with the agents killed in the middle of it all;
 * what has not been done is sent anew. `running` says on how many hosts it runs: never on more than one.
 */
export async function movesThoughAgentsAreKilled(hosts: TwoHosts, layer: string, running: () => Promise<number>, seed: number): Promise<void> {
  const random = new Random(seed);
  const steps: readonly (readonly [string, Action, Expectation, readonly (string | null)[]])[] = [
    ["a", { kind: "start", workload: web, host: a }, "absent", ["a", null]],
    ["a", { kind: "stop", workload: web, host: a }, "running", ["a", null]],
    ["a", { kind: "transfer", workload: web, from: a, to: b }, "stopped", ["a", "b", "b", null]],
    ["b", { kind: "start", workload: web, host: b }, "stopped", ["b", null]],
    ["a", { kind: "deleteSource", workload: web, host: a }, "stopped", [null]],
  ];
  for (const [host, work, expects, victims] of steps) {
    for (const victim of victims) {
      const command = perform(layer, work, expects);
      hosts.send(host, command);
      if (victim !== null) {
        await new Promise((resolve) => { setTimeout(resolve, random.below(600)); });
        await hosts.kill(victim);
        expect(await running()).toBeLessThanOrEqual(1);
        await hosts.start(victim);
      }
      const { run, action, attempt } = command;
      const end = await hosts.until(host, { kind: "settle", epoch: 1, run, action, attempt }, endOf(command));
      expect(await running()).toBeLessThanOrEqual(1);
      if (end.kind === "done") break;
      if (victim === null) expect(end).toMatchObject({ kind: "done" });
    }
  }
  expect(await running()).toBe(1);
}
