import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { credentialsPath, openConfiguredAgent, type AgentConfiguration, type HostAgent, type OpenedHostAgent } from "../../../executor/agent/index.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import { clientTls, defaultAuthoritySettings, enrol, saveCredentials, type Credentials, type Identity } from "../../../executor/trust/index.ts";
import { enrolling, type Enrolling } from "../trust/trusted.ts";
import { newHosts } from "./process-layer.ts";

const a: Identity = { role: "agent", name: "a" };
const minuteMs = 60_000;

interface Opening extends Enrolling {
  readonly hosts: string;
  readonly said: string[];
  readonly open: () => Promise<OpenedHostAgent>;
}

/** A host that has been enrolled with a token, by an authority whose certificates last eight minutes. */
async function opening(): Promise<Opening> {
  const trusted = await enrolling({ ...defaultAuthoritySettings, certificateForMs: 8 * minuteMs });
  const hosts = await newHosts();
  const said: string[] = [];
  const surroundings = { means: trusted.means, clock: systemClock, note: (words: string) => said.push(words) };
  return { ...trusted, hosts, said, open: () => openConfiguredAgent({ ...configurationOf(hosts), authority: trusted.at }, surroundings) };
}

function configurationOf(hosts: string): AgentConfiguration {
  return {
    apiVersion: "stowage/v1", kind: "agent", host: "a", folder: join(hosts, "a.agent"), listen: { address: "127.0.0.1", port: 0 },
    layers: { process: { folder: join(hosts, "a"), programs: ["/bin/sleep"] } },
  };
}

async function enrolled({ open, hosts, means, at, authority }: Opening): Promise<HostAgent> {
  await open();
  const answer = await enrol(means, at, a, await authority.invite(a, minuteMs));
  if ("because" in answer) throw new Error(answer.because);
  await saveCredentials(credentialsPath(join(hosts, "a.agent")), answer.credentials);
  return opened(open);
}

async function opened(open: Opening["open"]): Promise<HostAgent> {
  const { agent, diagnostics } = await open();
  if (agent === null) throw new Error(JSON.stringify(diagnostics));
  return agent;
}

/** The serial number that its door shows, or how it refuses. */
async function serialAt(agent: HostAgent, mine: Credentials): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: agent.port, ...clientTls(mine, a) });
  onTestFinished(() => { socket.destroy(); });
  await once(socket, "secureConnect");
  const serial = socket.getPeerX509Certificate()?.serialNumber ?? "";
  socket.write("GET /v1/reports?waitMs=0 HTTP/1.1\r\nhost: a\r\n\r\n");
  return new Promise((resolve) => {
    socket.once("data", () => resolve(serial));
    socket.once("error", () => resolve("refused"));
    socket.once("close", () => resolve("refused"));
  });
}

describe("the agent of a host", () => {
  it("is not opened without credentials, and says how to get some", async () => {
    const { open } = await opening();
    const { agent, diagnostics } = await open();
    expect([agent, diagnostics[0]?.code, diagnostics[0]?.advice]).toEqual([null, "file-not-found", "Enrol with a token first."]);
  });

  it("uses its folder alone, renews its certificate in time and remembers what was revoked", async () => {
    const host = await opening();
    const { authority, date, said, open, hosts } = host;
    const first = await enrolled(host);
    expect((await open()).diagnostics[0]?.message).toBe(`another agent uses ${join(hosts, "a.agent")}`);
    const [alice, bob] = [await authority.certify({ role: "executor", name: "alice" }), await authority.certify({ role: "executor", name: "bob" })];
    const serial = await serialAt(first, alice);
    await first.close();
    expect(said).toEqual([]);

    date.utc += 2 * minuteMs;
    await authority.revoke({ role: "executor", name: "bob" });
    const second = await opened(open);
    expect(said).toEqual(["the certificate was renewed"]);
    expect(await serialAt(second, alice)).not.toBe(serial);
    expect(await serialAt(second, bob)).toBe("refused");
    await second.close();
    expect(await readFile(join(hosts, "a.agent", "revoked.pem"), "utf8")).toContain("BEGIN X509 CRL");

    // The authority is silent now; what it has said still counts.
    const third = await opened(() => openWithout(host));
    expect(await serialAt(third, alice)).not.toBe("refused");
    expect(await serialAt(third, bob)).toBe("refused");
    await third.close();
  }, 30_000);
});

function openWithout({ hosts, means, said }: Opening): Promise<OpenedHostAgent> {
  return openConfiguredAgent(configurationOf(hosts), { means, clock: systemClock, note: (words) => said.push(words) });
}
