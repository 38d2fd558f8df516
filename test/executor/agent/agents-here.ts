import { webcrypto } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { credentialsPath, HttpsAgents, openConfiguredAgent } from "../../../executor/agent/index.ts";
import { approve, defaultApprovalRule, defaultRunSettings, execute, FileJournal, summaryOf, systemClock, termsOf, type RunSettings, type RunState } from "../../../executor/index.ts";
import type { Inventory, Report } from "../../../executor/protocol.ts";
import { Authority, RevokedSerials, saveCredentials } from "../../../executor/trust/index.ts";
import type { Fleet } from "../../../model/fleet.ts";
import type { HostId, RunId } from "../../../model/ids.ts";
import type { Action } from "../../../model/plan.ts";
import { schedule } from "../../../planner/schedule.ts";
import { verifyPlan } from "../../../policies/index.ts";
import { planOf } from "../../planner/schedule/plan-of.ts";
import { given, targetOf } from "../../planner/schedule/small-fleet.ts";
import { freePort } from "./free-port.ts";

/** Agents of several hosts, all in this process, with certificates, and an executor's way to them. */
export interface AgentsHere {
  readonly folder: string;
  readonly reports: Report[];
  readonly notes: string[];
  /** Plans, approves and executes what brings these workloads to these hosts; throws when anything is left undone. */
  carryOut(fleet: Fleet, moves: Readonly<Record<string, string | null>>, settings?: Partial<RunSettings>): Promise<readonly Action[]>;
  inventory(host: string): Promise<Inventory>;
}

/** `layersOf`: the section `layers` of the configuration of a host's agent; `atEnd`: what is told how everything ends, the last first. */
export async function agentsHere(
  hosts: readonly string[], layersOf: (host: string, folder: string) => Readonly<Record<string, unknown>>, atEnd: (end: () => Promise<void> | void) => void = onTestFinished,
): Promise<AgentsHere> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-agents-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const means = { clock: systemClock, crypto: webcrypto };
  const { authority } = await Authority.create(join(folder, "authority"), "test fleet", means);
  if (authority === null) throw new Error("there is no authority");
  const [reports, notes]: [Report[], string[]] = [[], []];
  const ports = new Map<string, number>();
  for (const host of hosts) ports.set(host, await freePort());
  const peers = [...ports].map(([host, port]) => ({ host, address: "127.0.0.1", port }));
  for (const { host, address, port } of peers) {
    const own = join(folder, `${host}.agent`);
    await mkdir(own, { mode: 0o700 });
    await saveCredentials(credentialsPath(own), await authority.certify({ role: "agent", name: host }));
    const { agent, diagnostics } = await openConfiguredAgent({ apiVersion: "stowage/v1", kind: "agent", host, folder: own, listen: { address, port }, peers, layers: layersOf(host, folder) }, { means, clock: systemClock, note: (words) => notes.push(`${host}: ${words}`) });
    if (agent === null) throw new Error(JSON.stringify(diagnostics));
    atEnd(() => agent.close());
  }

  let run: { readonly take: (report: Report) => void } = { take: () => {} };
  const mine = await authority.certify({ role: "executor", name: "alice" });
  const agents = new HttpsAgents({
    credentials: mine, revoked: new RevokedSerials(means, authority.certificatePem), clock: systemClock, waitMs: 500, note: (words) => notes.push(words),
    take: (report) => {
      reports.push(report);
      run.take(report);
    },
    whereIs: ({ host }) => ({ address: "127.0.0.1", port: ports.get(host) ?? 0 }),
  });
  atEnd(() => agents.close());
  for (const host of hosts) agents.listenTo({ host: host as HostId, role: "agent" });

  let runs = 0;
  return {
    folder, reports, notes,
    async carryOut(fleet, moves, settings = {}) {
      runs++;
      const world = await given(fleet);
      const { index, constraints } = world;
      const target = targetOf(world, { ...moves });
      const plan = planOf(world, schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false }), target);
      const { approved, diagnostics } = approve({
        plan, verification: verifyPlan({ index, constraints, plan, startsAtMs: null }), author: "anna", rule: defaultApprovalRule, nowMs: 1,
        approvals: [{ by: { name: "bruno", roles: [] }, digest: plan.digest, comment: "", givenAtMs: 0 }],
      });
      if (approved === null) throw new Error(JSON.stringify(diagnostics));
      const { journal } = await FileJournal.open(join(folder, `run-${runs}.journal`));
      if (journal === null) throw new Error("there is no journal");
      const terms = termsOf(index, constraints, { ...defaultRunSettings, askEveryMs: 2000, retryMs: 200, ...settings });
      const running = await execute(approved, terms, { clock: systemClock, journal, agents }, { run: `run-${runs}` as RunId, epoch: runs });
      run = { take: (report) => running.take({ kind: "report", report }) };
      const state: RunState = await running.untilAtRest();
      await journal.close();
      const summary = summaryOf(state);
      if (summary.status !== "ended" || summary.done !== plan.actions.length) throw new Error(JSON.stringify({ summary, reports: reports.slice(-10), notes }));
      return plan.actions.map(({ action }) => action);
    },
    async inventory(host) {
      const from = reports.length;
      for (let tries = 0; tries < 300; tries++) {
        if (tries % 20 === 0) agents.send({ to: { host: host as HostId, role: "agent" }, command: { kind: "takeInventory", epoch: 1_000_000, run: "look" as RunId } });
        const found = reports.slice(from).find((report) => report.kind === "inventory" && report.host === host);
        if (found?.kind === "inventory") return found.inventory;
        await new Promise((resolve) => { setTimeout(resolve, 100); });
      }
      throw new Error(`${host} sends no inventory: ${JSON.stringify(notes)}`);
    },
  };
}
