import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { createServer } from "node:net";

/**
 * Makes sure that only one process uses a folder: null when another one does. The kernel lets go of the claim when the
 * process ends, however it ends.
 */
export async function claim(folder: string): Promise<(() => void) | null> {
  const digest = createHash("sha256").update(await realpath(folder)).digest("hex").slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once("error", (error) => ("code" in error && error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
    // A name that begins with a zero byte lives in the kernel, not in the file system.
    server.listen(`\0stowage/${digest}`, () => resolve(() => server.close()));
  });
}
