import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, mkdir, open, readFile, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { WorkloadId } from "../../../model/ids.ts";
import { folderName } from "../place.ts";
import { isMissing, jsonOf, writeLasting } from "../../trust/index.ts";
import { carriedOf, type Carried } from "./carried.ts";
import { disksOf, withDiskFiles, type Disk } from "./definition.ts";
import { runsAsRestored, type Domain } from "./domains.ts";
import { memoryRiskOf } from "./emulated.ts";
import { messageOf, type LibvirtHost } from "./libvirt-host.ts";
import { destroyDomain } from "./power.ts";
import { childOf, parseXml, textOf, writeXml, type Element } from "./xml.ts";

const form = Type.Object({
  workload: Type.String(), name: Type.String(), takenAtMs: Type.Integer(), definition: Type.String(),
  /** The digest of the file with its memory. */
  memory: Type.String(),
  /** With the digest of each file, so that what is restored is known to be what was taken. */
  disks: Type.Array(Type.Object({ target: Type.String(), way: Type.String(), digest: Type.String() })),
});
const checker = Compile(form);

/** Memory and disks of a machine at one instant, from which it can go on, here or where the same files are. */
export type Checkpoint = Readonly<Static<typeof form>>;

const takeMs = 3_600_000;

/** Takes checkpoints of machines that run, and has machines go on from them. */
export class Checkpoints {
  readonly #host: LibvirtHost;
  readonly #utcMs: () => number;

  constructor(host: LibvirtHost, utcMs: () => number) {
    this.#host = host;
    this.#utcMs = utcMs;
  }

  /** The machine runs on. It is silent for the instant at which its disks are put aside, while its memory is written. */
  async take(workload: WorkloadId, name: string): Promise<Checkpoint> {
    const domain = await this.#host.domain(workload);
    if (domain.activity !== "running") throw new Error(`${workload} is ${domain.activity}: only what runs has a memory to keep`);
    const folder = await this.#host.images.checkpoint(workload, name);
    if (await this.#read(folder) !== null) throw new Error(`${workload} has a checkpoint ${JSON.stringify(name)} already`);
    await this.#mend(domain);
    const definition = await this.#host.domains.definition(domain);
    const carried = await carriedOf(this.#host.images, definition);
    const left = disksOf(definition).find(({ device, isReadonly, target }) => device === "disk" && !isReadonly && carried.disks.every((disk) => disk.target !== target));
    // Memory of then over a disk of now is a broken file system.
    if (left !== undefined) throw new Error(`its disk ${left.target} (${JSON.stringify(left.source ?? left.kind)}) is not among the images of this host alone, so it cannot be kept as it is at this instant`);
    await this.#host.images.mustHold(carried.disks.reduce((sum, { usedBytes }) => sum + usedBytes, 0));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await this.#putAside(workload, name, domain, carried);
      for (const [n, file] of carried.files.entries()) await copyFile(file, join(folder, `disk-${n}`), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    } finally {
      await this.#mend(domain);
    }
    const disks = await Promise.all(carried.disks.map(async ({ target, way }, n) => ({ target, way, digest: await kept(join(folder, `disk-${n}`)) })));
    const checkpoint: Checkpoint = { workload, name, takenAtMs: this.#utcMs(), definition: writeXml(carried.definition), memory: await kept(join(folder, "memory")), disks };
    await writeLasting(join(folder, manifest), JSON.stringify(checkpoint));
    return checkpoint;
  }

  async list(workload: WorkloadId): Promise<readonly Checkpoint[]> {
    const all = await this.#host.images.checkpoint(workload, "");
    const names = await readdir(all).catch((error: unknown) => (isMissing(error) ? [] : Promise.reject(error)));
    const found = await Promise.all(names.map((name) => this.#read(join(all, name))));
    return found.filter((each) => each !== null);
  }

  /** The machine goes on from there: with its memory, and with its disks as they were. What it has been since is gone. */
  async restore(workload: WorkloadId, name: string): Promise<void> {
    const folder = await this.#host.images.checkpoint(workload, name);
    const checkpoint = await this.#read(folder);
    if (checkpoint === null) throw new Error(`${workload} has no checkpoint ${JSON.stringify(name)} here`);
    const before = await this.#host.domains.of(workload);
    if (before !== null && before.activity !== "off") throw new Error(`${workload} is ${before.activity}: stop it first`);
    for (const [n, { target, digest }] of checkpoint.disks.entries()) {
      if (await digestOf(join(folder, `disk-${n}`)) !== digest) throw new Error(`disk ${target} of checkpoint ${JSON.stringify(name)} has changed since it was taken`);
    }
    if (await digestOf(join(folder, "memory")) !== checkpoint.memory) throw new Error(`the memory of checkpoint ${JSON.stringify(name)} has changed since it was taken`);
    const places = new Map(checkpoint.disks.map(({ target, way }) => [target, this.#host.images.seen(way)]));
    const definition = withDiskFiles(parseXml(checkpoint.definition), places);
    const memory = this.#host.images.seenCheckpoint(workload, name, "memory");
    const frozen = await this.#must(["save-image-dumpxml", `--file=${memory}`, "--security-info"]);
    const running = withDiskFiles(parseXml(frozen), places);
    for (const each of [definition, running]) this.#host.admit(each);
    const former = before === null ? null : await this.#host.domains.definition(before);
    // One that rests on what a checkpoint that was cut off has put on its disks must not find that again at its next start.
    const isOther = former === null || disksOf(former).some((disk) => this.#isLayer(disk));
    try {
      for (const [n, { way }] of checkpoint.disks.entries()) await this.#host.images.replace(join(folder, `disk-${n}`), way);
      if (isOther) await this.#host.define(definition, textOf(childOf(definition, "uuid")));
      await this.#goOn(workload, memory, running);
    } catch (error) {
      const left = await this.settle(workload);
      if (left === null && await this.#runsFromMemory(workload)) return;
      if (left === null && isOther && former !== null) await this.#host.define(former, textOf(childOf(former, "uuid")));
      throw left === null ? error : new Error(`${messageOf(error)}; and ${left}`, { cause: error });
    }
    for (const { way } of checkpoint.disks) await this.#host.images.dropReplaced(way);
  }

  /**
   * After a restoring that has failed or was cut off: where the machine does not run from it, its disks are again what they
   * were before. Null, or why they are not.
   */
  async settle(workload: WorkloadId): Promise<string | null> {
    const { domains, images } = this.#host;
    const domain = await domains.of(workload);
    if (domain === null) return null;
    const ways = disksOf(await domains.definition(domain)).flatMap(({ source }) => (source === null ? [] : images.ours(source) ?? []));
    const replaced = (await Promise.all(ways.map(async (way) => (await images.isReplaced(way) ? [way] : [])))).flat();
    if (replaced.length === 0) return null;
    if (domain.activity === "running" && domain.reason !== runsAsRestored) return `it runs, though not from the checkpoint: its disks as they were before lie beside those that it uses (${replaced.join(", ")}), with .before-restore after their names`;
    // One that is still being read back has not run.
    if (domain.activity !== "running" && domain.activity !== "off") await destroyDomain(this.#host, domain);
    for (const way of replaced) await (domain.activity === "running" ? images.dropReplaced(way) : images.putBack(way));
    return null;
  }

  /** What virsh says of it only explains, where it is seen to run from its memory. */
  async #goOn(workload: WorkloadId, memory: string, running: Element): Promise<void> {
    const called = await this.#host.withFile(`restore-${folderName(workload)}`, writeXml(running), (path) => this.#host.virsh.call(["restore", `--file=${memory}`, `--xml=${path}`, "--running"], takeMs));
    if (!await this.#runsFromMemory(workload)) throw new Error(called.because === "" ? `${workload} does not go on` : called.because);
  }

  async #runsFromMemory(workload: WorkloadId): Promise<boolean> {
    const domain = await this.#host.domains.of(workload);
    return domain?.activity === "running" && domain.reason === runsAsRestored;
  }

  async delete(workload: WorkloadId, name: string): Promise<void> {
    await rm(await this.#host.images.checkpoint(workload, name), { recursive: true, force: true });
  }

  /** Its memory is written, and from that instant on its disks are only read: what is new goes into files on top of them. */
  async #putAside(workload: WorkloadId, name: string, domain: Domain, { disks, definition }: Carried): Promise<void> {
    // Written while it runs, memory may be lost as in a live move: such a guest is silent meanwhile.
    const isSafe = await memoryRiskOf(this.#host, definition) === null;
    const layers = disks.map(({ target }) => `--diskspec=${target},snapshot=external,file=${this.#host.images.seenCheckpoint(workload, name, `${layerPrefix}${target}`)}`);
    const others = disksOf(await this.#host.domains.definition(domain)).filter(({ target }) => !disks.some((disk) => disk.target === target));
    await this.#must([
      "snapshot-create-as", `--domain=${domain.uuid}`, "--name=stowage", "--no-metadata", "--atomic", ...(isSafe ? ["--live"] : []),
      `--memspec=file=${this.#host.images.seenCheckpoint(workload, name, "memory")},snapshot=external`, ...layers, ...others.map(({ target }) => `--diskspec=${target},snapshot=no`),
    ]);
  }

  /** Brings what is on top of its disks back into them: also what a checkpoint has left that was cut off. */
  async #mend({ uuid }: Domain): Promise<void> {
    const live = parseXml(await this.#host.read("dumpxml", `--domain=${uuid}`));
    for (const disk of disksOf(live)) {
      const { target, source } = disk;
      if (source === null || !this.#isLayer(disk)) continue;
      await this.#must(["blockcommit", `--domain=${uuid}`, `--path=${target}`, "--active", "--pivot", "--wait"], takeMs);
      await this.#host.images.dropLayer(source);
    }
  }

  /** Did a checkpoint put it on top of a disk? Nobody else's files are touched, whatever they are called. */
  #isLayer({ source }: Pick<Disk, "source">): boolean {
    return source !== null && this.#host.images.isOfCheckpoint(source) && basename(source).startsWith(layerPrefix);
  }

  async #must(args: readonly string[], deadlineMs = takeMs): Promise<string> {
    const called = await this.#host.virsh.call(args, deadlineMs);
    if (called.kind === "silent" || !called.ok) throw new Error(called.because);
    return called.output;
  }

  async #read(folder: string): Promise<Checkpoint | null> {
    const value = await readFile(join(folder, manifest), "utf8").then(jsonOf, (error: unknown) => (isMissing(error) ? null : Promise.reject(error)));
    return checker.Check(value) ? value : null;
  }
}

const manifest = "checkpoint.json";
const layerPrefix = "layer-";

/** Makes sure that a file outlasts a power cut, and says what is in it. */
async function kept(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return digestOf(path);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash);
  return hash.digest("hex");
}
