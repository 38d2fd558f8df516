import { webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import {
  Authority, enrolmentServer, loadCredentials, renewEnrolmentServer, saveCredentials, systemClock, type Identity, type OpenedAuthority,
} from "../../executor/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Live } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { renderTable } from "../render/table.ts";
import { untilToldToEnd } from "./agent.ts";
import { notAllowed } from "./not-allowed.ts";

const means = { clock: systemClock, crypto: webcrypto };
/** The server's own certificate is made anew so often; it counts for a week. */
const renewEveryMs = 86_400_000;

/** Of executors and persons. */
const names = /^(?! )[^\p{Cc}]{1,253}(?<! )$/u;

/** `stowage ca init`. */
export async function initAuthority(folder: string, name: string): Promise<CommandResult> {
  return withAuthority(() => Authority.create(folder, name, means), ({ fingerprint }) => done(
    { format: "stowage/authority/v1", folder, name, fingerprint },
    `The authority ${name} is in ${folder}; its fingerprint is ${fingerprint}.\nKeep the folder to yourself and keep a copy: whoever has it can enrol anybody.\n`,
  ));
}

/** `stowage ca serve`. */
export async function serveAuthority(folder: string, name: string, listen: { readonly address: string; readonly port: number }, live: Live): Promise<CommandResult> {
  return withAuthority(() => Authority.open(folder, means), async (authority) => {
    const own = (): ReturnType<Authority["certify"]> => authority.certify({ role: "authority", name });
    const server = enrolmentServer(authority, await own(), (words) => live.note(words));
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(listen.port, listen.address, resolve);
      });
    } catch (error) {
      return failed([notAllowed(`nobody can enrol at ${listen.address} port ${listen.port}: ${error instanceof Error ? error.message : String(error)}`, "Name an address of this machine and a port that is free with --listen.")]);
    }
    live.line(`listening at ${listen.address} port ${(server.address() as AddressInfo).port}`);
    const timer = setInterval(() => {
      own().then((credentials) => renewEnrolmentServer(server, credentials), (error: unknown) => live.note(`the certificate was not renewed: ${String(error)}`));
    }, renewEveryMs);
    await untilToldToEnd(live);
    clearInterval(timer);
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
    return done({ format: "stowage/authority-served/v1", folder, name }, "");
  });
}

/** `stowage ca token`: the token alone on standard output, so that it can be passed on. */
export function newToken(folder: string, identity: Identity, validForMs: number): Promise<CommandResult> {
  return withAuthority(() => Authority.open(folder, means), async (authority) => {
    const token = await authority.invite(identity, validForMs);
    return done({ format: "stowage/token/v1", ...identity, token, expires: new Date(systemClock.utcMs() + validForMs).toISOString() }, `${token}\n`);
  });
}

/** `stowage ca executor` and `person`. */
export function newMember(folder: string, identity: Identity, out: string): Promise<CommandResult> {
  const { role, name } = identity;
  if (!names.test(name)) {
    return Promise.resolve(failed([usageProblem(`The name of ${role === "executor" ? "an" : "a"} ${role} has 1 to 253 characters that can be seen, and no space at its ends; this one is ${JSON.stringify(name)}.`, "Write it as plans and approvals shall name it.")]));
  }
  return withAuthority(() => Authority.open(folder, means), async (authority) => {
    if (existsSync(out)) return failed([notAllowed(`${out} is there already, and the key in it would be lost`, `Name another file with --out; for its next certificate: \`stowage ca renew ${out}\`; or delete it if nobody needs it.`)]);
    const credentials = await authority.certify(identity);
    try {
      await saveCredentials(out, credentials);
    } catch (error) {
      return failed([fileProblem(out, error, "written")]);
    }
    return done({ format: "stowage/member/v1", role, name, file: out }, `Key and certificate of ${role} ${name} are in ${out}.\n`);
  });
}

/** `stowage ca renew`. */
export function renewMember(folder: string, file: string): Promise<CommandResult> {
  return withAuthority(() => Authority.open(folder, means), async (authority) => {
    const { credentials, diagnostics } = await loadCredentials(file, "Name the file of an executor or a person, as `stowage ca executor` and `stowage ca person` wrote it.");
    if (credentials === null) return failed(diagnostics);
    const { role, name } = credentials.identity;
    if (credentials.authorityPem.trim() !== authority.certificatePem.trim()) {
      return { ...failed([notAllowed(`${file} is of another authority than the one in ${folder}`, "Name the folder of its authority with --folder.")]), exitCode: exitCodes.refused };
    }
    const { certificates } = await authority.list();
    const isShutOut = certificates.some((each) => each.role === role && each.name === name && each.isRevoked) && !certificates.some((each) => each.role === role && each.name === name && !each.isRevoked);
    if (isShutOut) return { ...failed([notAllowed(`${role} ${name} was revoked`, role === "executor" || role === "person" ? `If it shall come back: \`stowage ca ${role}\`.` : "If it shall come back: `stowage ca token`, then enrol again.")]), exitCode: exitCodes.refused };
    await saveCredentials(file, await authority.certify({ role, name }));
    return done({ format: "stowage/renewal/v1", role, name, file }, `${role} ${name} has its next certificate in ${file}.\n`);
  });
}

/** `stowage ca revoke`. */
export function revokeMember(folder: string, identity: Identity): Promise<CommandResult> {
  return withAuthority(() => Authority.open(folder, means), async (authority) => {
    const count = await authority.revoke(identity);
    return done({ format: "stowage/revocation/v1", ...identity, count }, `${count} certificate${count === 1 ? "" : "s"} of ${identity.role} ${identity.name} revoked.\n`);
  });
}

/** `stowage ca list`. */
export function listMembers(folder: string): Promise<CommandResult> {
  return withAuthority(() => Authority.open(folder, means), async (authority) => {
    const { certificates, invitations } = await authority.list();
    const rows = [
      ...certificates.map(({ role, name, expiresAtMs, isRevoked }) => [role, name, isRevoked ? "revoked" : "counts", new Date(expiresAtMs).toISOString()]),
      ...invitations.map(({ role, name, expiresAtMs }) => [role, name, "invited", new Date(expiresAtMs).toISOString()]),
    ].sort((a, b) => (a.join("\u0000") < b.join("\u0000") ? -1 : 1));
    return done({ format: "stowage/members/v1", certificates, invitations },
      rows.length === 0 ? "Nobody is a member yet.\n" : `${renderTable([{ head: "role" }, { head: "name" }, { head: "state" }, { head: "until" }], rows)}\n`);
  });
}

async function withAuthority(open: () => Promise<OpenedAuthority>, work: (authority: Authority) => CommandResult | Promise<CommandResult>): Promise<CommandResult> {
  try {
    const { authority, diagnostics } = await open();
    return authority === null ? failed(diagnostics) : await work(authority);
  } catch (error) {
    if (error instanceof RangeError) return failed([usageProblem(error.message, "Give it a plain name.")]);
    if (error instanceof Error && "code" in error && "path" in error) return failed([fileProblem(String(error.path), error, "written")]);
    throw error;
  }
}

function done(document: CommandResult["document"], text: string): CommandResult {
  return { exitCode: exitCodes.done, diagnostics: [], document, text: () => text };
}
