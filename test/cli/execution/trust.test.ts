import { webcrypto, X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { Authority, loadCredentials, saveCredentials, signatureOf, systemClock } from "../../../executor/index.ts";
import { defaultAuthoritySettings } from "../../../executor/trust/index.ts";
import { canonicalJson } from "../../../policies/index.ts";
import { stowage, type Ended } from "../command-line.ts";
import { must, programs, realFleet, type FleetOptions, type RealFleet } from "./real-fleet.ts";

type Approval = Readonly<Record<string, unknown>> & { readonly by: { readonly name: string; readonly roles: readonly string[] } };

function said({ code, err }: Ended): readonly [number | null, string] {
  return [code, err.replaceAll(/\s+/g, " ")];
}

function refused(words: string): readonly [number, string] {
  return [3, expect.stringContaining(words) as string];
}

/** A fleet in which `web` shall run on a; its plan is of anna, who has signed it. */
async function planned(options: FleetOptions = {}): Promise<{ readonly fleet: RealFleet; readonly plan: string; readonly scenario: string }> {
  const fleet = await realFleet({ hosts: ["a"], ...options });
  await fleet.template("a", "web", { data: "x" });
  const [scenario, plan] = [fleet.at("scenario.json"), fleet.at("plan.json")];
  await writeFile(scenario, programs(["a"], { web: { state: "new", applications: ["web"] } }, { applications: [{ id: "web" }], services: [{ id: "shop", applications: ["web"] }] }));
  await must(stowage("ca", "person", "anna", "--folder", fleet.at("authority"), "--out", fleet.at("anna.pem")));
  await must(stowage("plan", scenario, "--mode", "place", "--out", plan, "--as", "anna", "--key", fleet.at("anna.pem"), "--time", "1"));
  return { fleet, plan, scenario };
}

/** A document with the signature of whoever has the key. */
async function signedWith(document: Readonly<Record<string, unknown>>, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { credentials } = await loadCredentials(file);
  if (credentials === null) throw new Error(`${file} has no key`);
  return { ...document, signature: signatureOf(canonicalJson(document), credentials) };
}

const people = [{ name: "anna" }, { name: "bruno", roles: ["operator"] }, { name: "carla", roles: ["operator"] }];

describe("a fleet that takes only signed approvals", () => {
  it("counts what its person has signed, and nothing that was forged, edited or borrowed", async () => {
    const { fleet, plan, scenario } = await planned({ operator: { signedApprovals: true, people } });
    const key = fleet.at("bruno.pem");
    const ca = (...args: readonly string[]): Promise<Ended> => must(stowage("ca", ...args, "--folder", fleet.at("authority")));
    for (const name of ["bruno", "carla"]) await ca("person", name, "--out", fleet.at(`${name}.pem`));
    const approve = (...more: readonly string[]): Promise<Ended> => fleet.run("approve", plan, scenario, "--as", "bruno", ...more);
    expect(said(await approve())).toEqual(refused("nobody knows the key of bruno"));
    expect(said(await approve("--key", fleet.at("carla.pem")))).toEqual(refused('is the key of person "carla", not of person "bruno"'));
    expect(said(await approve("--key", fleet.at("executor.pem")))).toEqual(refused('is the key of executor "anna"'));
    await must(approve("--key", key));
    const good = JSON.parse(await readFile(fleet.at("plan.bruno.approval.json"), "utf8")) as Approval;

    const applied = async (approval: Readonly<Record<string, unknown>>): Promise<readonly [number | null, string]> => {
      await writeFile(fleet.at("other.json"), JSON.stringify(approval));
      return said(await fleet.run("apply", plan, scenario, "--dry-run", "--approval", fleet.at("other.json")));
    };
    const { signature: _signature, ...unsigned } = good;
    const stranger = await Authority.create(fleet.at("strangers"), "main", { clock: systemClock, crypto: webcrypto });
    if (stranger.authority !== null) await saveCredentials(fleet.at("stranger.pem"), await stranger.authority.certify({ role: "person", name: "bruno" }));
    const mallory = { ...unsigned, by: { name: "mallory", roles: [] } };
    await ca("person", "mallory", "--out", fleet.at("mallory.pem"));

    expect((await applied(good))[0]).toBe(0);
    expect(await applied(unsigned)).toEqual(refused("the approval of bruno is not signed"));
    expect(await applied({ ...good, comment: "and more" })).toEqual(refused("something else was signed with it"));
    expect(await applied({ ...good, by: { name: "carla", roles: ["operator"] } })).toEqual(refused("something else was signed with it"));
    expect(await applied({ ...good, givenAt: "2031-01-01T00:00:00Z" })).toEqual(refused("something else was signed with it"));
    expect(await applied(await signedWith(unsigned, fleet.at("carla.pem")))).toEqual(refused('was signed by person "carla"'));
    expect(await applied(await signedWith(unsigned, fleet.at("executor.pem")))).toEqual(refused('was signed by executor "anna"'));
    expect(await applied(await signedWith(unsigned, fleet.at("a.agent/identity.pem")))).toEqual(refused('was signed by agent "a"'));
    expect(await applied(await signedWith(unsigned, fleet.at("stranger.pem")))).toEqual(refused("its certificate is not of this fleet's authority"));
    expect(await applied(await signedWith(mallory, fleet.at("mallory.pem")))).toEqual(refused("mallory has approved, but is not among the people"));
    expect(await applied(await signedWith({ ...unsigned, by: { name: "bruno", roles: ["operator", "security"] } }, key))).toEqual(refused("claims the role security"));
    for (const signature of ["", ".", "a.b", "a.b.c", "$(x)", String(good["signature"]).split(".").reverse().join(".")]) expect(await applied({ ...good, signature })).toEqual(refused("it is no signature"));

    const carlas = await signedWith({ ...unsigned, by: { name: "carla", roles: ["operator"] } }, fleet.at("carla.pem"));
    expect((await applied(carlas))[0]).toBe(0);
    await ca("revoke", "person", "carla");
    expect(await applied(carlas)).toEqual(refused('the certificate of person "carla" was revoked'));

    // Whoever keeps the authority silent does not bring back what was revoked.
    await fleet.kill("authority");
    for (const approval of [good, carlas]) expect(await applied(approval)).toEqual(refused("nobody knows which signatures still count"));
    await fleet.start("authority");

    expect((await must(fleet.run("apply", plan, scenario, "--yes"))).out).toContain('"exitCode":0');
    expect((await must(fleet.run("log", "--verify"))).out).toContain("approved by bruno, signed");

    // Whoever runs an errand cannot sign for others: it ends with a plan for them.
    const stop = (...more: readonly string[]): Promise<Ended> => fleet.run("service", "stop", "shop", scenario, "--approved-by", "bruno", "--yes", "--time", "1", ...more);
    expect(said(await stop())).toEqual(refused("nobody knows the key of anna"));
    const errand = said(await stop("--key", fleet.at("anna.pem")));
    expect(errand).toEqual(refused("this fleet takes only signed approvals, so this errand ends with its plan"));
    const files = /errands\/\S+-stop\/(?=plan\.json)/.exec(errand[1])?.[0] ?? "";
    const parts = [fleet.at(`executions/${files}plan.json`), fleet.at(`executions/${files}scenario.json`)];
    await must(fleet.run("approve", ...parts, "--as", "bruno", "--key", key));
    await must(fleet.run("apply", ...parts, "--yes"));
    expect(await fleet.runs("a", "web")).toBe(false);

    // A person's certificate opens no connection.
    await writeFile(fleet.at("as-person.json"), (await readFile(fleet.config, "utf8")).replace("executor.pem", "carla.pem"));
    expect(said(await stowage("inventory", "--config", fleet.at("as-person.json"), "--wait", "2s"))).toEqual([1, expect.stringContaining("the agent of host a does not answer")]);
  }, 240_000);

  it("takes unsigned ones where it is not told otherwise, but never a signature that does not count", async () => {
    const { fleet, plan, scenario } = await planned();
    await must(fleet.run("approve", plan, scenario, "--as", "bruno"));
    const file = fleet.at("plan.bruno.approval.json");
    expect((await fleet.run("apply", plan, scenario, "--dry-run")).code).toBe(0);
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")) as Approval, signature: "a.b" }));
    expect(said(await fleet.run("apply", plan, scenario, "--dry-run"))).toEqual(refused("the approval of bruno has a signature that does not count"));
  }, 120_000);
});

describe("who made a plan", () => {
  it("is whoever has signed it where signing is needed: nobody approves their own plan under another name", async () => {
    const { fleet, plan, scenario } = await planned({ operator: { signedApprovals: true } });
    for (const name of ["bruno", "carl"]) await must(stowage("ca", "person", name, "--folder", fleet.at("authority"), "--out", fleet.at(`${name}.pem`)));
    const [text, other] = [await readFile(plan, "utf8"), fleet.at("other.json")];
    const ofAnna = JSON.parse(text) as Readonly<Record<string, unknown>> & { readonly digest: string };
    const { authorSignature: _authorSignature, ...unsigned } = ofAnna;
    const annas = (author: string, digest: string): Promise<Readonly<Record<string, unknown>>> => signedWith({ format: "stowage/authorship/v1", digest, author }, fleet.at("anna.pem"));
    // Anna cannot sign as carl; and an approval of bruno that covers a plan "of carl" does not help her either.
    const forged: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [unsigned, "the plan, which names anna as its author, is not signed by its author, and this fleet takes only plans that are"],
      [{ ...unsigned, author: "carl" }, "the plan, which names carl as its author, is not signed by its author"],
      [{ ...ofAnna, author: "carl" }, "something else was signed with it"],
      [{ ...ofAnna, author: "carl", authorSignature: (await annas("carl", ofAnna.digest))["signature"] }, 'was signed by person "anna"'],
      [{ ...ofAnna, authorSignature: (await annas("anna", "0".repeat(64)))["signature"] }, "something else was signed with it"],
      [{ ...ofAnna, authorSignature: "$(x)" }, "it is no signature"],
    ];
    for (const [document, words] of forged) {
      await writeFile(other, JSON.stringify(document));
      expect(said(await fleet.run("approve", other, scenario, "--as", "bruno", "--key", fleet.at("bruno.pem")))).toEqual(refused(words));
      const approval = { format: "stowage/approval/v1", digest: ofAnna.digest, author: document["author"], by: { name: "bruno", roles: [] }, comment: "", givenAt: new Date().toISOString(), rule: { approvers: 1, roles: {}, validForMs: 86_400_000, commentNeeded: false } };
      await writeFile(fleet.at("forged.json"), JSON.stringify(await signedWith(approval, fleet.at("bruno.pem"))));
      expect(said(await fleet.run("apply", other, scenario, "--yes", "--approval", fleet.at("forged.json")))).toEqual(refused(words));
    }
    expect(said(await fleet.run("approve", plan, scenario, "--as", "anna", "--key", fleet.at("anna.pem")))).toEqual(refused("anna made this plan and may not approve it"));
    await must(fleet.run("approve", plan, scenario, "--as", "bruno", "--key", fleet.at("bruno.pem")));
    await must(fleet.run("apply", plan, scenario, "--dry-run"));
    await must(fleet.run("apply", plan, scenario, "--yes"));
    expect((await must(fleet.run("log", "--verify"))).out).toMatch(/of anna, signed, \d+ actions/);

    // A key that is not theirs is told before anything is planned.
    const wrong = said(await stowage("plan", scenario, "--out", other, "--as", "anna", "--key", fleet.at("carl.pem"), "--time", "1"));
    expect(wrong).toEqual([1, expect.stringContaining('is the key of person "carl", not of person "anna"')]);
    await must(stowage("ca", "revoke", "person", "anna", "--folder", fleet.at("authority")));
    expect(said(await fleet.run("apply", plan, scenario, "--yes"))[1]).toContain('the certificate of person "anna" was revoked');
  }, 240_000);

  it("may be unproved where signing is not needed, but is never a name that somebody else has signed", async () => {
    const { fleet, plan, scenario } = await planned();
    const ofAnna = JSON.parse(await readFile(plan, "utf8")) as Readonly<Record<string, unknown>>;
    await writeFile(plan, JSON.stringify({ ...ofAnna, author: "carl" }));
    await must(fleet.run("approve", plan, scenario, "--as", "bruno"));
    expect(said(await fleet.run("apply", plan, scenario, "--dry-run"))).toEqual(refused("something else was signed with it"));
  }, 120_000);
});

describe("an executor", () => {
  it("renews its certificate when half of its time is over, and not once it was revoked", async () => {
    const { fleet } = await planned();
    const file = fleet.at("executor.pem");
    // It counts from five minutes before it was made, so one that lasts for three minutes is past its half at once.
    const { authority } = await Authority.open(fleet.at("authority"), { clock: systemClock, crypto: webcrypto }, { ...defaultAuthoritySettings, certificateForMs: 180_000 });
    const serial = async (): Promise<string> => new X509Certificate((await loadCredentials(file)).credentials?.certificatePem ?? "").serialNumber;
    const short = async (): Promise<string> => {
      if (authority !== null) await saveCredentials(file, await authority.certify({ role: "executor", name: "anna" }));
      return serial();
    };
    const before = await short();
    await must(fleet.run("inventory"));
    const after = await serial();
    expect(after).not.toBe(before);
    await must(fleet.run("inventory"));
    expect(await serial()).toBe(after);

    const late = await short();
    await must(stowage("ca", "revoke", "executor", "anna", "--folder", fleet.at("authority")));
    const { err } = await fleet.run("inventory", "--wait", "2s");
    expect(err).toContain('the certificate of executor "anna" was revoked');
    expect(await serial()).toBe(late);
  }, 120_000);

  it("with a second folder of executions is told of the first, and how to go on without it", async () => {
    const { fleet, plan, scenario } = await planned();
    const approved = (file: string): Promise<Ended> => must(fleet.run("approve", plan, file, "--as", "bruno"));
    const toBe = async (desired: string): Promise<string> => {
      const now = fleet.at("now.json");
      await must(fleet.run("inventory", "--base", scenario, "--out", now));
      const document = JSON.parse(await readFile(now, "utf8")) as { readonly workloads: readonly object[] };
      await writeFile(now, JSON.stringify({ ...document, workloads: document.workloads.map((workload) => ({ ...workload, desired })) }));
      await must(stowage("plan", now, "--mode", "repair", "--out", plan, "--as", "anna", "--time", "1"));
      await approved(now);
      return now;
    };
    await approved(scenario);
    await must(fleet.run("apply", plan, scenario, "--yes"));
    await must(fleet.run("apply", plan, await toBe("stopped"), "--yes"));

    const second = fleet.at("second.json");
    await writeFile(second, JSON.stringify({ ...JSON.parse(await readFile(fleet.config, "utf8")) as object, folder: "second" }));
    const shutOut = await stowage("apply", plan, await toBe("running"), "--yes", "--config", second);
    expect(said(shutOut)[1]).toMatch(/the agent of host a obeys another executor: the epoch that it knows is 2, here it is 1; .*another folder of executions.*write 2 into .*second\/epoch/);
    expect(await fleet.runs("a", "web")).toBe(false);
    await writeFile(fleet.at("second/epoch"), "2\n");
    await must(stowage("resume", "--config", second));
    expect(await fleet.runs("a", "web")).toBe(true);
  }, 120_000);
});
