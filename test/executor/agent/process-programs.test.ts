import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, property, string } from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Outcome } from "../../../executor/agent/driver.ts";
import { limit, limitOf, unlimit } from "../../../executor/agent/process/control-group.ts";
import { folderName } from "../../../executor/agent/place.ts";
import { pack, unpack } from "../../../executor/agent/parcel.ts";
import { holdersOf, isAlive, launch, signal } from "../../../executor/agent/process/processes.ts";
import type { Program } from "../../../executor/agent/process/program.ts";
import type { WorkloadId } from "../../../model/ids.ts";
import { hostileNames, quiet, task } from "./driver-contract.ts";
import { newHosts, processLayer, template } from "./process-layer.ts";

const web = "web" as WorkloadId;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-files-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("names of folders", () => {
  it("are plain, different, and stay where they are for any id", () => {
    const names = hostileNames.map((name) => folderName(name));
    expect(new Set(names).size).toBe(hostileNames.length);
    assert(property(string({ unit: "binary", minLength: 1, maxLength: 253 }), string({ unit: "binary", minLength: 1, maxLength: 253 }), (one, other) => {
      expect(folderName(one)).toMatch(/^[wx]-[A-Za-z0-9_.-]{1,220}$/);
      expect(folderName(one) === folderName(other)).toBe(one === other);
    }), { seed: 7, numRuns: 300 });
  });
});

/** Starts a program of this form on host a. */
async function startOf(program: unknown, files: Readonly<Record<string, string>> = {}, before: (place: string) => Promise<void> = () => Promise.resolve()): Promise<{ readonly outcome: Outcome; readonly layer: Awaited<ReturnType<typeof processLayer>> }> {
  const layer = await processLayer();
  await template(layer.folder, "a", web, files, program as Program);
  await before(join(layer.folder, "templates", "a", folderName(web)));
  const outcome = await layer.driver(layer.a).perform(task({ kind: "start", workload: web, host: layer.a }, "absent"), quiet());
  return { outcome, layer };
}

describe("a program", () => {
  it.each<[string, unknown, string]>([
    ["outside of its files", { command: ["../../../../bin/ls"] }, "not among its files"],
    ["not allowed here", { command: ["/bin/sh", "-c", "id"] }, "not among the programs that may be run"],
    ["behind a link to the outside", { command: ["shell"] }, "not among its files"],
    ["the folder itself", { command: ["."] }, "not among its files"],
    ["no program", { command: ["text"] }, "no program that can be run"],
    ["without a command", { command: [] }, "not in order"],
    ["with a zero byte", { command: ["/bin/sleep", "1\u0000"] }, "not in order"],
    ["with unknown wishes", { command: ["/bin/sleep"], user: "root" }, "not in order"],
    ["with a wrong name of a variable", { command: ["/bin/sleep"], environment: { "LD PRELOAD": "x" } }, "not in order"],
  ])("%s is not run", async (_, program, because) => {
    const { outcome, layer } = await startOf(program, {}, async (place) => {
      await symlink("/bin/sh", join(place, "files", "shell"));
      await writeFile(join(place, "files", "text"), "x", { mode: 0o644 });
    });
    expect(outcome).toMatchObject({ kind: "failed", again: false, found: "absent" });
    expect(outcome.kind === "failed" && outcome.because).toContain(because);
    expect(await layer.driver(layer.a).find(web)).toBe("absent");
  });

  it("gets its arguments as they are, whatever they look like", async () => {
    const hostile = ["--help", "$(touch x)", "`id`", "a b", "a;b", "*", "a\nb", "'", '"', "--", "-c"];
    const { outcome, layer } = await startOf({ command: ["serve", ...hostile], settleMs: 300 }, { serve: '#!/bin/sh\nprintf "%s\\0" "$@" > told\nexec sleep 1000\n' });
    expect(outcome).toEqual({ kind: "done" });
    const files = join(layer.folder, "a", "places", folderName(web), "files");
    await expect.poll(async () => (await readFile(join(files, "told"), "utf8").catch(() => "")).split("\0").slice(0, -1), { timeout: 10_000 }).toEqual(hostile);
    expect((await readdir(files)).sort()).toEqual(["serve", "told"]);
  });

  it("that ends at once has failed to start, may have run, and leaves nothing of a new workload", async () => {
    const { outcome, layer } = await startOf({ command: ["serve"], settleMs: 2000 }, { serve: "#!/bin/sh\nexit 3\n" });
    expect(outcome).toMatchObject({ kind: "failed", again: true, found: "absent", ran: true });
    expect(await layer.content(layer.a, web)).toBeNull();
  });

  it("is started again when it dies, with the children that it has left behind ended first", async () => {
    const { outcome, layer } = await startOf({ command: ["serve"], settleMs: 300 }, { serve: "#!/bin/sh\nsleep 1000 &\necho $$ >> started\nsleep 1000\n" });
    expect(outcome).toEqual({ kind: "done" });
    const place = join(layer.folder, "a", "places", folderName(web));
    await expect.poll(async () => (await holdersOf(place)).length, { timeout: 10_000 }).toBe(3);
    const before = await holdersOf(place);
    const { pid } = JSON.parse(await readFile(join(place, "state.json"), "utf8")) as { readonly pid: number };
    process.kill(pid, "SIGKILL");
    await expect.poll(async () => (await readFile(join(place, "files", "started"), "utf8")).split("\n").length, { timeout: 10_000 }).toBe(3);
    await expect.poll(() => Promise.all(before.map((each) => isAlive(each))), { timeout: 10_000 }).toEqual([false, false, false]);
    expect(await layer.driver(layer.a).find(web)).toBe("running");
  }, 20_000);

  it("that may not be killed and does not end stays as it was", async () => {
    const { layer } = await startOf({ command: ["serve"], settleMs: 300, graceMs: 300, mayKill: false }, { serve: "#!/bin/sh\ntrap '' TERM\ntouch trapped\nwhile :; do sleep 0.1; done\n" });
    await expect.poll(() => readFile(join(layer.folder, "a", "places", folderName(web), "files", "trapped"), "utf8").catch(() => null), { timeout: 10_000 }).toBe("");
    const outcome = await layer.driver(layer.a).perform(task({ kind: "stop", workload: web, host: layer.a }, "running"), quiet());
    expect(outcome).toMatchObject({ kind: "failed", found: "running" });
    expect(await layer.driver(layer.a).find(web)).toBe("running");
  });

  it("never runs twice at one place, whatever is remembered", async () => {
    const folder = await newHosts();
    const place = join(folder, "a", "places", "w-web");
    await mkdir(join(place, "files"), { recursive: true });
    const sleep = { place, path: "/bin/sleep", args: ["1000"], environment: {}, uid: undefined, gid: undefined };
    const first = await launch(sleep, () => {});
    const second = await launch(sleep, () => {});
    await expect.poll(async () => second === null || !await isAlive(second), { timeout: 10_000 }).toBe(true);
    expect(await holdersOf(place)).toEqual([first]);
    if (first !== null) await signal(first, "SIGKILL");
    await expect.poll(() => holdersOf(place)).toEqual([]);
  }, 20_000);
});

describe("limits", () => {
  it("are those that the kernel keeps, or it is said that there are none", async () => {
    const folder = await newHosts();
    const place = join(folder, "a", "places", `w-limited-${process.pid}`);
    await mkdir(join(place, "files"), { recursive: true });
    const sleeping = await launch({ place, path: "/bin/sleep", args: ["1000"], environment: {}, uid: undefined, gid: undefined }, () => {});
    if (sleeping === null) throw new Error("it does not run");
    onTestFinished(() => unlimit(place));
    const unlimited = await limit(place, sleeping.pid, { memoryMiB: 64, processes: 20 });
    const memory = await limitOf(place, "memory", "memory.max") ?? await limitOf(place, "memory", "memory.limit_in_bytes");
    if (unlimited.length === 0) expect(memory).toBe(String(64 * 1_048_576));
    else expect(unlimited.join()).toMatch(/is not limited: /);
    expect(await limit(place, sleeping.pid, { memoryMiB: 64 }, join(folder, "nowhere", "\u0000"))).toEqual([expect.stringContaining("memory is not limited")]);
    await signal(sleeping, "SIGKILL");
  });
});

async function* bytes(...parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(typeof part === "string" ? Buffer.from(part) : part);
}

function head(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

async function packed(root: string, names: readonly string[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of pack(root, names)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("files on their way", () => {
  it("arrive as they were: names, contents, rights, links", async () => {
    const [from, to] = [await newFolder(), await newFolder()];
    await mkdir(join(from, "files", "--deep", "$(x)"), { recursive: true });
    await writeFile(join(from, "files", "--deep", "$(x)", "a\nb"), "one", { mode: 0o750 });
    await writeFile(join(from, "files", "large"), Buffer.alloc(300_000, 7));
    await writeFile(join(from, "files", "empty"), "");
    await symlink("--deep/../large", join(from, "files", "link"));
    await unpack(to, bytes(await packed(from, ["files"])));
    expect(await packed(to, ["files"])).toEqual(await packed(from, ["files"]));
  });

  it("are refused when a link leads out of them", async () => {
    const from = await newFolder();
    await mkdir(join(from, "files"));
    for (const target of ["/etc", "../../x", "a/../../../x"]) {
      await symlink(target, join(from, "files", "link"));
      await expect(packed(from, ["files"])).rejects.toThrow("outside of its files");
      await rm(join(from, "files", "link"));
    }
  });

  it.each<[string, readonly unknown[]]>([
    ["a path upwards", [{ kind: "file", path: "../x", mode: 420, bytes: 0 }]],
    ["an absolute path", [{ kind: "file", path: "/tmp/x", mode: 420, bytes: 0 }]],
    ["a path through a folder upwards", [{ kind: "folder", path: "d", mode: 493 }, { kind: "file", path: "d/../../x", mode: 420, bytes: 0 }]],
    ["a link to the outside", [{ kind: "link", path: "l", target: "../x" }]],
    ["an absolute link", [{ kind: "link", path: "l", target: "/etc" }]],
    ["something behind a link", [{ kind: "folder", path: "d", mode: 493 }, { kind: "link", path: "l", target: "d" }, { kind: "file", path: "l/x", mode: 420, bytes: 0 }]],
    ["a link in place of a folder", [{ kind: "link", path: "l", target: "." }, { kind: "folder", path: "l", mode: 493 }]],
    ["the same file twice", [{ kind: "file", path: "x", mode: 420, bytes: 0 }, { kind: "file", path: "x", mode: 420, bytes: 0 }]],
    ["rights that no file here may have", [{ kind: "file", path: "x", mode: 0o4755, bytes: 0 }]],
    ["a device", [{ kind: "device", path: "x" }]],
    ["an end that does not fit", [{ kind: "end", digest: "0" }]],
    ["no end", [{ kind: "file", path: "x", mode: 420, bytes: 0 }]],
    ["less than it says", [{ kind: "file", path: "x", mode: 420, bytes: 10 }]],
  ])("are refused with %s", async (_, heads) => {
    const around = await newFolder();
    const to = join(around, "to");
    await mkdir(to);
    await expect(unpack(to, bytes(...heads.map((each) => head(each))))).rejects.toThrow(/./);
    expect(await readdir(around)).toEqual(["to"]);
  });

  it("are refused when there is more among them than belongs to the workload", async () => {
    const file = { kind: "file", path: "state.json", mode: 420, bytes: 0 };
    await expect(unpack(await newFolder(), bytes(head(file)), ["program.json", "files"])).rejects.toThrow("nothing that belongs to the workload");
  });

  it("are refused when they are cut or changed anywhere", async () => {
    const from = await newFolder();
    await mkdir(join(from, "files"));
    await writeFile(join(from, "files", "data"), "some content");
    const whole = await packed(from, ["files"]);
    for (let i = 0; i < whole.length; i += 5) {
      await expect(unpack(await newFolder(), bytes(whole.subarray(0, i)))).rejects.toThrow(/./);
      const changed = Buffer.from(whole);
      changed[i] = (changed[i] ?? 0) ^ 1;
      await expect(unpack(await newFolder(), bytes(changed))).rejects.toThrow(/./);
    }
  });
});
