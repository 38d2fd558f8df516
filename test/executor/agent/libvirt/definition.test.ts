import { describe, expect, it } from "vitest";
import { refusalOf, uuidOf, withDiskFiles, withIdentity, withOwnAddresses, type Admission } from "../../../../executor/agent/libvirt/definition.ts";
import { domainName, markedWorkload } from "../../../../executor/agent/libvirt/domains.ts";
import { parseXml, writeXml } from "../../../../executor/agent/libvirt/xml.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { hostileNames } from "../driver-contract.ts";

const here: Admission = { mayUse: (path) => path.startsWith("/images/"), networks: new Set(["br0"]) };

function machine(devices: string, more = ""): string {
  return `<domain type="kvm"><name>web</name><memory unit="MiB">16</memory>${more}<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>${devices}</devices></domain>`;
}

describe("a definition from another host", () => {
  it.each([
    ["a disk among the images", machine('<disk type="file" device="disk"><source file="/images/web.img"/><target dev="vda"/></disk>'), null],
    ["a network that is allowed", machine('<interface type="bridge"><source bridge="br0"/><target dev="vnet0"/></interface>'), null],
    ["random numbers", machine('<rng model="virtio"><backend model="random">/dev/urandom</backend></rng>'), null],
    ["a file of the host as its disk", machine('<disk type="file" device="disk"><source file="/etc/shadow"/><target dev="vda"/></disk>'), '"/etc/shadow"'],
    ["a disk of the host", machine('<disk type="block" device="disk"><source dev="/dev/sda"/><target dev="vda"/></disk>'), '"/dev/sda"'],
    ["a backing file", machine('<disk type="file" device="disk"><source file="/images/web.img"/><backingStore type="file"><source file="/etc/shadow"/></backingStore><target dev="vda"/></disk>'), '"/etc/shadow"'],
    ["a relative file", machine('<disk type="file" device="disk"><source file="etc/shadow"/><target dev="vda"/></disk>'), '"etc/shadow"'],
    ["a kernel of the host", machine("", "<os><type>hvm</type><kernel>/boot/vmlinuz</kernel></os>"), '"/boot/vmlinuz"'],
    ["a program of its own as emulator", machine("").replace("/usr/bin/qemu-system-x86_64", "/images/evil"), '"/images/evil"'],
    ["a program of the host as emulator", machine("").replace("/usr/bin/qemu-system-x86_64", "/bin/sh"), '"/bin/sh"'],
    ["arguments for the emulator", machine("", '<qemu:commandline xmlns:qemu="x"><qemu:arg value="-drive"/></qemu:commandline>'), "<qemu:commandline>"],
    ["a device of the host", machine('<hostdev mode="subsystem" type="pci"/>'), "<hostdev>"],
    ["a folder of the host", machine('<filesystem type="mount"><source dir="/"/></filesystem>'), "<filesystem>"],
    ["another network", machine('<interface type="bridge"><source bridge="br-admin"/></interface>'), '"br-admin"'],
    ["a network card of the host", machine('<interface type="direct"><source dev="eth0"/></interface>'), "direct"],
    ["a log where it likes", machine('<serial type="file"><source path="/etc/cron.d/x"/></serial>'), '"/etc/cron.d/x"'],
    ["a second log where it likes", machine('<serial type="pty"><log file="/etc/cron.d/x"/></serial>'), '"/etc/cron.d/x"'],
    ["a line of the host", machine('<serial type="dev"><source path="/images/x"/></serial>'), '"dev"'],
    ["a socket of the network", machine('<serial type="tcp"><source mode="connect" host="h" service="1"/></serial>'), '"tcp"'],
    ["something else altogether", "<network/>", "no definition of a domain"],
  ])("is judged: %s", (_, text, because) => {
    const refusal = refusalOf(parseXml(text), here);
    if (because === null) expect(refusal).toBeNull();
    else expect(refusal).toContain(because);
  });
});

describe("names", () => {
  it("of workloads and of their machines belong together, whatever signs are in them", () => {
    const names = [...hostileNames, "web", "stowage-web", "5", "\u0000", "\ud800", "\ufffe", "aaaaaaaa-0000-4000-8000-000000000001"];
    for (const name of names) {
      const marked = parseXml(writeXml(withIdentity(parseXml(machine("")), name as WorkloadId)));
      expect([markedWorkload(marked), domainName(name)]).toEqual([name, expect.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]*$/)]);
    }
    expect(new Set(names.map(domainName)).size).toBe(names.length);
    expect(new Set(names.map((name) => uuidOf(name as WorkloadId))).size).toBe(names.length);
    expect(uuidOf("web" as WorkloadId)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("of disks and addresses are replaced, and nothing else", () => {
    const before = parseXml(machine('<disk type="file" device="disk"><source file="/images/web.img" startupPolicy="optional"/><target dev="vda"/></disk><interface type="bridge"><mac address="52:54:00:00:00:01"/><source bridge="br0"/></interface>'));
    const after = writeXml(withDiskFiles(withOwnAddresses(before, "twin" as WorkloadId), new Map([["vda", "/images/twin.img"], ["vdb", "/images/no.img"]])));
    expect(after).toContain('<source file="/images/twin.img" startupPolicy="optional"/>');
    expect(after).not.toContain("52:54:00:00:00:01");
    expect(after.replace(/address="[^"]*"/, 'address="52:54:00:00:00:01"').replace("twin.img", "web.img")).toBe(writeXml(before));
  });
});
