import { mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { DiskParcel, packDisks, refusalOfDisk, type Head } from "../../../../executor/agent/libvirt/disk-parcel.ts";
import { Random } from "../../../../model/random.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-disks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const mebibyte = 1_048_576;

/** A disk with data at these places, and nothing elsewhere. */
async function disk(path: string, bytes: number, places: readonly number[]): Promise<void> {
  const random = new Random(20_261_122);
  const file = await open(path, "w");
  await file.truncate(bytes);
  for (const place of places) await file.write(Buffer.from(Array.from({ length: Math.min(5000, bytes - place) }, () => random.below(256))), 0, undefined, place);
  await file.close();
}

function headOf(...sizes: readonly number[]): Head {
  return { kind: "carry", workload: "web", definition: "<domain/>", disks: sizes.map((bytes, n) => ({ target: `vd${n}`, way: `${n}.img`, format: "raw", bytes, usedBytes: bytes })) };
}

async function packed(head: Head, files: readonly string[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of packDisks(head, files, new AbortController().signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function unpacked(stream: AsyncIterable<Buffer>, folder: string): Promise<readonly string[]> {
  const parcel = new DiskParcel(stream);
  const { disks } = await parcel.head();
  const files = disks.map((_, n) => join(folder, `to-${n}`));
  for (const [n, { bytes }] of disks.entries()) await parcel.disk(files[n] ?? "", bytes);
  await parcel.end();
  return files;
}

describe("disks on their way", () => {
  it("arrive as they were, and their empty parts take no room", async () => {
    const folder = await newFolder();
    const sizes = [64 * mebibyte, 0, 3 * mebibyte + 17];
    const files = sizes.map((_, n) => join(folder, String(n)));
    await disk(files[0] ?? "", sizes[0] ?? 0, [0, 7 * mebibyte - 3, 63 * mebibyte]);
    await disk(files[1] ?? "", 0, []);
    await disk(files[2] ?? "", sizes[2] ?? 0, [3 * mebibyte + 10]);
    const bytes = await packed(headOf(...sizes), files);
    expect(bytes.length).toBeLessThan(6 * mebibyte);
    for (const size of [1000, 65_536, bytes.length]) {
      const to = await newFolder();
      const made = await unpacked(inPieces(bytes, size), to);
      for (const [n, path] of made.entries()) expect((await readFile(path)).equals(await readFile(files[n] ?? ""))).toBe(true);
      expect((await stat(made[0] ?? "")).blocks * 512).toBeLessThan(6 * mebibyte);
    }
  });

  it("are refused when anything is missing, changed or added", async () => {
    const folder = await newFolder();
    await disk(join(folder, "0"), 20_000, [100]);
    const bytes = await packed(headOf(20_000), [join(folder, "0")]);
    const random = new Random(7);
    for (let i = 0; i < 60; i++) {
      const at = random.below(bytes.length);
      await expect(unpacked(inPieces(bytes.subarray(0, at), 4096), await newFolder())).rejects.toThrow(/./);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
      await expect(unpacked(inPieces(changed, 4096), await newFolder())).rejects.toThrow(/./);
    }
    await expect(unpacked(inPieces(Buffer.concat([bytes, Buffer.of(0)]), 4096), await newFolder())).rejects.toThrow("go on after their end");
  });

  it("replace no file and follow no link", async () => {
    const folder = await newFolder();
    await disk(join(folder, "0"), 20_000, [100]);
    const bytes = await packed(headOf(20_000), [join(folder, "0")]);
    await writeFile(join(folder, "to-0"), "precious");
    await expect(unpacked(inPieces(bytes, 4096), folder)).rejects.toThrow("EEXIST");
    expect(await readFile(join(folder, "to-0"), "utf8")).toBe("precious");
  });

  it.each([
    ["raw", "raw", Buffer.alloc(1000), null],
    ["a qcow2 on its own", "qcow2", qcow2({}), null],
    ["a qcow2 on another file", "qcow2", qcow2({ backing: 100n }), "rests on another file"],
    ["a qcow2 with its data elsewhere", "qcow2", qcow2({ features: 4n }), "data in another file"],
    ["what only claims to be qcow2", "qcow2", Buffer.alloc(1000), "not the qcow2"],
    ["another format", "vmdk", Buffer.alloc(1000), "cannot be carried"],
  ])("are looked at before they are used: %s", async (_, format, content, because) => {
    const path = join(await newFolder(), "disk");
    await writeFile(path, content);
    const refusal = await refusalOfDisk(path, format);
    if (because === null) expect(refusal).toBeNull();
    else expect(refusal).toContain(because);
  });
});

function qcow2({ backing = 0n, features = 0n }: { readonly backing?: bigint; readonly features?: bigint }): Buffer {
  const bytes = Buffer.alloc(1000);
  bytes.write("QFI\u00fb", 0, "latin1");
  bytes.writeUInt32BE(3, 4);
  bytes.writeBigUInt64BE(backing, 8);
  bytes.writeBigUInt64BE(features, 72);
  return bytes;
}
