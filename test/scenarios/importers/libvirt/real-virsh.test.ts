import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { file, folder, stowage } from "../../../cli/command-line.ts";
import { importedSoundly } from "../imported.ts";
import { has, until } from "../prometheus/real-server.ts";

/** A host of libvirt's own test driver: 8 processors of 4 cores, three machines, of which one does not run. */
const node = `<node>
  <domain type='test'><name>web 1</name><uuid>11111111-0000-4000-8000-000000000001</uuid><memory unit='GiB'>4</memory><currentMemory unit='GiB'>2</currentMemory><vcpu>2</vcpu><os><type>hvm</type></os></domain>
  <domain type='test'><name>db</name><uuid>11111111-0000-4000-8000-000000000002</uuid><memory unit='MiB'>1536</memory><vcpu>4</vcpu><os><type>hvm</type></os>
    <devices><disk type='file' device='disk'><source file='/guest/db.img'/><target dev='vda'/></disk><interface type='network'><source network='default'/></interface></devices></domain>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>old&amp;cold</name><uuid>11111111-0000-4000-8000-000000000003</uuid><memory unit='KiB'>1048576</memory><vcpu>1</vcpu><os><type>hvm</type></os><test:runstate>5</test:runstate></domain>
  <cpu><mhz>2400</mhz><model>x86_64</model><active>8</active><nodes>1</nodes><sockets>1</sockets><cores>4</cores><threads>2</threads></cpu>
  <memory>33554432</memory>
</node>
`;

/** Nobody in particular, with a libvirt of their own. */
const stranger = 65_534;

interface Reader {
  readonly uri: string;
  readonly folder: string;
  readonly isStranger: boolean;
}

/** Starts a program as somebody without rights, whose settings lie in a folder. */
function asStranger(folder: string, program: string, ...args: readonly string[]): readonly [string, readonly string[]] {
  const home = ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map((name) => `${name}=${folder}`);
  return ["setpriv", ["--reuid", String(stranger), "--regid", String(stranger), "--clear-groups", "env", ...home, program, ...args]];
}

/** Runs the commands that the manual gives, as a reader would, against this address. */
function commandsOfManual({ uri, folder: here, isStranger }: Reader): string {
  const manual = readFileSync(new URL("../../../../docs/import.md", import.meta.url), "utf8");
  const commands = `export LIBVIRT_DEFAULT_URI=${uri}\n${/## libvirt[^]*?```sh\n([^`]*)```/.exec(manual)?.[1] ?? ""}`;
  expect(commands).toContain("virsh dumpxml");
  const [program, args] = isStranger ? asStranger(here, "bash", "-euc", commands) : ["bash", ["-euc", commands]] as const;
  const { status, stderr } = spawnSync(program, args, { cwd: here, encoding: "utf8", timeout: 60_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return join(here, "kvm-1");
}

/** The test driver of libvirt, with a host of ours. */
function testDriver(): Reader {
  return { uri: `test://${file("node.xml", node)}`, folder: mkdtempSync(join(tmpdir(), "stowage-virsh-")), isStranger: false };
}

describe.skipIf(!has("virsh"))("what a real virsh prints", () => {
  it("of the commands of the manual becomes the fleet that libvirt has", async () => {
    const host = commandsOfManual(testDriver());
    const { document } = await importedSoundly("libvirt", [host]);
    expect(document.hosts?.map(({ id, capacity }) => [id, capacity?.cpuMillicores, capacity?.memoryMiB])).toEqual([["kvm-1", 4000, 32_768]]);
    expect(document.workloads?.map(({ id, state, reservation }) => [id, state ?? "running", reservation?.cpuMillicores, reservation?.memoryMiB]).sort()).toEqual([
      ["db", "running", 4000, 1536], ["old&cold", "stopped", 1000, 1024], ["web 1", "running", 2000, 4096],
    ]);
  });

  it("becomes a scenario that validate accepts and plan plans", async () => {
    const host = commandsOfManual(testDriver());
    const out = join(folder, "kvm.yaml");
    expect((await stowage("import", "libvirt", host, "--out", out)).code).toBe(0);
    expect((await stowage("validate", out)).out).toContain("1 host, 3 workloads");
    expect((await stowage("plan", out)).out).toContain("placed    3 of 3 workloads");
  });
});

const guest = `<domain type='qemu'><name>vm one</name><memory unit='MiB'>256</memory><vcpu>2</vcpu><os><type arch='x86_64'>hvm</type></os>
  <devices><disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='DISK'/><target dev='vda' bus='virtio'/></disk></devices></domain>
`;

/** Only root can become somebody else. */
function canBeStranger(): boolean {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && process.env["STOWAGE_REQUIRE_ALL"] === "1") throw new Error("this is not root, and STOWAGE_REQUIRE_ALL=1 asks for a libvirtd under another account");
  if (!isRoot) console.warn("SKIPPED: only root can start a libvirtd under another account");
  return isRoot;
}

describe.skipIf(!has("libvirtd") || !has("qemu-system-x86_64") || !has("setpriv") || !canBeStranger())("what a real libvirtd with the driver of qemu knows", () => {
  it("becomes a scenario with the processors, the memory and the disks that are there", async () => {
    const here = mkdtempSync(join(tmpdir(), "stowage-libvirtd-"));
    chownSync(here, stranger, stranger);
    const [disk, definition] = [join(here, "disk.img"), join(here, "guest.xml")];
    writeFileSync(disk, "");
    truncateSync(disk, 10 * 1_048_576);
    writeFileSync(definition, guest.replace("DISK", disk));
    for (const path of [disk, definition]) chmodSync(path, 0o666);
    const [program, args] = asStranger(here, "libvirtd", "--timeout", "120");
    const daemon = spawn(program, args, { stdio: "ignore" });
    try {
      await until("libvirtd listens", () => existsSync(join(here, "libvirt/libvirt-sock")));
      const [virsh, define] = asStranger(here, "virsh", "-c", "qemu:///session", "define", definition);
      expect(spawnSync(virsh, define, { encoding: "utf8", timeout: 60_000 })).toMatchObject({ status: 0, stderr: "" });
      const kept = commandsOfManual({ uri: "qemu:///session", folder: here, isStranger: true });
      const { document } = await importedSoundly("libvirt", [kept]);
      expect(document.workloads?.map(({ id, state, reservation, dataMiB }) => [id, state, reservation, dataMiB])).toEqual([["vm one", "stopped", { cpuMillicores: 2000, memoryMiB: 256, storageMiB: 10 }, 10]]);
      const [host] = document.hosts ?? [];
      expect(host?.capacity?.cpuMillicores).toBeLessThanOrEqual(cpus().length * 1000);
      const kibibytes = /Memory size: +(\d+) KiB/.exec(readFileSync(join(kept, "nodeinfo.txt"), "utf8"))?.[1];
      expect(host?.capacity?.memoryMiB).toBe(Math.floor(Number(kibibytes) / 1024));
      const out = join(folder, "qemu.yaml");
      expect((await stowage("import", "libvirt", kept, "--out", out)).code).toBe(0);
      expect((await stowage("plan", out)).out).toContain("placed    1 of 1 workload");
    } finally {
      const end = new Promise((resolve) => void daemon.once("exit", resolve));
      daemon.kill("SIGTERM");
      await end;
    }
  }, 150_000);
});
