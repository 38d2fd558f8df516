import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Images } from "../../../../executor/agent/libvirt/images.ts";

async function opened(): Promise<{ readonly images: Images; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "stowage-images-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { images: await Images.open({ folder, seenAs: "/seen", shared: ["/seen/shared"], others: [] }), folder };
}

it("puts the disks of several machines back at once, each with its own content", async () => {
  const { images, folder } = await opened();
  const ways = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? `vm${n}.img` : `vm${n}/vda.img`));
  await mkdir(join(folder, "kept"));
  for (const [n] of ways.entries()) await writeFile(join(folder, "kept", String(n)), String(n).repeat(100_000));
  await Promise.all(ways.map((way, n) => images.replace(join(folder, "kept", String(n)), way)));
  for (const [n, way] of ways.entries()) expect((await readFile(join(folder, way), "utf8")) === String(n).repeat(100_000)).toBe(true);
  expect(await readdir(join(folder, ".stowage-incoming"))).toEqual([]);
});

it.each([
  ["/seen/.stowage-checkpoints/w-vm1/w-one/layer-vda", true],
  ["/seen/layer-vda.qcow2", false],
  ["/seen/.stowage-checkpoints/../layer-vda", false],
  ["/elsewhere/.stowage-checkpoints/w-vm1/w-one/layer-vda", false],
  ["layer-vda", false],
])("knows whether %s is of a checkpoint", async (seen, isOne) => {
  expect((await opened()).images.isOfCheckpoint(seen)).toBe(isOne);
});
