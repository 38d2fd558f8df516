import { createHash } from "node:crypto";
import type { Accelerator } from "./accelerator.ts";
import type { GuestImage } from "./build.ts";
import { emulatorFor } from "./emulator.ts";

/** A virtual machine of the lab. */
export interface GuestSettings {
  readonly name: string;
  /** The last part of its address, from 11 to 99. */
  readonly number: number;
  readonly memoryMiB: number;
  /** Its power button does nothing. */
  readonly ignoresPower: boolean;
}

/** Where a guest keeps its disk, as its host sees it. */
export function diskPath(name: string): string {
  return `/var/lib/libvirt/images/${name}.img`;
}

const commandLine = "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on tsc=reliable nokaslr audit=0";

/** What libvirt is told of a guest. Nothing in it comes from outside but the name, which `isGuestName` has passed. */
export function guestDefinition({ name, number, memoryMiB, ignoresPower }: GuestSettings, image: GuestImage, network: string, accelerator: Accelerator): string {
  const digest = createHash("sha256").update(`${network} ${name}`).digest("hex");
  const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  const card = `52:54:00:5a:${hex(Number(network.split(".")[2]))}:${hex(number)}`;
  return `<domain type='${accelerator}'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <memory unit='MiB'>${memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${image.kernel}</kernel>
    <initrd>${image.initrd}</initrd>
    <cmdline>${commandLine} stowage.network=${network}${ignoresPower ? " stowage.power=ignore" : ""}</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact' check='none'><model>qemu64</model></cpu>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>${emulatorFor(accelerator)}</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='none'/>
      <source file='${diskPath(name)}'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='bridge'>
      <mac address='${card}'/>
      <source bridge='br0'/>
      <model type='virtio'/>
      <rom enabled='no'/>
    </interface>
    <serial type='file'><source path='/var/log/libvirt/${name}.serial'/></serial>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <controller type='usb' model='none'/>
    <memballoon model='virtio'><stats period='1'/></memballoon>
  </devices>
</domain>
`;
}

export function isGuestName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,30}$/.test(name);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
