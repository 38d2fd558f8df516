import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { connect, createServer } from "node:net";

/**
 * Makes sure that only one process uses a folder: null when another one does. The kernel lets go of the claim when the
 * process ends, however it ends.
 */
export async function claim(folder: string): Promise<(() => void) | null> {
  const name = await claimName(folder);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once("error", (error) => ("code" in error && error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
    server.listen(name, () => resolve(() => server.close()));
  });
}

/** Does a process use this folder now? */
export async function isClaimed(folder: string): Promise<boolean> {
  const name = await claimName(folder);
  return new Promise((resolve) => {
    const socket = connect(name, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A name that begins with a zero byte lives in the kernel, not in the file system. */
async function claimName(folder: string): Promise<string> {
  const digest = createHash("sha256").update(await realpath(folder)).digest("hex").slice(0, 32);
  return `\0stowage/${digest}`;
}
