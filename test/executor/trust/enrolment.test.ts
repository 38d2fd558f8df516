import {
  BasicConstraintsExtension, ChallengePasswordAttribute, Name, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension,
  type Pkcs10CertificateRequestCreateParams,
} from "../../../executor/trust/x509.ts";
import { X509Certificate } from "node:crypto";
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { request as send } from "node:https";
import { join } from "node:path";
import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { identityOf, peerOf, uriOf, type Identity } from "../../../executor/trust/identity.ts";
import { Authority, enrol, isDueToRenew, loadCredentials, renew, saveCredentials } from "../../../executor/trust/index.ts";
import { keyKind, newKeys } from "../../../executor/trust/means.ts";
import { enrolling, newAuthority, newFolder, type Trusted } from "./trusted.ts";

const h1: Identity = { role: "agent", name: "h1" };
const hourMs = 3_600_000;

/** A request that is right but for what `change` says. */
async function request({ means }: Trusted, change: Partial<Pkcs10CertificateRequestCreateParams>): Promise<string> {
  const keys = await newKeys(means);
  const right = {
    keys, name: new Name([{ CN: [{ utf8String: "h1" }] }]), signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [new SubjectAlternativeNameExtension([{ type: "url", value: uriOf(h1) }])],
  };
  return (await Pkcs10CertificateRequestGenerator.create({ ...right, ...change }, means.crypto)).toString("pem");
}

describe("names in certificates", () => {
  it.each(["h1", "--help", "../x", "$(x)", "a,DNS:b", "ключ 1", "it's", "a%2e", "*", "x".repeat(253)])("keep %s whole", (name) => {
    expect(identityOf(uriOf({ role: "agent", name }))).toEqual({ role: "agent", name });
  });

  it.each(["stowage:agent:", "stowage:root:h1", "stowage:agent:h1,URI:stowage:agent:h2", "stowage:agent:%68%31", "stowage:agent:%00", "stowage:agent:%zz", "https://h1"])("are not read from %s", (text) => {
    expect(identityOf(text)).toBeNull();
  });

  it("are read back whatever they are", () => {
    assert(property(string({ unit: "binary", minLength: 1, maxLength: 60 }), (name) => {
      const read = identityOf(uriOf({ role: "power", name }));
      expect(read === null || read.name === name).toBe(true);
    }), { seed: 5, numRuns: 200 });
  });
});

describe("an authority", () => {
  it("keeps its key to itself, and is not used when others could read it", async () => {
    const { folder, means, authority } = await newAuthority();
    const key = join(folder, "authority.key");
    expect(((await stat(key)).mode & 0o777).toString(8)).toBe("600");
    expect((await Authority.open(folder, means)).authority?.fingerprint).toBe(authority.fingerprint);
    await chmod(key, 0o640);
    const { authority: opened, diagnostics } = await Authority.open(folder, means);
    expect(opened).toBeNull();
    expect(diagnostics[0]?.message).toContain("its mode is 640, it must be 600");
  });

  it("is never replaced, and says when there is none", async () => {
    const { folder, means } = await newAuthority();
    expect((await Authority.create(folder, "other", means)).diagnostics[0]?.code).toBe("not-allowed");
    expect((await Authority.open(join(folder, "nowhere"), means)).diagnostics[0]?.code).toBe("file-not-found");
    await writeFile(join(folder, "authority.crt"), "nothing");
    expect((await Authority.open(folder, means)).diagnostics[0]?.code).toBe("file-unreadable");
  });

  it("issues what it says: one name, no authority, short, from a little before now", async () => {
    const { authority, date } = await newAuthority();
    const { certificatePem, authorityPem } = await authority.certify({ role: "agent", name: "h1" });
    const [certificate, issuer] = [new X509Certificate(certificatePem), new X509Certificate(authorityPem)];
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect([certificate.subject, certificate.subjectAltName]).toEqual(["CN=h1", "URI:stowage:agent:h1"]);
    expect(peerOf(certificate)).toMatchObject({ role: "agent", name: "h1" });
    expect(Date.parse(certificate.validFrom)).toBeLessThan(date.utc - 4 * 60_000);
    expect(Date.parse(certificate.validTo)).toBeLessThan(date.utc + 8 * 24 * hourMs);
    expect(issuer.ca).toBe(true);
  });
});

describe("a request", () => {
  const refusals: readonly (readonly [string, Partial<Pkcs10CertificateRequestCreateParams> | ((trusted: Trusted) => Promise<Partial<Pkcs10CertificateRequestCreateParams>>), string])[] = [
    ["for another host", { name: new Name([{ CN: [{ utf8String: "h2" }] }]) }, "not for CN=h1"],
    ["with two common names", { name: new Name([{ CN: [{ utf8String: "h1" }, { utf8String: "h2" }] }]) }, "not for CN=h1"],
    ["with an organisation", { name: new Name([{ CN: [{ utf8String: "h1" }] }, { O: [{ utf8String: "admins" }] }]) }, "not for CN=h1"],
    ["with one more name", { extensions: [new SubjectAlternativeNameExtension([{ type: "url", value: uriOf(h1) }, { type: "dns", value: "h2" }])] }, "other names"],
    ["with another role", { extensions: [new SubjectAlternativeNameExtension([{ type: "url", value: "stowage:executor:h1" }])] }, "other names"],
    ["that wants to be an authority", { extensions: [new SubjectAlternativeNameExtension([{ type: "url", value: uriOf(h1) }]), new BasicConstraintsExtension(true, 1, true)] }, "extensions that it may not have"],
    ["without its name as an extension", { extensions: [new BasicConstraintsExtension(false)] }, "extensions that it may not have"],
    ["with a password", { attributes: [new ChallengePasswordAttribute("x")] }, "attributes beside its name"],
    ["with a key of another curve", async ({ means }) => ({ keys: await means.crypto.subtle.generateKey({ ...keyKind, namedCurve: "P-384" }, true, ["sign", "verify"]) }), "no ECDSA key on P-256"],
    ["with a key of another kind", async ({ means }) => ({
      keys: await means.crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, true, ["sign", "verify"]),
      signingAlgorithm: { name: "RSASSA-PKCS1-v1_5" },
    }), "no ECDSA key"],
    ["signed with another key", async ({ means }) => ({ keys: { publicKey: (await newKeys(means)).publicKey, privateKey: (await newKeys(means)).privateKey } }), "signature"],
  ];

  it.each(refusals)("%s is refused, and the token can still be used", async (_, change, because) => {
    const trusted = await newAuthority();
    const { authority } = trusted;
    const token = await authority.invite(h1, hourMs);
    const bad = await request(trusted, typeof change === "function" ? await change(trusted) : change);
    expect(await authority.enrol(token, bad, h1)).toEqual({ because: expect.stringContaining(because) as string });
    expect(await authority.enrol(token, await request(trusted, {}), h1)).toHaveProperty("certificatePem");
  });

  it.each(["", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "x".repeat(10_000), "MIIB"])("that is none is refused: %.20s", async (text) => {
    const { authority } = await newAuthority();
    expect(await authority.enrol(await authority.invite(h1, hourMs), text, h1)).toHaveProperty("because");
  });
});

describe("a token", () => {
  it("counts once", async () => {
    const trusted = await newAuthority();
    const token = await trusted.authority.invite(h1, hourMs);
    expect(await trusted.authority.enrol(token, await request(trusted, {}), h1)).toHaveProperty("certificatePem");
    expect(await trusted.authority.enrol(token, await request(trusted, {}), h1)).toEqual({ because: "the token is unknown or was used before" });
  });

  it("counts once when eight come with it at the same time, to two processes' worth of authorities", async () => {
    const trusted = await newAuthority();
    const { authority: other } = await Authority.open(trusted.folder, trusted.means);
    const token = await trusted.authority.invite(h1, hourMs);
    const requests = await Promise.all(Array.from({ length: 8 }, () => request(trusted, {})));
    const answers = await Promise.all(requests.map(async (text, i) => (i % 2 === 0 ? trusted.authority : other)?.enrol(token, text, h1)));
    expect(answers.filter((answer) => answer !== undefined && "certificatePem" in answer)).toHaveLength(1);
    expect(await readdir(join(trusted.folder, "issued"))).toHaveLength(1);
  });

  it("expires, is for one host and one role, and is nowhere to be read", async () => {
    const trusted = await newAuthority();
    const { authority, date, folder } = trusted;
    const token = await authority.invite(h1, hourMs);
    const right = await request(trusted, {});
    expect(await authority.enrol(token, right, { role: "agent", name: "h2" })).toEqual({ because: 'the token is for agent "h1", not for agent "h2"' });
    expect(await authority.enrol(token, right, { role: "power", name: "h1" })).toHaveProperty("because");
    expect(await authority.enrol("../../issued/x", right, h1)).toHaveProperty("because");
    const [name = ""] = await readdir(join(folder, "invited"));
    expect(name).not.toContain(token.slice(0, 20));
    date.utc += hourMs;
    expect(await authority.enrol(token, right, h1)).toEqual({ because: expect.stringContaining("expired") as string });
  });
});

describe("over the network", () => {
  it("a host enrols, keeps its credentials in one file, and renews them with a new key", async () => {
    const { at, means, authority, notes, date } = await enrolling();
    const enrolled = await enrol(means, at, h1, await authority.invite(h1, hourMs));
    if ("because" in enrolled) throw new Error(enrolled.because);
    const path = join(await newFolder(), "identity.pem");
    await saveCredentials(path, enrolled.credentials);
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600");
    const { credentials } = await loadCredentials(path);
    expect(credentials).toEqual(enrolled.credentials);
    if (credentials === null) return;
    expect(isDueToRenew(credentials, date.utc)).toBe(false);
    expect(isDueToRenew(credentials, date.utc + 4 * 24 * hourMs)).toBe(true);
    const renewed = await renew(means, at, credentials);
    if ("because" in renewed) throw new Error(renewed.because);
    expect(renewed.credentials.keyPem).not.toBe(credentials.keyPem);
    expect(notes).toEqual(['enrolment of agent "h1" done', 'renewal for agent "h1" done']);
  });

  it("a present certificate renews its own name only, and nothing once it is revoked or expired", async () => {
    const { at, means, authority, date } = await enrolling();
    const mine = await authority.certify(h1);
    expect(await renew(means, at, { ...mine, identity: { role: "agent", name: "h2" } })).toEqual({ because: expect.stringContaining("not for CN=h1") as string });
    expect(await renew(means, at, { ...mine, identity: { role: "executor", name: "h1" } })).toEqual({ because: expect.stringContaining("other names") as string });
    date.utc += 8 * 24 * hourMs;
    expect(await renew(means, at, mine)).toEqual({ because: 'the certificate of agent "h1" has expired' });
    date.utc -= 8 * 24 * hourMs;
    expect(await authority.revoke(h1)).toBe(1);
    expect(await renew(means, at, mine)).toEqual({ because: 'the certificate of agent "h1" was revoked' });
  });

  it("a token is not given to a server of another authority", async () => {
    const [ours, others] = [await enrolling(), await enrolling()];
    const token = await ours.authority.invite(h1, hourMs);
    expect(await enrol(ours.means, others.at, h1, token)).toEqual({ because: expect.stringContaining("another authority") as string });
    expect(others.notes).toEqual([]);
    expect(await enrol(ours.means, { ...ours.at, name: "other" }, h1, token)).toEqual({ because: expect.stringContaining('not of authority "other"') as string });
    expect(await enrol(ours.means, ours.at, h1, token)).toHaveProperty("credentials");
  });

  it.each([
    ["POST", "/v1/enrol", "{", 400], ["POST", "/v1/enrol", '{"token":"x"}', 400], ["POST", "/v1/enrol", `"${"x".repeat(70_000)}"`, 400], ["POST", "/v1/renew", '{"request":"x"}', 401],
    ["POST", "/v1/enrol", '{"token":"x","role":"executor","name":"me","request":"x"}', 400], ["GET", "/../authority.key", "", 404],
  ])("%s %s with %.30s is refused", async (method, path, body, status) => {
    const { at, authority } = await enrolling();
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const message = send({ host: at.address, port: at.port, method, path, ca: authority.certificatePem, rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      message.on("error", reject);
      message.end(body);
    });
    expect(answered).toBe(status);
  });
});
