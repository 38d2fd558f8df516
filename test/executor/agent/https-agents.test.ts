import { createServer } from "node:https";
import { webcrypto } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { HttpsAgents } from "../../../executor/agent/index.ts";
import type { Report } from "../../../executor/protocol.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import { RevokedSerials, serverTls } from "../../../executor/trust/index.ts";
import type { HostId } from "../../../model/ids.ts";
import { listening, newAuthority } from "../trust/trusted.ts";

const a = "a" as HostId;

interface Line {
  readonly agents: HttpsAgents;
  readonly asked: string[];
  readonly reports: Report[];
  readonly notes: string[];
}

/** An executor's way to a server with the certificate of host a that answers whatever a test says. */
async function lineTo(answers: readonly string[]): Promise<Line> {
  const { authority } = await newAuthority();
  const [asked, notes, reports]: [string[], string[], Report[]] = [[], [], []];
  const server = createServer(serverTls(await authority.certify({ role: "agent", name: "a" })), (message, response) => {
    message.resume();
    const answer = message.method === "GET" ? answers[asked.length] : "{}";
    if (message.method === "GET") asked.push(message.url ?? "");
    if (answer === "cut") message.socket.destroy();
    else if (answer !== undefined) response.writeHead(message.method === "GET" ? 200 : 202).end(answer);
  });
  const port = await listening(server);
  const agents = new HttpsAgents({
    credentials: await authority.certify({ role: "executor", name: "alice" }), clock: systemClock, waitMs: 300,
    revoked: new RevokedSerials({ clock: systemClock, crypto: webcrypto }, authority.certificatePem),
    whereIs: () => ({ address: "127.0.0.1", port }), take: (report) => reports.push(report), note: (words) => notes.push(words),
  });
  onTestFinished(() => agents.close());
  agents.listenTo({ host: a, role: "agent" });
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(answers.length);
  return { agents, asked, reports, notes };
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
    expect(asked.map((url) => url.replace(/^.*\?/, "").replace(/&waitMs.*$/, ""))).toEqual(["incarnation=0&after=0", "incarnation=3&after=1", "incarnation=3&after=1", "incarnation=3&after=2", "incarnation=4&after=0"]);
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
