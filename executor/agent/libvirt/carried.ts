import { stat } from "node:fs/promises";
import { boundDevices, disksOf, firmwareVariables, withEmptyDrives, type Disk } from "./definition.ts";
import { refusalOfDisk, type CarriedDisk } from "./disk-parcel.ts";
import type { Images } from "./images.ts";
import type { Element } from "./xml.ts";

/** What of a machine goes with it to another host. */
export interface Carried {
  /** As it is to be there. */
  readonly definition: Element;
  readonly disks: readonly CarriedDisk[];
  /** The files of these disks, in the same order. */
  readonly files: readonly string[];
}

/** Throws when something of it would have to stay behind. */
export async function carriedOf(images: Images, definition: Element): Promise<Carried> {
  const bound = boundDevices(definition);
  if (bound.length > 0) throw new Error(`it has devices of this host (${bound.join(", ")}) and cannot go to another`);
  const variables = firmwareVariables(definition);
  if (variables !== null && !images.isShared(variables)) throw new Error(`it keeps variables of its firmware in ${JSON.stringify(variables)}, which is not carried: put them into a folder that hosts share`);
  const carried = disksOf(definition).map((disk) => ({ disk, way: wayOf(images, disk) }));
  const files = await Promise.all(carried.flatMap(({ way }) => (way === null ? [] : [images.existing(way)])));
  const disks: CarriedDisk[] = [];
  for (const { disk, way } of carried) {
    const file = files[disks.length];
    if (way === null || file === undefined) continue;
    const because = await refusalOfDisk(file, disk.format);
    if (because !== null) throw new Error(`disk ${disk.target}: ${because}`);
    const { size, blocks } = await stat(file);
    disks.push({ target: disk.target, way, format: disk.format, bytes: size, usedBytes: blocks * 512 });
  }
  const drives = new Set(carried.flatMap(({ disk }) => (disk.device === "disk" || disk.source === null || images.isShared(disk.source) ? [] : [disk.target])));
  return { definition: withEmptyDrives(definition, drives), disks, files };
}

/** Where the file of a disk lies among ours; null when it need not be carried. */
function wayOf(images: Images, { device, kind, source, target, isReadonly }: Disk): string | null {
  if (device !== "disk" || source === null || kind === "network") return null;
  if (images.isShared(source)) return null;
  const way = kind === "file" ? images.ours(source) : null;
  if (way !== null) return way;
  if (isReadonly && images.mayUse(source)) return null;
  throw new Error(`its disk ${target} is ${JSON.stringify(source)}, which is neither among the images of this host nor in a folder that hosts share`);
}
