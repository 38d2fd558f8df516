import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stowage } from "../command-line.ts";
import { must } from "./real-fleet.ts";

describe("keys of people", () => {
  it("are made for names that can be read, never over another key, and say how to get one where there is none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stowage-ca-"));
    const [authority, key] = [join(folder, "authority"), join(folder, "bruno.pem")];
    const person = (name: string, out: string): ReturnType<typeof stowage> => stowage("ca", "person", "--folder", authority, "--out", out, "--", name);

    expect((await person("bruno", key)).err).toContain("Make one with `stowage ca init`");
    await must(stowage("ca", "init", "--folder", authority));
    for (const name of ["", " bruno", "bruno ", "a\nb", "a\u0007b", "x".repeat(254)]) {
      const { code, err } = await person(name, key);
      expect([code, err], JSON.stringify(name)).toEqual([1, expect.stringContaining(JSON.stringify(name).slice(0, 20))]);
    }
    await must(person("bruno", key));
    const before = await readFile(key, "utf8");
    const { code, err } = await person("carla", key);
    expect([code, err.replaceAll(/\s+/g, " ")]).toEqual([1, expect.stringContaining(`${key} is there already, and the key in it would be lost`)]);
    expect(await readFile(key, "utf8")).toBe(before);
    expect((await stowage("plan", "scenarios/e-commerce.yaml", "--out", join(folder, "plan.json"), "--as", "anna", "--key", join(folder, "none.pem"))).err)
      .toContain("`stowage ca person anna --out FILE`");
  });
});
