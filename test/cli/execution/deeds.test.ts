import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Deeds, type Deed } from "../../../cli/execution/deeds.ts";
import type { HostId } from "../../../model/ids.ts";
import { stowage } from "../command-line.ts";

async function operated(): Promise<{ readonly deeds: Deeds; readonly config: string; readonly journal: string }> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-deeds-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, "stowage.yaml");
  await writeFile(config, JSON.stringify({ apiVersion: "stowage/v1", kind: "operator", credentials: "none.pem", agents: [{ host: "a", address: "127.0.0.1", port: 1 }] }));
  return { deeds: new Deeds(join(folder, "executions")), config, journal: join(folder, "executions", "deeds", "deeds.journal") };
}

function deed(name: string): Deed {
  return { what: "dropCheckpoint", by: "anna", host: "a" as HostId, workload: "web", name };
}

describe("what was done outside of executions", () => {
  it("is told in the audit trail, also when several do something at once", async () => {
    const { deeds, config } = await operated();
    const names = Array.from({ length: 8 }, (_, n) => `c${n}`);
    await Promise.all(names.map((name, n) => deeds.keep(deed(name), null, () => Promise.resolve({ because: n === 0 ? "its disk\nis gone" : null }))));
    const { out } = await stowage("log", "--verify", "--config", config);
    for (const name of names) expect(out).toContain(`anna has a checkpoint dropped: "${name}" of "web" on host a`);
    expect(out).toMatch(/was not done: its disk is gone/);
    expect(out.match(/was done/g)).toHaveLength(7);
    expect(out).toContain("verified: 0 executions, 16 entries");
  });

  it("is written down before it is done, and not done when it cannot be", async () => {
    const { deeds, journal } = await operated();
    const seen: string[] = [];
    await deeds.keep(deed("one"), null, async () => {
      seen.push(await readFile(journal, "utf8"));
      return { because: null };
    });
    expect(seen).toEqual([expect.stringContaining('"kind":"asked"')]);
    expect(seen[0]).not.toContain("answered");

    await writeFile(journal, (await readFile(journal, "utf8")).replace('"name":"one"', '"name":"two"'));
    const unkept = await deeds.keep(deed("three"), null, () => {
      seen.push("done");
      return Promise.resolve({ because: null });
    });
    expect(unkept).toMatchObject({ unkept: [{ message: expect.stringContaining("does not follow from those before it") }] });
    expect(seen).toHaveLength(1);
  });

  it("is not changed unseen", async () => {
    const { deeds, config, journal } = await operated();
    await deeds.keep(deed("one"), null, () => Promise.resolve({ because: null }));
    await writeFile(journal, (await readFile(journal, "utf8")).replace('"by":"anna"', '"by":"carl"'));
    expect(await stowage("log", "--config", config)).toMatchObject({ code: 3, err: expect.stringContaining("does not follow from those before it") });
  });
});
