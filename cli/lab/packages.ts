import { existsSync, readFileSync } from "node:fs";
import { LabFault, must } from "./command.ts";

/** What a lab needs, and the Debian package that has it. */
const needed: readonly (readonly [path: string, debianPackage: string])[] = [
  ["/usr/bin/qemu-system-x86_64", "qemu-system-x86"], ["/usr/bin/qemu-img", "qemu-utils"], ["/usr/sbin/libvirtd", "libvirt-daemon"],
  ["/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so", "libvirt-daemon-driver-qemu"], ["/usr/bin/virsh", "libvirt-clients"],
  ["/bin/busybox", "busybox-static"], ["/usr/bin/lz4", "lz4"], ["/sbin/ip", "iproute2"], ["/usr/bin/arping", "iputils-arping"],
  ["/usr/bin/nsenter", "util-linux"], ["/bin/bash", "bash"],
];

/** A libvirt that does not know this user does not start, although in a lab nothing runs as it; nothing else of its package is needed. */
const neededUser = { user: "libvirt-qemu", debianPackage: "libvirt-daemon-system" };

export function missingPackages(passwords = "/etc/passwd"): readonly string[] {
  const users = readFileSync(passwords, "utf8").split("\n").map((line) => line.split(":")[0]);
  return [...needed.flatMap(([path, name]) => (existsSync(path) ? [] : [name])), ...(users.includes(neededUser.user) ? [] : [neededUser.debianPackage])];
}

/** Makes sure that everything is here; installs packages only when asked to. */
export async function havePrograms(mayInstall: boolean): Promise<void> {
  if (process.getuid?.() !== 0) throw new LabFault("A lab needs root: it makes network namespaces, mounts and control groups.", "Try again with sudo.");
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (!mayInstall) throw new LabFault(`These packages are missing: ${missing.join(", ")}.`, `\`stowage lab up --install\` installs them; or do it yourself: apt-get install --no-install-recommends ${missing.join(" ")}`);
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  await must("apt-get", ["update", "-qq"], { environment, timeoutMs: 600_000 });
  await must("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { environment, timeoutMs: 1_800_000 });
}
