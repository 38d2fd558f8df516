import { chown, lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A user of the host and their group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Gives a folder with all that is in it to somebody; links are given themselves, never what they lead to. */
export async function own(path: string, owner: Owner | null): Promise<void> {
  if (owner === null) return;
  const isFolder = (await lstat(path)).isDirectory();
  await (isFolder ? chown : lchown)(path, owner.uid, owner.gid);
  if (!isFolder) return;
  for (const name of await readdir(path)) await own(join(path, name), owner);
}
