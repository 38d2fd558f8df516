import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { stowage, type Ended } from "../command-line.ts";
import { must, programs, realFleet, type RealFleet } from "./real-fleet.ts";

const hostile = ["--help", "../x", "$(touch x)", "a\nb", "'\"", "-rf", "x;y", "\u202Etxt", "..", "a/b"];

async function changed(path: string, to: string, change: (text: string) => string): Promise<string> {
  await writeFile(to, change(await readFile(path, "utf8")));
  return to;
}

function said({ code, err }: Ended): readonly [number | null, string] {
  return [code, err.replaceAll(/\s+/g, " ")];
}

/** A fleet in which `web` is new and shall run on a; its plan is of anna. */
async function planned(fleet: RealFleet): Promise<{ readonly plan: string; readonly scenario: string }> {
  await fleet.template("a", "web", { data: "x" });
  const [scenario, plan] = [fleet.at("scenario.json"), fleet.at("plan.json")];
  await writeFile(scenario, programs(["a", "b"], { web: { state: "new" } }, {
    policies: [{ id: "on-a", select: { workloads: { everything: true } }, require: { fence: { hosts: { ids: ["a"] } } } }],
    approval: { validFor: "1h", commentNeeded: true },
  }));
  await must(stowage("plan", scenario, "--mode", "place", "--out", plan, "--as", "anna", "--time", "1"));
  return { plan, scenario };
}

describe("what is refused", () => {
  it("is a plan that changed, one of a fleet that changed, and every approval that does not count", async () => {
    const fleet = await realFleet();
    const { plan, scenario } = await planned(fleet);
    const apply = (...more: readonly string[]): Promise<Ended> => fleet.run("apply", plan, scenario, "--yes", ...more);
    const approve = (as: string, ...more: readonly string[]): Promise<Ended> => fleet.run("approve", plan, scenario, "--as", as, ...more);

    expect(said(await apply())).toEqual([3, expect.stringContaining("0 approvals by somebody else than the author count")]);
    expect(said(await approve("anna", "--comment", "mine"))).toEqual([3, expect.stringContaining("anna made this plan and may not approve it")]);
    expect(said(await approve("ANNA ", "--comment", "mine"))).toEqual([3, expect.stringContaining("may not approve it")]);
    expect(said(await approve("bruno"))).toEqual([3, expect.stringContaining("has no comment")]);
    await must(approve("bruno", "--comment", "fine"));
    const approval = fleet.at("plan.bruno.approval.json");

    const expired = await changed(approval, fleet.at("expired.json"), (text) => text.replace(/"givenAt": "[^"]+"/, `"givenAt": "${new Date(Date.now() - 3_700_000).toISOString()}"`));
    expect(said(await apply("--approval", expired))).toEqual([3, expect.stringContaining("has expired")]);
    const stranger = await changed(approval, fleet.at("stranger.json"), (text) => text.replace('"author": "anna"', '"author": "carla"'));
    expect(said(await apply("--approval", stranger))).toEqual([3, expect.stringContaining("bruno has approved a plan of carla")]);
    const renamed = await changed(approval, fleet.at("renamed.json"), (text) => text.replace('"name": "bruno"', '"name": "Anna"'));
    expect(said(await apply("--approval", renamed))).toEqual([3, expect.stringContaining("may not approve it")]);
    const weaker = await changed(scenario, fleet.at("weaker.json"), (text) => text.replace('"commentNeeded":true', '"commentNeeded":false'));
    expect(said(await fleet.run("apply", plan, weaker, "--yes"))).toEqual([3, expect.stringContaining("the rule for approvals has changed since bruno approved")]);
    const lawless = await changed(scenario, fleet.at("lawless.json"), (text) => text.replace('"id":"on-a"', '"id":"on-a","enabled":false'));
    expect(said(await fleet.run("apply", plan, lawless, "--yes"))).toEqual([4, expect.stringMatching(/policy on-a was \w+ when the plan was made, now it is \w+: The plan was approved under this rule/)]);
    expect(said(await apply("--approval", fleet.at("nowhere.json")))).toEqual([1, expect.stringContaining("does not exist")]);
    expect(said(await apply("--approval", plan))).toEqual([1, expect.stringContaining("is no approval")]);

    // The digest of what was approved, of another plan; and a plan that only says so.
    const other = await changed(plan, fleet.at("other.json"), (text) => text.replaceAll('"host": "a"', '"host": "b"'));
    expect(said(await fleet.run("apply", other, scenario, "--yes", "--approval", approval))[0]).not.toBe(0);
    expect((await fleet.run("apply", other, scenario, "--yes", "--approval", approval)).err).toMatch(/it was changed|is for plan/);

    expect(said(await fleet.run("apply", plan, scenario, "--dry-run"))[0]).toBe(0);
    expect(await fleet.runs("a", "web")).toBe(false);
    expect(said(await fleet.run("apply", plan, scenario))).toEqual([1, expect.stringContaining("Nobody can be asked")]);

    // Somebody starts it by hand: the fact on which the plan rests has changed.
    await must(apply());
    expect(await fleet.runs("a", "web")).toBe(true);
    expect(said(await apply())).toEqual([4, expect.stringContaining("workload web host was nowhere when the plan was made, now it is a")]);
    expect(said(await fleet.run("rollback", "--yes"))).toEqual([0, expect.anything()]);
  }, 240_000);

  it("is whoever comes with a token that was used, another's certificate, or a revoked one", async () => {
    const fleet = await realFleet();
    const { plan, scenario } = await planned(fleet);
    await must(fleet.run("approve", plan, scenario, "--as", "bruno", "--comment", "fine"));
    expect(said(await stowage("agent", "enrol", fleet.at("a.json"), "--token-file", fleet.at("a.token")))).toEqual([3, expect.stringContaining("the token is unknown or was used before")]);

    // The agent of a comes with the certificate of b: its own program refuses, and so does the executor.
    await fleet.kill("a");
    const own = await readFile(fleet.at("a.agent/identity.pem"), "utf8");
    await writeFile(fleet.at("a.agent/identity.pem"), await readFile(fleet.at("b.agent/identity.pem"), "utf8"));
    expect(said(await fleet.begin("agent", "run", fleet.at("a.json")).ended)[0]).not.toBe(0);
    await changed(fleet.at("a.json"), fleet.at("a.json"), (text) => text.replace('"host":"a"', '"host":"b"'));
    await fleet.start("a");
    const stolen = await fleet.run("apply", plan, scenario, "--yes", "--wait", "3s");
    expect(said(stolen)).toEqual([3, expect.stringContaining("the agent of host a does not answer")]);
    expect(stolen.err).toContain('the certificate is of agent "b", not of agent "a"');
    await fleet.kill("a");
    await changed(fleet.at("a.json"), fleet.at("a.json"), (text) => text.replace('"host":"b"', '"host":"a"'));
    await writeFile(fleet.at("a.agent/identity.pem"), own);
    await fleet.start("a");

    // Revoked: nobody is let in with it, in both directions.
    await must(stowage("ca", "revoke", "agent", "a", "--folder", fleet.at("authority")));
    expect(said(await fleet.run("apply", plan, scenario, "--yes", "--wait", "3s"))).toEqual([3, expect.stringContaining("the agent of host a does not answer")]);
    expect(said(await stowage("ca", "renew", fleet.at("a.agent/identity.pem"), "--folder", fleet.at("authority")))).toEqual([3, expect.stringContaining("agent a was revoked")]);
    await must(stowage("ca", "revoke", "executor", "anna", "--folder", fleet.at("authority")));
    await fleet.kill("b");
    await fleet.start("b");
    const inventory = await fleet.run("inventory", "--wait", "3s");
    expect(said(inventory)).toEqual([1, expect.stringContaining("the agent of host b does not answer")]);
  }, 240_000);

  it("are hostile names wherever they could reach a driver, a shell, a terminal or a path", async () => {
    const fleet = await realFleet({ hosts: ["a"] });
    const { plan, scenario } = await planned(fleet);
    for (const name of hostile) {
      const ended = await Promise.all([
        fleet.run("approve", plan, scenario, "--comment", name, `--as=${name}`),
        fleet.run("status", "--", name), fleet.run("log", "--", name),
        stowage("ca", "token", "--folder", fleet.at("authority"), "agent", "--", name),
        stowage("ca", "revoke", "--folder", fleet.at("authority"), "executor", "--", name),
        fleet.run("service", "start", "--yes", "--approved-by", "bruno", "--", name, scenario),
        fleet.run("evacuate", "--yes", "--approved-by", "bruno", "--", name, scenario),
      ]);
      // eslint-disable-next-line no-control-regex
      for (const { out, err } of ended) expect(out + err).not.toMatch(/internal error|[\u0000-\u0008\u001b\u202E]/);
      const odd = fleet.at("odd.json");
      await writeFile(odd, programs(["a"], { [name]: { state: "new" } }));
      const made = await stowage("plan", odd, "--mode", "place", "--out", fleet.at("odd-plan.json"), "--as", "anna", "--time", "1");
      if (made.code !== 0) continue;
      await must(fleet.run("approve", fleet.at("odd-plan.json"), odd, "--as", "bruno"));
      const applied = await fleet.run("apply", fleet.at("odd-plan.json"), odd, "--yes");
      expect([name, applied.code, applied.out.includes("there is no template")]).toEqual([name, 5, true]);
    }
  }, 240_000);
});
