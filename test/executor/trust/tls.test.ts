import { once } from "node:events";
import { connect, createServer, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientTls, Doorkeeper, RevokedSerials, serverTls, type Credentials, type Identity, type Role } from "../../../executor/trust/index.ts";
import { newAuthority, type Trusted } from "./trusted.ts";

interface Door {
  readonly port: number;
  readonly revoked: RevokedSerials;
  readonly doorkeeper: Doorkeeper;
  readonly notes: string[];
}

/** A server that says hello to whom its doorkeeper lets in. */
async function door({ means, authority, date }: Trusted, credentials: Credentials, roles: readonly Role[]): Promise<Door> {
  const notes: string[] = [];
  const revoked = new RevokedSerials(means, authority.certificatePem);
  const doorkeeper = new Doorkeeper(revoked, date, roles, (words) => notes.push(words));
  const server = createServer(serverTls(credentials), (socket) => {
    socket.on("error", () => {});
    const peer = doorkeeper.admit(socket);
    if (peer !== null) socket.write(`hello ${peer.name}`);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  onTestFinished(() => { server.close(); });
  return { port: (server.address() as AddressInfo).port, revoked, doorkeeper, notes };
}

/** Comes to the door; what is heard first, or how it ends. */
async function come(port: number, mine: Credentials, expected: Identity): Promise<{ readonly heard: string; readonly socket: TLSSocket }> {
  const socket = connect({ host: "127.0.0.1", port, ...clientTls(mine, expected) });
  onTestFinished(() => { socket.destroy(); });
  const heard = await new Promise<string>((resolve) => {
    socket.once("data", (data) => resolve(data.toString()));
    socket.once("error", (error) => resolve(error.message));
    socket.once("close", () => resolve("closed"));
  });
  return { heard, socket };
}

const h1: Identity = { role: "agent", name: "h1" };
const alice: Identity = { role: "executor", name: "alice" };

describe("mutual TLS", () => {
  it("lets executors of the same authority in, whose agent is who they mean", async () => {
    const trusted = await newAuthority();
    const { port, notes } = await door(trusted, await trusted.authority.certify(h1), ["executor"]);
    expect((await come(port, await trusted.authority.certify(alice), h1)).heard).toBe("hello alice");
    expect((await come(port, await trusted.authority.certify(alice), { role: "agent", name: "h2" })).heard).toBe('the certificate is of agent "h1", not of agent "h2"');
    expect(notes).toEqual([]);
  });

  it("refuses an agent where an executor is expected, and says so in the notes", async () => {
    const trusted = await newAuthority();
    const { port, notes } = await door(trusted, await trusted.authority.certify(h1), ["executor"]);
    expect((await come(port, await trusted.authority.certify({ role: "agent", name: "h2" }), h1)).heard).toBe("closed");
    expect(notes).toEqual([expect.stringMatching(/^refused a connection of agent "h2" from 127\.0\.0\.1: only executor may come in here$/)]);
  });

  it("refuses members of another authority, both ways", async () => {
    const [ours, others] = [await newAuthority(), await newAuthority()];
    const { port } = await door(ours, await ours.authority.certify(h1), ["executor"]);
    const stranger = await others.authority.certify(alice);
    expect((await come(port, stranger, h1)).heard).toMatch(/self-signed|unable to/);
    expect((await come(port, { ...stranger, authorityPem: ours.authority.certificatePem }, h1)).heard).toMatch(/alert|closed|ECONNRESET/);
  });

  it("does not take an executor's certificate for a server's", async () => {
    const trusted = await newAuthority();
    const { port } = await door(trusted, await trusted.authority.certify(alice), ["executor"]);
    expect((await come(port, await trusted.authority.certify(alice), alice)).heard).toMatch(/unsupported|purpose/);
  });
});

describe("revocation", () => {
  it("ends connections that are open, and those that come later", async () => {
    const trusted = await newAuthority();
    const { authority } = trusted;
    const { port, revoked, doorkeeper, notes } = await door(trusted, await authority.certify(h1), ["executor"]);
    const [mine, bobs] = [await authority.certify(alice), await authority.certify({ role: "executor", name: "bob" })];
    const [open, other] = [await come(port, mine, h1), await come(port, bobs, h1)];
    expect([open.heard, other.heard]).toEqual(["hello alice", "hello bob"]);
    const ended = once(open.socket, "close");
    expect(await authority.revoke(alice)).toBe(1);
    expect(await revoked.accept(await authority.revocations())).toBeNull();
    expect(doorkeeper.sweep()).toBe(1);
    await ended;
    expect(other.socket.destroyed).toBe(false);
    expect((await come(port, mine, h1)).heard).toBe("closed");
    expect((await come(port, await authority.certify(alice), h1)).heard).toBe("hello alice");
    expect(notes).toEqual(['ended the connection of executor "alice": its certificate was revoked', expect.stringContaining("refused a connection")]);
  });

  it("ends connections whose certificate expires meanwhile", async () => {
    const trusted = await newAuthority();
    const { port, doorkeeper } = await door(trusted, await trusted.authority.certify(h1), ["executor"]);
    const { socket } = await come(port, await trusted.authority.certify(alice), h1);
    expect(doorkeeper.sweep()).toBe(0);
    trusted.date.utc += 7 * 86_400_000;
    const ended = once(socket, "close");
    expect(doorkeeper.sweep()).toBe(1);
    await ended;
  });

  it("takes no list of another authority, and forgets nothing", async () => {
    const [ours, others] = [await newAuthority(), await newAuthority()];
    const revoked = new RevokedSerials(ours.means, ours.authority.certificatePem);
    const before = await ours.authority.revocations();
    await ours.authority.certify(alice);
    await ours.authority.revoke(alice);
    expect(await revoked.accept(await others.authority.revocations())).toBe("the list is not signed by our authority");
    expect(await revoked.accept("nothing")).toBe("the list cannot be read");
    expect(await revoked.accept(await ours.authority.revocations())).toBeNull();
    expect(await revoked.accept(before)).toBeNull();
    expect(await ours.authority.revoke(alice)).toBe(0);
  });
});
