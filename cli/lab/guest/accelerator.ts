import { constants } from "node:fs";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../command.ts";
import type { GuestImage } from "./build.ts";

export type Accelerator = "kvm" | "qemu";

const patienceMs = 8000;

/**
 * Whether guests may run on the processor itself. That /dev/kvm can be opened does not tell: inside of other virtual
 * machines it may be there and not work. So a guest is booted with it once for each boot of this machine.
 */
export async function acceleratorFor(image: GuestImage, cache: string): Promise<Accelerator> {
  if (!await access("/dev/kvm", constants.R_OK | constants.W_OK).then(() => true, () => false)) return "qemu";
  const kept = join(cache, "accelerator");
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const [keptBoot, accelerator] = (await readFile(kept, "utf8").catch(() => "")).split(" ");
  if (keptBoot === boot && (accelerator === "kvm" || accelerator === "qemu")) return accelerator;
  const found = await bootsWithKvm(image) ? "kvm" : "qemu";
  await writeFile(kept, `${boot} ${found}`);
  return found;
}

async function bootsWithKvm({ kernel, initrd }: GuestImage): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-lab-"));
  const serial = join(folder, "serial");
  try {
    await run("qemu-system-x86_64", [
      "-accel", "kvm", "-cpu", "qemu64", "-m", "96", "-nodefaults", "-display", "none", "-no-reboot", "-serial", `file:${serial}`,
      "-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 stowage.power=off",
    ], { timeoutMs: patienceMs });
    return (await readFile(serial, "utf8").catch(() => "")).includes("READY");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
