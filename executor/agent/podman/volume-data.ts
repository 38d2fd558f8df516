import { spawn, type ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const keepAll = ["--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls"];

/**
 * The content of a folder as a tar archive with owners, rights and attributes as they are: podman's own way of reading
 * from a container forgets the owners. `isStill`: nothing may change while it is read.
 */
export async function* archiveOf(folder: string, isStill: boolean): AsyncGenerator<Buffer> {
  const child = spawn("/bin/tar", ["--create", "--sparse", ...keepAll, `--directory=${folder}`, "--file=-", "."], { stdio: ["ignore", "pipe", "pipe"], shell: false });
  const end = endOf(child);
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const { code, words } = await end;
    // 1 says that a file has changed meanwhile.
    if (code !== 0 && (isStill || code !== 1)) throw new Error(`tar cannot read the data of a volume: ${words}`);
  } finally {
    child.kill("SIGKILL");
  }
}

/** Puts an archive into an empty folder and sees to it that it is on the disk. Nothing is written outside of it. */
export async function extract(folder: string, data: AsyncIterable<Buffer>): Promise<void> {
  if ((await readdir(folder)).length > 0) throw new Error("a volume that should be new has something in it");
  const child = spawn("/bin/tar", ["--extract", "--same-owner", "--preserve-permissions", ...keepAll, `--directory=${folder}`, "--file=-"], { stdio: ["pipe", "ignore", "pipe"], shell: false });
  const end = endOf(child);
  try {
    // When tar has given up, what it says is the better reason.
    await pipeline(Readable.from(data), child.stdin).catch((error: unknown) => {
      if (!isBrokenPipe(error)) throw error;
    });
    const { code, words } = await end;
    if (code !== 0) throw new Error(`tar cannot write the data of a volume: ${words}`);
  } finally {
    child.kill("SIGKILL");
  }
  await sync(folder);
}

/** Writes everything of the file system that a folder is on to its disk. */
async function sync(folder: string): Promise<void> {
  const { code, words } = await endOf(spawn("/bin/sync", ["--file-system", folder], { stdio: ["ignore", "ignore", "pipe"], shell: false }));
  if (code !== 0) throw new Error(`the data of a volume cannot be kept: ${words}`);
}

function endOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly words: string }> {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => { words = (words + chunk).slice(-wordsMax); });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, words: words.trim() }));
  });
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE");
}

const wordsMax = 2000;
