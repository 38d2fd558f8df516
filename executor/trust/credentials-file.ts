import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { peerOf } from "./identity.ts";
import { isMissing, writeLasting } from "./lasting-file.ts";
import type { Credentials } from "./tls.ts";

/** Key and certificates in one file, so that a key never stands beside another key's certificate. */
export function saveCredentials(path: string, { keyPem, certificatePem, authorityPem }: Credentials): Promise<void> {
  return writeLasting(path, `${keyPem}${certificatePem}${authorityPem}`);
}

export interface LoadedCredentials {
  readonly credentials: Credentials | null;
  readonly diagnostics: readonly Diagnostic[];
}

const blocks = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----\n/g;

/** Reads them; `wayOut`: how a member of this kind comes to a file of its own. */
export async function loadCredentials(path: string, wayOut = "Enrol with a token first."): Promise<LoadedCredentials> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) return refused(path, "not-allowed", `${path} may be read by others: its mode is ${(mode & 0o777).toString(8)}, it must be 600`, `If nobody has read it: chmod 600 ${path}. Otherwise revoke it and enrol again.`);
    const [keyPem = "", certificatePem = "", authorityPem = ""] = (await readFile(path, "utf8")).match(blocks) ?? [];
    const identity = peerOf(new X509Certificate(certificatePem));
    if (identity === null || !keyPem.includes("PRIVATE KEY") || authorityPem === "") return refused(path, "bad-format", `${path} has no key and certificates of a member`, wayOut);
    return { credentials: { identity: { role: identity.role, name: identity.name }, keyPem, certificatePem, authorityPem }, diagnostics: [] };
  } catch (error) {
    if (isMissing(error)) return refused(path, "file-not-found", `${path} is not there: nobody has been enrolled here`, wayOut);
    return refused(path, "file-unreadable", `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, wayOut);
  }
}

function refused(file: string, code: Diagnostic["code"], message: string, advice: string): LoadedCredentials {
  return { credentials: null, diagnostics: [{ code, severity: "error", file, line: null, column: null, path: "", message, advice }] };
}
