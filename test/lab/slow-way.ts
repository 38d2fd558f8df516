import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to an agent on which everything takes a while, and which can be cut while something is on it. */
export interface SlowWay {
  readonly address: string;
  readonly port: number;
  /** What is on its way now never arrives, and nobody is told. */
  cut(): void;
  mend(): void;
}

export async function slowWay(to: { readonly address: string; readonly port: number }, delayMs: number): Promise<SlowWay> {
  let cuts = 0;
  let isCut = false;
  const sockets = new Set<Socket>();
  const pass = (from: Socket, onward: Socket): void => {
    from.on("data", (chunk: Buffer) => {
      const sentUnder = cuts;
      setTimeout(() => { if (!isCut && sentUnder === cuts) onward.write(chunk); }, delayMs);
    });
  };
  const server = createServer((near) => {
    const far = connect({ host: to.address, port: to.port });
    pass(near, far);
    pass(far, near);
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy()).on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const end = (): void => { for (const socket of sockets) socket.destroy(); };
  onTestFinished(() => {
    end();
    server.close();
  });
  return {
    address: "127.0.0.1", port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      cuts++;
    },
    // Connections that have lost something cannot go on.
    mend: () => {
      isCut = false;
      end();
    },
  };
}
