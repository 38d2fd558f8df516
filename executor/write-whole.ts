import type { FileHandle } from "node:fs/promises";

/** Writes all of it, or fails: where a disk is nearly full one call writes what still fits, and says no more than that. */
export async function writeWhole(file: Pick<FileHandle, "write">, bytes: Buffer, at: number): Promise<void> {
  for (let written = 0; written < bytes.length;) written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten;
}
