import { webcrypto } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Authority, defaultAuthoritySettings, enrolmentServer, type AuthorityAddress, type Means } from "../../../executor/trust/index.ts";

/** A date that tests move; it begins today, so that real TLS finds certificates valid. */
export class TestDate {
  utc = Date.now();
  utcMs(): number {
    return this.utc;
  }
}

export interface Trusted {
  readonly folder: string;
  readonly date: TestDate;
  readonly means: Means;
  readonly authority: Authority;
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-trust-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A real authority in a folder of its own. */
export async function newAuthority(settings = defaultAuthoritySettings): Promise<Trusted> {
  const folder = join(await newFolder(), "authority");
  const date = new TestDate();
  const means: Means = { clock: date, crypto: webcrypto };
  const { authority, diagnostics } = await Authority.create(folder, "test fleet", means, settings);
  if (authority === null) throw new Error(JSON.stringify(diagnostics));
  return { folder, date, means, authority };
}

export interface Enrolling extends Trusted {
  readonly at: AuthorityAddress;
  readonly notes: string[];
}

/** The same with its server listening. */
export async function enrolling(settings = defaultAuthoritySettings): Promise<Enrolling> {
  const trusted = await newAuthority(settings);
  const notes: string[] = [];
  const server = enrolmentServer(trusted.authority, await trusted.authority.certify({ role: "authority", name: "main" }), (words) => notes.push(words));
  const port = await listening(server);
  return { ...trusted, notes, at: { address: "127.0.0.1", port, name: "main" } };
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  onTestFinished(() => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  }));
  return (server.address() as AddressInfo).port;
}
