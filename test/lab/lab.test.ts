import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { archiveOf } from "../../cli/lab/guest/archive.ts";
import { defaultFolder, Lab, LabFault, missingPackages } from "../../cli/lab/index.ts";
import { labNames } from "../../cli/lab/names.ts";
import { stowage } from "../cli/command-line.ts";
import { answers, canHaveLab } from "./lab-of.ts";

const isThere = canHaveLab("labs");

function namespaces(): readonly string[] {
  return execFileSync("ip", ["netns", "list"], { encoding: "utf8" }).split("\n").map((line) => line.split(" ")[0] ?? "");
}

/** One that has ended may still be listed: whoever inherits it collects it some time later. */
function runs(pid: number): boolean {
  try {
    return !/\) [XZ] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("names of labs", () => {
  it.each(["", "--help", "../x", "a b", "A", "a-b", "$(x)", "a\nb", "abcdefghijklm", "1a", "ключ"])("refuses %j", (name) => {
    expect(() => labNames(name, defaultFolder)).toThrow(LabFault);
  });

  it.each(["", "labs", "-x", `/${"x".repeat(60)}`])("refuses the folder %j", (folder) => {
    expect(() => labNames("lab", folder)).toThrow(LabFault);
  });

  it("are told apart: none begins like another's parts", () => {
    const [a, ab] = [labNames("a", "/labs"), labNames("ab", "/labs")];
    expect([ab.switch.startsWith(`stowage-${a.name}-`), a.folder, ab.switch]).toEqual([false, "/labs/a", "stowage-ab-switch"]);
  });

  it("are refused by the command line, with a way out", async () => {
    const { code, err } = await stowage("lab", "status", "--name", "../x");
    expect([code, err]).toEqual([1, expect.stringContaining('A lab cannot be called "../x".')]);
    const none = await stowage("lab", "status", "--name", "nosuch", "--folder", "/nowhere");
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("There is no lab nosuch in /nowhere.")]);
  });
});

describe("what a lab needs", () => {
  it.each([
    ["root:x:0:0:root:/root:/bin/sh\nlibvirt-qemu:x:64055:108::/var/lib/libvirt:/usr/sbin/nologin\n", false],
    ["root:x:0:0:root:/root:/bin/sh\nalibvirt-qemu:x:1:1::/:/bin/false\n", true],
  ])("is also the user without whom libvirt does not start: %j", (passwords, isMissing) => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-users-"));
    writeFileSync(join(folder, "passwd"), passwords);
    expect(missingPackages(join(folder, "passwd")).includes("libvirt-daemon-system")).toBe(isMissing);
    rmSync(folder, { recursive: true });
  });
});

describe.runIf(isThere)("the first file system of a guest", () => {
  it("is what busybox unpacks: folders, files of any length, links and rights", () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-archive-"));
    const [one, all] = [Buffer.from("x"), Buffer.from(Array.from({ length: 1021 }, (_, i) => i % 256))];
    const archive = archiveOf([
      { path: "bin", kind: "folder", content: Buffer.alloc(0), mode: 0o755 }, { path: "bin/one", kind: "file", content: one, mode: 0o755 },
      { path: "bin/all", kind: "file", content: all, mode: 0o640 }, { path: "empty", kind: "file", content: Buffer.alloc(0), mode: 0o644 },
      { path: "sh", kind: "link", content: Buffer.from("bin/one"), mode: 0o777 },
    ]);
    execFileSync("busybox", ["cpio", "-idm"], { input: archive, cwd: folder, stdio: ["pipe", "ignore", "ignore"] });
    const listed = execFileSync("find", [folder, "-mindepth", "1", "-printf", "%P %y %m %l\n"], { encoding: "utf8" }).trimEnd().split("\n").map((line) => line.trimEnd()).toSorted();
    expect(listed).toEqual(["bin d 755", "bin/all f 640", "bin/one f 755", "empty f 644", "sh l 777 bin/one"]);
    expect([readFileSync(join(folder, "bin/all")).equals(all), readFileSync(join(folder, "sh"), "utf8")]).toEqual([true, "x"]);
    rmSync(folder, { recursive: true });
  });
});

describe.runIf(isThere)("a lab", { timeout: 120_000 }, () => {
  let lab: Lab;
  beforeAll(async () => { lab = await Lab.up({ name: "one", hosts: 3, install: true, libvirt: false }); }, 120_000);
  afterAll(async () => {
    await Lab.down("one");
    await Lab.down("two");
    await Lab.down("half");
  });

  it("has hosts of their own that reach each other", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    expect((await lab.run(h2, ["hostname"])).trim()).toBe("h2");
    expect(await lab.run(h1, ["ping", "-n", "-c", "1", "-W", "5", h2.address])).toContain("1 received");
    expect((await lab.run(h1, ["sh", "-c", "ls -d /proc/[0-9]*"])).split("\n").length).toBeLessThan(10);
  });

  it("stays as it is when it is made again, and gets back what is missing", async () => {
    const before = await Promise.all(lab.hosts.map((host) => lab.run(host, ["stat", "-c", "%Y", "/run/ready"])));
    await lab.powerOff(lab.host("h3"));
    expect([await lab.isOn(lab.host("h3")), answers(lab.host("h3").address), answers(lab.host("h1").address)]).toEqual([false, false, true]);
    const again = await Lab.up({ name: "one", hosts: 3, install: true, libvirt: false });
    expect([again.network, answers(lab.host("h3").address)]).toEqual([lab.network, true]);
    const after = await Promise.all(again.hosts.map((host) => lab.run(host, ["stat", "-c", "%Y", "/run/ready"])));
    expect([after[0], after[1]]).toEqual([before[0], before[1]]);
  });

  it("cuts one host off, or two from each other", async () => {
    const [h1, h2, h3] = [lab.host("h1"), lab.host("h2"), lab.host("h3")];
    const reaches = (from: typeof h1, to: typeof h1): Promise<boolean> => lab.run(from, ["ping", "-n", "-c", "1", "-W", "1", to.address]).then(() => true, () => false);
    await lab.cut(h1, h2);
    expect([await reaches(h1, h2), await reaches(h1, h3), await reaches(h2, h3), answers(h1.address)]).toEqual([false, true, true, true]);
    await lab.mend(h1, h2);
    await lab.cut(h1);
    expect([await reaches(h1, h3), await reaches(h2, h3), answers(h1.address)]).toEqual([false, true, false]);
    await lab.mend(h1);
    expect([await reaches(h1, h2), answers(h1.address)]).toEqual([true, true]);
  });

  it("ends programs with their host", async () => {
    const h2 = lab.host("h2");
    const sleeping = await lab.start(h2, ["sleep", "1000"]);
    expect(runs(sleeping.pid)).toBe(true);
    await lab.powerOff(h2);
    await sleeping.ended;
    expect(runs(sleeping.pid)).toBe(false);
    await lab.powerOn(h2);
  });

  it("stands beside others and is removed without a trace, however little of it there is", async () => {
    const two = await Lab.up({ name: "two", hosts: 2, install: true, libvirt: false });
    expect(two.network).not.toBe(lab.network);
    execFileSync("ip", ["netns", "add", "stowage-half-switch"]);
    execFileSync("ip", ["netns", "add", "stowage-half-h1"]);
    mkdirSync(join(defaultFolder, "half"), { recursive: true });
    writeFileSync(join(defaultFolder, "half/lab.json"), JSON.stringify({ format: "stowage/lab/v1", hosts: 2, subnet: null, guests: [] }));
    expect([await Lab.down("two"), await Lab.down("half"), await Lab.down("half")]).toEqual([true, true, false]);
    const left = namespaces().filter((name) => /^stowage-(two|half)-/.test(name));
    const groups = readdirSync("/sys/fs/cgroup").flatMap((controller) => (existsSync(join("/sys/fs/cgroup", controller, "cgroup.procs")) ? readdirSync(join("/sys/fs/cgroup", controller)) : [])).filter((name) => /^stowage-(two|half)-/.test(name));
    expect([left, groups, existsSync(join(defaultFolder, "two")), existsSync(join(defaultFolder, "half"))]).toEqual([[], [], false, false]);
    expect(answers(lab.host("h1").address)).toBe(true);
  });
});
