import { createServer } from "node:https";
import { webcrypto } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { agentServer } from "../../../executor/agent/agent-server.ts";
import { HttpsAgents } from "../../../executor/agent/index.ts";
import { Outbox } from "../../../executor/agent/outbox.ts";
import type { Report } from "../../../executor/protocol.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import { RevokedSerials, serverTls } from "../../../executor/trust/index.ts";
import type { HostId, RunId, WorkloadId } from "../../../model/ids.ts";
import { listening, newAuthority } from "../trust/trusted.ts";

const a = "a" as HostId;

interface Line {
  readonly agents: HttpsAgents;
  readonly asked: string[];
  readonly reports: Report[];
  readonly notes: string[];
}

type Fleet = Awaited<ReturnType<typeof newAuthority>>["authority"];

/** An executor's way to whoever listens on a port as host a. */
async function wayTo(authority: Fleet, port: number): Promise<Omit<Line, "asked">> {
  const [notes, reports]: [string[], Report[]] = [[], []];
  const agents = new HttpsAgents({
    credentials: await authority.certify({ role: "executor", name: "alice" }), clock: systemClock, waitMs: 300,
    revoked: new RevokedSerials({ clock: systemClock, crypto: webcrypto }, authority.certificatePem),
    whereIs: () => ({ address: "127.0.0.1", port }), take: (report) => reports.push(report), note: (words) => notes.push(words),
  });
  onTestFinished(() => agents.close());
  agents.listenTo({ host: a, role: "agent" });
  return { agents, reports, notes };
}

/** An executor's way to a server with the certificate of host a that answers whatever a test says. */
async function lineTo(answers: readonly string[]): Promise<Line> {
  const { authority } = await newAuthority();
  const asked: string[] = [];
  const server = createServer(serverTls(await authority.certify({ role: "agent", name: "a" })), (message, response) => {
    message.resume();
    const answer = message.method === "GET" ? answers[asked.length] : "{}";
    if (message.method === "GET") asked.push(message.url ?? "");
    if (answer === "cut") message.socket.destroy();
    else if (answer !== undefined) response.writeHead(message.method === "GET" ? 200 : 202).end(answer);
  });
  const way = await wayTo(authority, await listening(server));
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(answers.length);
  return { ...way, asked };
}

function says(incarnation: number, after: number, reports: readonly unknown[]): string {
  return JSON.stringify({ incarnation, after, reports });
}

const done = (host: string, action: string): unknown => ({ kind: "done", host, run: "r", action, attempt: 1, tookMs: 1 });
const heartbeat = { kind: "heartbeat", host: "a", incarnation: 3 };

describe("the way to the agents", () => {
  it("believes an agent only about its own host, and notes what it refuses", async () => {
    const { reports, notes } = await lineTo([says(3, 2, [done("b", "x"), done("a", "y")])]);
    expect(reports).toEqual([done("a", "y"), heartbeat]);
    expect(notes).toEqual(['agent of host "a": it speaks for host "b"; that report is refused']);
  });

  it("fetches again what has not arrived, and from the beginning after a restart of the agent", async () => {
    const { asked, reports } = await lineTo([says(3, 1, [done("a", "x")]), "cut", says(3, 2, [done("a", "y")]), says(4, 0, [])]);
    expect(asked.map((url) => url.replace(/^.*\?/, "").replace(/&waitMs.*$/, ""))).toEqual(["incarnation=0&after=latest", "incarnation=3&after=1", "incarnation=3&after=1", "incarnation=3&after=2", "incarnation=4&after=0"]);
    expect(reports.filter(({ kind }) => kind === "done")).toEqual([done("a", "x"), done("a", "y")]);
  });

  it.each([
    ["no JSON", "{"], ["another form", '{"incarnation":"3"}'], ["a place that is none", '{"incarnation":1,"after":-1,"reports":[]}'], ["nothing", ""],
  ])("takes nothing from an answer that is %s", async (_, answer) => {
    const { reports, notes } = await lineTo([answer]);
    expect(reports).toEqual([]);
    expect(notes[0]).toContain("it cannot be reached");
  });

  it("passes over reports that cannot be read", async () => {
    const { reports, notes } = await lineTo([says(3, 3, [{ kind: "explode" }, 7, done("a", "x")])]);
    expect(reports).toEqual([done("a", "x"), heartbeat]);
    expect(notes).toHaveLength(2);
  });
});

describe("the way to an agent's outbox", () => {
  it("tells nothing that was said before it was opened, and all that is said since, however large", async () => {
    const { authority } = await newAuthority();
    const [trusting, outbox] = [{ clock: systemClock, crypto: webcrypto }, new Outbox(systemClock)];
    const workloads = Array.from({ length: 1000 }, (_, n) => ({ workload: `${"w".repeat(200)}${n}` as WorkloadId, found: "running" as const }));
    const said = (when: "before" | "since", n: number): Report => ({ kind: "inventory", host: a, run: `${when} ${n}` as RunId, inventory: { state: "on", capacity: {}, layers: {}, features: [], workloads } });
    for (let n = 0; n < 50; n++) outbox.say(said("before", n));
    outbox.say({ kind: "changed", host: a, workload: "w" as WorkloadId, found: "stopped" });
    const since = Array.from({ length: 100 }, (_, n) => said("since", n));
    const { server } = agentServer({
      host: a, outbox, receiverOf: () => null, credentials: await authority.certify({ role: "agent", name: "a" }), clock: systemClock, note: () => {},
      // What a command leads to is heard, also when it is the first that is sent.
      agent: { incarnation: 1, isStopped: false, receive: () => { for (const report of since) outbox.say(report); } }, revoked: new RevokedSerials(trusting, authority.certificatePem),
    });
    const { agents, reports, notes } = await wayTo(authority, await listening(server));
    agents.send({ to: { host: a, role: "agent" }, command: { kind: "find", epoch: 1, run: "r" as RunId, workload: "w" as WorkloadId } });
    await expect.poll(() => reports.filter(({ kind }) => kind !== "heartbeat"), { timeout: 10_000 }).toEqual(since);
    expect(notes).toEqual([]);
  });
});
