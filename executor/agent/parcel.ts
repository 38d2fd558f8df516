import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, readlink, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf, syncFolder } from "../trust/index.ts";
import { Bytes, withLength } from "./bytes.ts";

const mode = Type.Integer({ minimum: 0, maximum: 0o777 });
const path = Type.String({ minLength: 1, maxLength: 4096, pattern: "^[^\\u0000]+$" });
const headForm = Type.Union([
  Type.Object({ kind: Type.Literal("folder"), path, mode }),
  Type.Object({ kind: Type.Literal("file"), path, mode, bytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }) }),
  Type.Object({ kind: Type.Literal("link"), path, target: path }),
  Type.Object({ kind: Type.Literal("end"), digest: Type.String() }),
]);
type Head = Static<typeof headForm>;
const headChecker = Compile(headForm);

const headBytesMax = 65_536;
const chunkBytes = 1 << 16;
const headBytes = 100;

/**
 * The files of a workload as a stream of bytes: folders before what is in them, and a digest of all at the end. Links
 * are carried as links, and only those that stay inside.
 */
export async function* pack(root: string, names: readonly string[]): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for (const name of names) {
    for await (const chunk of packPath(root, name)) {
      hash.update(chunk);
      yield chunk;
    }
  }
  yield headOf({ kind: "end", digest: hash.digest("hex") });
}

/** About how many bytes a parcel of these will have. */
export async function bytesIn(root: string, names: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const name of names) {
    const found = await lstat(join(root, name)).catch(() => null);
    if (found === null) continue;
    bytes += headBytes + (found.isFile() ? found.size : 0);
    if (found.isDirectory()) bytes += await bytesIn(root, (await readdir(join(root, name)).catch(() => [])).map((each) => join(name, each)));
  }
  return bytes;
}

async function* packPath(root: string, name: string): AsyncGenerator<Buffer> {
  const found = await lstat(join(root, name));
  const rights = found.mode & 0o777;
  if (found.isDirectory()) {
    yield headOf({ kind: "folder", path: name, mode: rights });
    const inside = await readdir(join(root, name));
    for (const each of inside.sort()) yield* packPath(root, join(name, each));
  } else if (found.isSymbolicLink()) {
    const target = await readlink(join(root, name));
    if (!staysInside(name, target)) throw new Error(`${JSON.stringify(name)} is a link to ${JSON.stringify(target)}, outside of its files`);
    yield headOf({ kind: "link", path: name, target });
  } else if (found.isFile()) {
    yield headOf({ kind: "file", path: name, mode: rights, bytes: found.size });
    yield* contentOf(join(root, name), found.size);
  } else {
    throw new Error(`${JSON.stringify(name)} is neither a file nor a folder nor a link`);
  }
}

async function* contentOf(file: string, bytes: number): AsyncGenerator<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (let left = bytes; left > 0;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(left, chunkBytes)));
      if (bytesRead === 0) throw new Error(`${JSON.stringify(file)} has become shorter while it was read`);
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function headOf(head: Head): Buffer {
  return withLength(Buffer.from(JSON.stringify(head)));
}

/**
 * Makes the files again in a folder that is empty. Nothing is written outside of it: every entry lies in a folder that
 * this parcel has made, never behind a link, and is or lies in one of `names` when there are any. Throws when anything is
 * wrong; the folder is of no use then.
 */
export async function unpack(root: string, stream: AsyncIterable<Buffer>, names: readonly string[] | null = null): Promise<void> {
  const bytes = new Bytes(stream);
  const folders = new Set(["."]);
  for (;;) {
    const before = bytes.digest();
    const head = await nextHead(bytes);
    if (head.kind === "end") {
      if (head.digest !== before) throw new Error("the data have changed on their way");
      break;
    }
    if (normalize(head.path) !== head.path || !staysInside(head.path, ".") || !folders.has(dirname(head.path))) throw new Error(`${JSON.stringify(head.path)} is no path inside of the files`);
    if (names !== null && !names.includes(head.path.split("/")[0] ?? "")) throw new Error(`${JSON.stringify(head.path)} is nothing that belongs to the workload`);
    await make(root, head, bytes);
    if (head.kind === "folder") folders.add(head.path);
  }
  for (const folder of folders) await syncFolder(join(root, folder));
}

async function make(root: string, head: Exclude<Head, { readonly kind: "end" }>, bytes: Bytes): Promise<void> {
  const path = join(root, head.path);
  switch (head.kind) {
    case "folder":
      // Our own rights on it stay, whatever it says: its content is to come.
      await mkdir(path, { mode: head.mode | 0o700 });
      return;
    case "link":
      if (!staysInside(head.path, head.target)) throw new Error(`${JSON.stringify(head.path)} is a link to the outside`);
      await symlink(head.target, path);
      return;
    case "file": {
      const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, head.mode);
      try {
        for (let left = head.bytes; left > 0;) {
          const chunk = await bytes.take(Math.min(left, chunkBytes));
          await file.writeFile(chunk);
          left -= chunk.length;
        }
        await file.sync();
      } finally {
        await file.close();
      }
    }
  }
}

async function nextHead(bytes: Bytes): Promise<Head> {
  const length = (await bytes.take(4)).readUInt32BE();
  if (length > headBytesMax) throw new Error("the data are not in order");
  const head = jsonOf((await bytes.take(length)).toString("utf8"));
  if (!headChecker.Check(head)) throw new Error("the data are not in order");
  return head;
}

/** Does a link, or a path itself when the target is ".", lead to the inside? Judged by its letters alone. */
function staysInside(path: string, target: string): boolean {
  const end = target === "." ? normalize(path) : normalize(join(dirname(path), target));
  return !isAbsolute(target) && !isAbsolute(path) && end !== ".." && !end.startsWith("../");
}
