import { execFile } from "node:child_process";
import { copyFile, link, lstat, mkdir, open, realpath, rename, rm, statfs, unlink } from "node:fs/promises";
import { constants } from "node:fs";
import { dirname, isAbsolute, join, normalize, relative } from "node:path";
import type { WorkloadId } from "../../../model/ids.ts";
import { folderName, isInside } from "../place.ts";
import { isMissing, syncFolder } from "../../trust/index.ts";

/** Where the disks of a host are. */
export interface ImageFolders {
  /** Where this program finds them. */
  readonly folder: string;
  /** Where the hypervisor finds them: the same, unless one of the two lives in a namespace of its own. */
  readonly seenAs: string;
  /** Folders, as the hypervisor sees them, that are the same on every host: their files are not carried. */
  readonly shared: readonly string[];
  /** More folders with files that guests may use: kernels, firmware, media. */
  readonly others: readonly string[];
}

const spareBytes = 16 * 1_048_576;
const checkpointFolder = ".stowage-checkpoints";
const asideEnding = ".before-restore";
const incomingFolder = ".stowage-incoming";

/** The files of disks. Every path stays in the folder, whatever a definition says and whatever links there are. */
export class Images {
  readonly #folders: ImageFolders;

  private constructor(folders: ImageFolders) {
    this.#folders = folders;
  }

  static async open(folders: ImageFolders): Promise<Images> {
    const images = new Images({ ...folders, folder: await realpath(folders.folder) });
    await mkdir(join(images.#folders.folder, incomingFolder), { recursive: true, mode: 0o700 });
    return images;
  }

  /** Where a file of ours lies in the folder, by the path that the hypervisor has; null when it is not ours. */
  ours(seen: string): string | null {
    const way = isAbsolute(seen) && normalize(seen) === seen ? relative(this.#folders.seenAs, seen) : "";
    return isPlainWay(way) && !this.isShared(seen) ? way : null;
  }

  isShared(seen: string): boolean {
    return normalize(seen) === seen && this.#folders.shared.some((folder) => isBelow(folder, seen));
  }

  /** Where a checkpoint lies; with no name, where all of a workload do. A link that leads elsewhere is refused. */
  async checkpoint(workload: WorkloadId, name: string): Promise<string> {
    const all = join(this.#folders.folder, checkpointFolder, folderName(workload));
    await mkdir(all, { recursive: true, mode: 0o711 });
    if (!await isInside(this.#folders.folder, all)) throw new Error(`${all} is not in ${this.#folders.folder}`);
    return name === "" ? all : join(all, folderName(name));
  }

  /** The path that the hypervisor has for a file of a checkpoint. */
  seenCheckpoint(workload: WorkloadId, name: string, file: string): string {
    return join(this.#folders.seenAs, checkpointFolder, folderName(workload), folderName(name), file);
  }

  /** Does a file, by the path that the hypervisor has, lie among the checkpoints? */
  isOfCheckpoint(seen: string): boolean {
    return isPlainWay(relative(join(this.#folders.seenAs, checkpointFolder), seen));
  }

  /** Deletes what was on top of a disk and is in it now. */
  async dropLayer(seen: string): Promise<void> {
    const way = relative(join(this.#folders.seenAs, checkpointFolder), seen);
    if (isPlainWay(way)) await rm(join(this.#folders.folder, checkpointFolder, way), { force: true });
  }

  /** Puts a copy of a file in the place of a disk, and keeps what was there beside it: at once the old or the new one is there. */
  async replace(file: string, way: string): Promise<void> {
    // Of each disk its own: several may be put back at once.
    const draft = join(this.#folders.folder, incomingFolder, `restored-${folderName(way)}`);
    await rm(draft, { force: true });
    await copyFile(file, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const path = join(this.#folders.folder, way);
    if (!isPlainWay(way)) throw new Error(`${JSON.stringify(way)} is no path in ${this.#folders.seenAs}`);
    await mkdir(dirname(path), { recursive: true, mode: 0o711 });
    if (dirname(path) !== this.#folders.folder && !await isInside(this.#folders.folder, dirname(path))) throw new Error(`${JSON.stringify(this.seen(way))} is not in ${this.#folders.seenAs}`);
    await link(path, `${path}${asideEnding}`).catch((error: unknown) => {
      // What is kept already, of a time that was cut off, is what was there before; a new disk has nothing before it.
      if (!isMissing(error) && !(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
    await rename(draft, path);
    await syncFolder(dirname(path));
  }

  /** Is something kept beside a disk that was replaced? */
  async isReplaced(way: string): Promise<boolean> {
    return isPlainWay(way) && await lstat(join(this.#folders.folder, `${way}${asideEnding}`)).then(() => true, (error: unknown) => !isMissing(error));
  }

  /** A disk is again what it was before it was replaced. */
  async putBack(way: string): Promise<void> {
    if (!await this.isReplaced(way)) return;
    const path = await this.existing(way);
    await rename(`${path}${asideEnding}`, path);
    await syncFolder(dirname(path));
  }

  /** What was kept beside a disk is wanted no more. */
  async dropReplaced(way: string): Promise<void> {
    if (await this.isReplaced(way)) await this.delete(`${way}${asideEnding}`);
  }

  /** May a guest here use this file at all? */
  mayUse(seen: string): boolean {
    return this.ours(seen) !== null || this.isShared(seen) || (normalize(seen) === seen && this.#folders.others.some((folder) => isBelow(folder, seen)));
  }

  /** The path that the hypervisor has for it. */
  seen(way: string): string {
    return join(this.#folders.seenAs, way);
  }

  /** A path for us, of a file that is there; throws when a link leads out of the folder. */
  async existing(way: string): Promise<string> {
    const path = join(this.#folders.folder, way);
    if (!isPlainWay(way) || !await isInside(this.#folders.folder, path)) throw new Error(`${JSON.stringify(this.seen(way))} is not in ${this.#folders.seenAs}, or not there`);
    return path;
  }

  /** A path for us, of a file that is to be made; its folder is made. */
  async coming(way: string): Promise<string> {
    if (!isPlainWay(way)) throw new Error(`${JSON.stringify(way)} is no path in ${this.#folders.seenAs}`);
    const path = join(this.#folders.folder, way);
    const above = dirname(path);
    if (above !== this.#folders.folder) {
      await mkdir(above, { recursive: true, mode: 0o711 });
      if (!await isInside(this.#folders.folder, above)) throw new Error(`${JSON.stringify(this.seen(way))} is not in ${this.#folders.seenAs}`);
    }
    const is = await lstat(path).then(() => true, (error: unknown) => !isMissing(error));
    if (is) throw new Error(`${this.seen(way)} is there already`);
    return path;
  }

  /** Where parts of disks lie until they are whole. */
  incoming(workload: WorkloadId): string {
    return join(this.#folders.folder, incomingFolder, folderName(workload));
  }

  /** The path that the hypervisor has for the copy of a disk that it makes while its machine runs. */
  seenBackup(workload: WorkloadId, name: string): string {
    return join(this.#folders.seenAs, incomingFolder, `${folderName(workload)}.backup`, name);
  }

  async dropIncoming(workload: WorkloadId): Promise<void> {
    await rm(this.incoming(workload), { recursive: true, force: true });
  }

  /** Throws when there is no room for so much more. */
  async mustHold(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folders.folder);
    const free = bavail * bsize;
    if (free < bytes + spareBytes) throw new Error(`its disks need ${mebibytes(bytes)} MiB, and ${this.#folders.seenAs} has ${mebibytes(free)} MiB free`);
  }

  /** Gives a whole file its place; never replaces another. */
  async settle(part: string, way: string): Promise<void> {
    const path = await this.coming(way);
    await link(part, path);
    await syncFolder(dirname(path));
  }

  /** Is a part the very file that has a place? */
  async isSame(part: string, way: string): Promise<boolean> {
    const [one, other] = await Promise.all([part, join(this.#folders.folder, way)].map((path) => lstat(path).catch(() => null)));
    return one !== null && other !== null && one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
  }

  /** An empty file for a disk that is about to be written by the hypervisor. */
  async make(way: string, bytes: number, format: string): Promise<void> {
    const path = await this.coming(way);
    if (format !== "raw") return makeQcow2(path, bytes);
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      await file.truncate(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dirname(path));
  }

  async delete(way: string): Promise<void> {
    if (!isPlainWay(way)) throw new Error(`${JSON.stringify(way)} is no path in ${this.#folders.seenAs}`);
    const path = join(this.#folders.folder, way);
    if (!await isInside(this.#folders.folder, dirname(path)) && dirname(path) !== this.#folders.folder) return;
    await unlink(path).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await syncFolder(dirname(path)).catch(() => {});
  }
}

/** `path` begins with a slash, so that it is not taken for an option. */
function makeQcow2(path: string, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile("qemu-img", ["create", "-q", "-f", "qcow2", path, String(bytes)], { timeout: 60_000 }, (error, _output, complaint) => {
      if (error === null) resolve();
      else reject(new Error(`a disk cannot be made: ${complaint.trim() || error.message}`));
    });
  });
}

function isPlainWay(way: string): boolean {
  return way !== "" && !isAbsolute(way) && normalize(way) === way && way !== ".." && !way.startsWith("../") && !way.startsWith(incomingFolder) && !way.startsWith(checkpointFolder) && !way.endsWith("/") && !way.includes("\u0000");
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return isAbsolute(path) && way !== "" && way !== ".." && !way.startsWith("../");
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1_048_576);
}
