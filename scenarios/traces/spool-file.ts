import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { assert } from "../../model/assert.ts";

/** A file for load that is larger than memory: bytes go to its end and are read from anywhere. */
export interface DiskSpool {
  append(bytes: Uint8Array): void;
  read(into: Uint8Array, position: number): void;
  /** Closes it, which frees its room. */
  remove(): void;
}

/**
 * A new file; fails when there is one. It loses its name as soon as it is open, so that nothing is left of it, however the
 * process ends.
 */
export function diskSpool(path: string): DiskSpool {
  const file = openSync(path, "wx+");
  unlinkSync(path);
  return {
    append(bytes) {
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    },
    read(into, position) {
      for (let done = 0; done < into.length;) {
        const read = readSync(file, into, done, into.length - done, position + done);
        assert(read > 0, `spool ${path} ends before ${position + into.length}`);
        done += read;
      }
    },
    remove() {
      closeSync(file);
    },
  };
}
