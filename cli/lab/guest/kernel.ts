import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabFault, must, runBytes } from "../command.ts";

/** A Debian kernel with its modules, as files. */
export interface Kernel {
  readonly version: string;
  readonly image: string;
  /** `<root>/lib/modules/<version>/kernel` */
  readonly modules: string;
}

const meta = "linux-image-cloud-amd64";

/**
 * The kernel that guests run: one that is installed, one that was fetched before, or the package of Debian, which is
 * downloaded and unpacked into `cache` but never installed.
 */
export async function kernelIn(cache: string, mayDownload: boolean): Promise<Kernel> {
  const there = await kernelUnder("/") ?? await kernelUnder(join(cache, "kernel"));
  if (there !== null) return there;
  if (!mayDownload) throw new LabFault(`The guests' kernel (package ${meta}) is not here yet.`, "`stowage lab up --install` downloads it, 27 MB, without installing it.");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "fetch-"));
  try {
    const name = /^ *Depends: (linux-image-\S+)$/m.exec(await must("apt-cache", ["depends", meta]))?.[1];
    if (name === undefined) throw new LabFault(`No package of ${meta} is known here.`, "`apt-get update` first; the lab needs Debian or Ubuntu on amd64.");
    await must("apt-get", ["download", name], { folder, timeoutMs: 300_000 });
    const archive = (await readdir(folder)).find((file) => file.endsWith(".deb")) ?? "";
    await must("dpkg-deb", ["-x", join(folder, archive), join(folder, "root")]);
    // Somebody else may have fetched it meanwhile, and be using it.
    if (await kernelUnder(join(cache, "kernel")) === null) await rm(join(cache, "kernel"), { recursive: true, force: true });
    await rename(join(folder, "root"), join(cache, "kernel")).catch(() => {});
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const fetched = await kernelUnder(join(cache, "kernel"));
  if (fetched === null) throw new LabFault(`There is no kernel in the package of ${meta}.`, `Remove ${cache} and try again.`);
  return fetched;
}

async function kernelUnder(root: string): Promise<Kernel | null> {
  const files = await readdir(join(root, "boot")).catch(() => []);
  for (const file of files.filter((name) => /^vmlinuz-.*-cloud-amd64$/.test(name)).toSorted().toReversed()) {
    const version = file.slice("vmlinuz-".length);
    const modules = join(root, "lib/modules", version, "kernel");
    if ((await readdir(modules).catch(() => [])).length > 0) return { version, image: join(root, "boot", file), modules };
  }
  return null;
}

const lz4Magic = Buffer.from([0x02, 0x21, 0x4c, 0x18]);

/** Writes the kernel without its compression where that is known: an emulated processor takes seconds to unpack it. */
export async function unpackKernel(image: string, to: string): Promise<void> {
  const bytes = await readFile(image);
  const from = bytes.indexOf(lz4Magic);
  const unpacked = from < 0 ? Buffer.alloc(0) : await lz4(bytes.subarray(from));
  const start = unpacked.indexOf(Buffer.from("\u007fELF"));
  await writeFile(to, start < 0 ? bytes : unpacked.subarray(start));
}

/** What follows the compressed part makes the program complain, after it has written everything. */
async function lz4(bytes: Buffer): Promise<Buffer> {
  return (await runBytes("lz4", ["-dc"], { input: bytes, outputBytesMax: 256 * 1024 * 1024 })).out;
}
