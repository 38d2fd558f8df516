import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { archiveOf, extract } from "../../../../executor/agent/podman/volume-data.ts";
import { join as joined, split } from "../../../../executor/agent/sections.ts";

const run = promisify(execFile);

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-volume-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("the data of a volume", () => {
  it("arrive as they were: names, contents, rights, links, holes", async () => {
    const [from, to] = [await newFolder(), await newFolder()];
    await mkdir(join(from, "--deep", "$(x)"), { recursive: true });
    await writeFile(join(from, "--deep", "$(x)", "a\nb"), "one");
    await chmod(join(from, "--deep"), 0o2750);
    await symlink("/etc/passwd", join(from, "link"));
    await run("/bin/truncate", ["--size=50000000", join(from, "hole")]);
    await extract(to, archiveOf(from, true));
    expect((await readdir(to)).sort()).toEqual(["--deep", "hole", "link"]);
    expect(await readFile(join(to, "--deep", "$(x)", "a\nb"), "utf8")).toBe("one");
    expect([(await lstat(join(to, "--deep"))).mode & 0o7777, (await lstat(join(to, "link"))).isSymbolicLink(), (await lstat(join(to, "hole"))).size]).toEqual([0o2750, true, 50_000_000]);
    expect((await lstat(join(to, "hole"))).blocks).toBeLessThan(1000);
  });

  it.each<[string, (bad: string, outside: string) => Promise<readonly string[]>]>([
    ["a path upwards", async (bad) => {
      await writeFile(join(bad, "x"), "bad");
      return ["--transform", "s,^x,../x,", `--directory=${bad}`, "x"];
    }],
    ["a path from the root", async (bad, outside) => {
      await writeFile(join(bad, "x"), "bad");
      return ["--transform", `s,^x,${outside}/x,`, `--directory=${bad}`, "x"];
    }],
    ["a file behind a link", async (bad, outside) => {
      await mkdir(join(bad, "one"));
      await mkdir(join(bad, "two", "l"), { recursive: true });
      await symlink(outside, join(bad, "one", "l"));
      await writeFile(join(bad, "two", "l", "x"), "bad");
      return [`--directory=${join(bad, "one")}`, "l", `--directory=${join(bad, "two")}`, "l/x"];
    }],
  ])("never leave their folder with %s", async (_, make) => {
    const around = await newFolder();
    const [bad, outside, to] = ["bad", "outside", "to"].map((name) => join(around, name));
    if (bad === undefined || outside === undefined || to === undefined) throw new Error("three folders");
    for (const folder of [bad, outside, to]) await mkdir(folder);
    const archive = join(around, "archive.tar");
    await run("/bin/tar", ["--create", "--absolute-names", `--file=${archive}`, ...await make(bad, outside)]);
    await extract(to, createReadStream(archive)).catch(() => {});
    expect([await readdir(outside), (await readdir(around)).sort()]).toEqual([[], ["archive.tar", "bad", "outside", "to"]]);
  });

  it("go only into a new volume", async () => {
    const [from, to] = [await newFolder(), await newFolder()];
    await writeFile(join(to, "x"), "");
    await expect(extract(to, archiveOf(from, true))).rejects.toThrow("should be new");
  });
});

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

async function received(bytes: Buffer): Promise<readonly (readonly [string, Buffer])[]> {
  const found: [string, Buffer][] = [];
  for await (const { name, data } of split(once(bytes))) found.push([name, await whole(data)]);
  return found;
}

describe("streams sent as one", () => {
  const sections = { first: Buffer.from("one"), "../second\n": Buffer.alloc(0), third: Buffer.alloc(3_000_000, 7) };
  const sent = (): Promise<Buffer> => whole(joined(Object.entries(sections).map(([name, bytes]) => ({ name, data: once(bytes) }))));

  it("come apart again", async () => {
    const found = await received(await sent());
    expect(found.map(([name]) => name)).toEqual(Object.keys(sections));
    expect(Object.values(sections).map((bytes, i) => found[i]?.[1].equals(bytes))).toEqual([true, true, true]);
  });

  it("are refused when they are cut or changed anywhere", async () => {
    const bytes = await sent();
    for (const at of [0, 3, 10, 40, 60, 100, 1_000_000, bytes.length - 70, bytes.length - 1]) {
      await expect(received(bytes.subarray(0, at))).rejects.toThrow(/./);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(received(changed)).rejects.toThrow(/./);
    }
  });

  it("are refused when somebody goes on before one has ended", async () => {
    const bytes = await sent();
    await expect((async () => { for await (const section of split(once(bytes))) expect(section.name).toBe("first"); })()).rejects.toThrow("was not read to its end");
  });
});
