import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabFault, runBytes } from "../command.ts";
import { archiveOf, type ArchiveEntry } from "./archive.ts";
import { kernelIn, unpackKernel, type Kernel } from "./kernel.ts";
import { initProgram, modules, serviceProgram } from "./programs.ts";

/** What a virtual machine of the lab boots from. */
export interface GuestImage {
  readonly kernel: string;
  readonly initrd: string;
}

/** Builds the guest once; what is in `cache` from an earlier time is used again. */
export async function guestImageIn(cache: string, mayDownload: boolean): Promise<GuestImage> {
  const kernel = await kernelIn(cache, mayDownload);
  const initrd = archiveOf(await firstFiles(kernel));
  const digest = createHash("sha256").update(initrd).update(kernel.version).digest("hex").slice(0, 12);
  const folder = join(cache, `guest-${digest}`);
  const image = { kernel: join(folder, "vmlinux"), initrd: join(folder, "initrd") };
  if (await exists(image.initrd)) return image;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(join(cache, "build-"));
  await unpackKernel(kernel.image, join(making, "vmlinux"));
  await writeFile(join(making, "initrd"), initrd);
  // Somebody else may have built the same meanwhile.
  await rename(making, folder).catch(() => rm(making, { recursive: true, force: true }));
  return image;
}

async function firstFiles(kernel: Kernel): Promise<readonly ArchiveEntry[]> {
  const busybox = await readFile("/bin/busybox").catch(() => null);
  if (busybox === null) throw new LabFault("There is no /bin/busybox.", "Package busybox-static has it; `stowage lab up --install` installs it.");
  const found: ArchiveEntry[] = [];
  for (const name of modules) {
    const content = await moduleOf(kernel, name);
    if (content !== null) found.push(file(`modules/${name.split("/").at(-1) ?? name}`, content, 0o644));
  }
  const order = found.map(({ path }) => `${path.slice("modules/".length)}\n`).join("");
  return [
    ...["bin", "dev", "proc", "sys", "tmp", "modules"].map(folder), file("bin/busybox", busybox, 0o755), { path: "bin/sh", kind: "link", content: Buffer.from("busybox"), mode: 0o777 },
    file("init", Buffer.from(initProgram), 0o755), file("service", Buffer.from(serviceProgram), 0o755), ...found, file("modules/order", Buffer.from(order), 0o644),
  ];
}

async function moduleOf({ modules: folder }: Kernel, name: string): Promise<Buffer | null> {
  const path = join(folder, `${name}.ko`);
  const plain = await readFile(path).catch(() => null);
  if (plain !== null) return plain;
  return await exists(`${path}.xz`) ? (await runBytes("xz", ["-dc", `${path}.xz`])).out : null;
}

function folder(path: string): ArchiveEntry {
  return { path, kind: "folder", content: Buffer.alloc(0), mode: 0o755 };
}

function file(path: string, content: Buffer, mode: number): ArchiveEntry {
  return { path, kind: "file", content, mode };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
