import type { IncomingMessage } from "node:http";
import type { WorkloadId } from "../../model/ids.ts";
import type { Permit } from "../trust/index.ts";
import type { Receiver } from "./carrier.ts";

/** An answer to a request. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Who comes to whom, and with what. */
export interface Guard {
  readonly sender: string;
  readonly host: string;
  readonly permitIn: (text: string) => Permit | null;
}

const idleMs = 60_000;
const longest = 2000;

/**
 * Where agents of other hosts bring the data of workloads that come here. What they bring never replaces anything, and
 * nothing of it runs until an executor has it started.
 */
export async function dataDoor(receiverOf: (layer: string) => Receiver | null, { sender, host, permitIn }: Guard, message: IncomingMessage, asked: URLSearchParams): Promise<Reply> {
  const [layer, workload, sent] = [asked.get("layer") ?? "", asked.get("workload") ?? "", asked.get("key") ?? ""];
  if (layer === "" || workload === "" || sent === "" || workload.length > 253 || sent.length > longest) return { status: 400, body: { because: "a layer, a workload and a key are needed" } };
  const receiver = receiverOf(layer);
  if (receiver === null) return { status: 404, body: { because: `layer ${layer} is not here` } };
  const id = workload as WorkloadId;
  // Of each sender for itself: nobody can take back, or stand in for, what another one brings.
  const key = JSON.stringify([sender, sent]);
  const { method = "" } = message;
  switch (method) {
    case "PUT": {
      const permit = permitIn(String(message.headers["x-stowage-permit"] ?? ""));
      const isPermitted = permit !== null && permit.key === sent && permit.workload === workload && permit.from === sender && permit.to === host;
      if (!isPermitted) {
        message.resume();
        return { status: 403, body: { because: `no executor has said that ${sender} may bring ${workload} here` } };
      }
      // An upload may take hours, but not in silence.
      message.socket.setTimeout(idleMs, () => message.destroy(new Error("nothing came for a minute")));
      try {
        await receiver.receive(id, key, message);
        return { status: 200, body: {} };
      } catch (error) {
        return { status: 409, body: { because: error instanceof Error ? error.message : String(error) } };
      } finally {
        message.socket.setTimeout(0);
      }
    }
    case "GET": return { status: 200, body: { arrival: await receiver.arrived(id, key) } };
    case "DELETE":
      await receiver.discard(id, key);
      return { status: 200, body: {} };
    default: return { status: 405, body: { because: "data are brought, asked for or deleted" } };
  }
}
