import { request } from "node:https";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderName } from "../../../executor/agent/place.ts";
import { clientTls, type Credentials, type Identity } from "../../../executor/trust/index.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../model/ids.ts";
import { movesThoughAgentsAreKilled } from "./killed-agents.ts";
import { startsThoughKilledAtItsFiles } from "./killed-starts.ts";
import { sleeper, template } from "./process-layer.ts";
import { twoHosts } from "./two-hosts.ts";

const web = "web" as WorkloadId;
describe("two agents over mutual TLS", () => {
  it("never lose a program and never run it twice, whenever they are killed", async () => {
    const hosts = await twoHosts();
    await template(hosts.folder, "a", web, { data: "x".repeat(20_000_000) }, { ...sleeper, settleMs: 100 });
    await movesThoughAgentsAreKilled(hosts, "process", async () => await hosts.running("a", web) + await hosts.running("b", web), 20_261_122);
    expect([await hosts.running("a", web), await hosts.running("b", web)]).toEqual([0, 1]);
    expect((await readFile(join(hosts.folder, "b", "places", folderName(web), "files", "data"), "utf8")).length).toBe(20_000_000);
  }, 120_000);

  it("leave nothing in the way of the next start when they are killed in the middle of one", async () => {
    const hosts = await twoHosts({ a: "a" });
    await template(hosts.folder, "a", web, {}, sleeper);
    await startsThoughKilledAtItsFiles(hosts, "process", web, join(hosts.folder, "templates", "a", folderName(web), "files"));
  }, 60_000);

  it("leave programs running when they are killed, and look after them again", async () => {
    const hosts = await twoHosts({ a: "a" });
    await template(hosts.folder, "a", web, {}, sleeper);
    const start = { kind: "perform", run: "run-1" as RunId, action: "a1" as ActionId, attempt: 1, epoch: 1, work: { kind: "start", workload: web, host: "a" as HostId }, expects: "absent", deadlineMs: 60_000 } as const;
    await hosts.until("a", start, ({ kind }) => kind === "done");
    await hosts.kill("a");
    expect(await hosts.running("a", web)).toBe(1);
    await hosts.start("a");
    const state = JSON.parse(await readFile(join(hosts.folder, "a", "places", folderName(web), "state.json"), "utf8")) as { readonly pid: number };
    process.kill(state.pid, "SIGKILL");
    await expect.poll(async () => hosts.reports.filter((report) => report.kind === "changed").map(({ found }) => found), { timeout: 20_000 }).toEqual(["paused", "running"]);
    expect(await hosts.running("a", web)).toBe(1);
    const lives = hosts.reports.flatMap((report) => (report.kind === "heartbeat" ? [report.incarnation] : []));
    expect([...new Set(lives)]).toEqual([1, 2]);
  }, 60_000);
});

/** What an agent answers to somebody; "refused" when the handshake already fails. */
function answer(port: number, mine: Credentials, expected: Identity, method: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve) => {
    const message = request({ host: "127.0.0.1", port, method, path, agent: false, ...clientTls(mine, expected) }, (response) => {
      response.resume();
      resolve(String(response.statusCode));
    });
    message.on("error", () => resolve("refused"));
    message.end(body);
  });
}

describe("an agent's door", () => {
  it("is open to executors for commands and to agents for data, to nobody else, and ends with a revocation", async () => {
    const hosts = await twoHosts({ a: "a" });
    const { authority, ports: { a: port = 0 }, mine } = hosts;
    const me: Identity = { role: "agent", name: "a" };
    const other = await authority.certify({ role: "agent", name: "h9" });
    const find = JSON.stringify({ kind: "find", epoch: 1, run: "r", workload: "web" });
    const table: readonly (readonly [Credentials, Identity, string, string, string | undefined, string])[] = [
      [mine, me, "POST", "/v1/commands", find, "202"],
      [mine, me, "POST", "/v1/commands", "{", "400"],
      [mine, me, "POST", "/v1/commands", JSON.stringify({ kind: "perform", work: { kind: "start" } }), "400"],
      [mine, me, "POST", "/v1/commands", "x".repeat(70_000), "413"],
      [mine, me, "GET", "/v1/reports?after=-1&waitMs=0", undefined, "200"],
      [mine, me, "GET", "/../../etc/passwd", undefined, "404"],
      [mine, me, "GET", "/v1/data?layer=process&workload=web&key=k", undefined, "404"],
      [other, me, "GET", "/v1/data?layer=process&workload=web&key=k", undefined, "200"],
      [other, me, "GET", "/v1/data?layer=process&workload=web", undefined, "400"],
      [other, me, "GET", "/v1/data?layer=libvirt&workload=web&key=k", undefined, "404"],
      [other, me, "PUT", "/v1/data?layer=process&workload=web&key=k", "\u0000\u0000\u0000\u0005{\"x\"}", "403"],
      [other, me, "POST", "/v1/commands", find, "403"],
      [other, me, "GET", "/v1/reports", undefined, "403"],
      [await authority.certify({ role: "power", name: "a" }), me, "GET", "/v1/reports", undefined, "refused"],
      [mine, { role: "agent", name: "b" }, "GET", "/v1/reports", undefined, "refused"],
    ];
    for (const [credentials, expected, method, path, body, status] of table) {
      expect([credentials.identity.name, method, path, await answer(port, credentials, expected, method, path, body)]).toEqual([credentials.identity.name, method, path, status]);
    }
    const bob = await authority.certify({ role: "executor", name: "bob" });
    expect(await answer(port, bob, me, "POST", "/v1/commands", find)).toBe("202");
    await authority.revoke({ role: "executor", name: "bob" });
    expect(await answer(port, mine, me, "POST", "/v1/revocations", "nothing")).toBe("400");
    expect(await answer(port, mine, me, "POST", "/v1/revocations", await authority.revocations())).toBe("200");
    expect(await answer(port, bob, me, "POST", "/v1/commands", find)).toBe("refused");
    expect(await answer(port, mine, me, "POST", "/v1/commands", find)).toBe("202");
  }, 60_000);

  it("is not believed with another host's certificate", async () => {
    const hosts = await twoHosts({ a: "b" });
    hosts.send("a", { kind: "find", epoch: 1, run: "r" as RunId, workload: web });
    await expect.poll(() => hosts.notes.join("\n"), { timeout: 10_000 }).toContain('the certificate is of agent "b", not of agent "a"');
    expect(hosts.reports).toEqual([]);
  }, 30_000);
});
