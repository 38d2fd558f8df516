import { createReadStream } from "node:fs";
import { isIP } from "node:net";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { ServerAccess } from "../../scenarios/importers/index.ts";
import { usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";

/** How a server is reached, as commander hands it over. */
export interface AccessOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly timeout: number;
}

const answerBytesMax = 32 * 1_048_576;
const secretBytesMax = 1_048_576;

/** Address, token and certificates, or what is wrong with them. */
export async function serverAccess({ url: text, tokenFile, ca, cert, key, timeout }: AccessOptions): Promise<{ readonly access: ServerAccess | null; readonly diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const url = addressOf(text, diagnostics);
  const read = async (file: string | undefined): Promise<string | null> => (file === undefined ? null : secretIn(file, diagnostics));
  const [token, authority, certificate, ownKey] = [await read(tokenFile), await read(ca), await read(cert), await read(key)];
  const bearer = token === null ? null : token.trim();
  if (bearer !== null && !/^[\x21-\x7e]{1,16384}$/.test(bearer)) diagnostics.push(usageProblem(`${tokenFile ?? ""} holds no token: one line of letters, digits and signs.`, "Write nothing but the token into the file."));
  if ((cert === undefined) !== (key === undefined)) diagnostics.push(usageProblem("A certificate of your own needs its key, and a key its certificate.", "Give both: --cert FILE --key FILE."));
  for (const [option, pem, kind] of [["--ca", authority, "CERTIFICATE"], ["--cert", certificate, "CERTIFICATE"], ["--key", ownKey, "PRIVATE KEY"]] as const) {
    if (pem !== null && !pem.includes(`${kind}-----`)) diagnostics.push(usageProblem(`${option} names a file that holds no ${kind.toLowerCase()} in PEM.`, "It begins with -----BEGIN."));
  }
  if (diagnostics.length > 0 || url === null) return { access: null, diagnostics };
  const isOpen = url.protocol === "http:" && bearer !== null && !isOwn(url.hostname);
  return {
    access: { url, token: bearer, ca: authority, certificate, key: ownKey, timeoutMs: timeout, answerBytesMax },
    diagnostics: isOpen ? [{ ...usageProblem(`The token goes to ${url.host} unencrypted: everybody on the way can read it.`, "Use https."), severity: "warning" }] : [],
  };
}

function addressOf(text: string, diagnostics: Diagnostic[]): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    diagnostics.push(usageProblem(`--url is ${JSON.stringify(text)}, which is no address of a server.`, "Write http://HOST:PORT or https://HOST, with the path that the API lies below."));
    return null;
  }
  if (url.username !== "" || url.password !== "") {
    diagnostics.push(usageProblem("--url holds a name or a password, which would end up in histories and reports.", "Take it out; a token is given in a file: --token-file FILE."));
  }
  if (url.search !== "" || url.hash !== "") diagnostics.push(usageProblem(`--url has something behind its path: ${url.search}${url.hash}.`, "Give the address only; queries are made of it."));
  return url;
}

function isOwn(name: string): boolean {
  return name === "localhost" || name === "[::1]" || (isIP(name) === 4 && name.startsWith("127."));
}

async function secretIn(file: string, diagnostics: Diagnostic[]): Promise<string | null> {
  try {
    let text = "";
    for await (const chunk of createReadStream(file, { encoding: "utf8", end: secretBytesMax }) as AsyncIterable<string>) text += chunk;
    if (text.length <= secretBytesMax) return text;
    diagnostics.push(usageProblem(`${file} has more than ${secretBytesMax} bytes, which no token and no certificate has.`, "Name the right file."));
  } catch (error) {
    diagnostics.push(fileProblem(file, error, "read"));
  }
  return null;
}
