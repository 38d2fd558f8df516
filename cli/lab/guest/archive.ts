/** A file, folder or symbolic link for the first file system of a guest. */
export interface ArchiveEntry {
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  /** Of a link: where it leads. */
  readonly content: Buffer;
  readonly mode: number;
}

const typeBits = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/** A cpio archive in the form that kernels unpack (`newc`), the same bytes for the same entries. */
export function archiveOf(entries: readonly ArchiveEntry[]): Buffer {
  const parts = entries.map(({ path, kind, content, mode }, i) => record(path, typeBits[kind] | mode, i + 1, content));
  return Buffer.concat([...parts, record("TRAILER!!!", 0, 0, Buffer.alloc(0))]);
}

function record(path: string, mode: number, inode: number, content: Buffer): Buffer {
  const name = Buffer.from(`${path}\0`);
  // In this order: inode, mode, owner, group, links, time, length, two numbers each of device and special file, length of the name, checksum.
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return Buffer.concat([padded(Buffer.concat([head, name])), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
