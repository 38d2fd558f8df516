import type { IncomingMessage } from "node:http";
import type { WorkloadId } from "../../model/ids.ts";
import type { Receiver } from "./carrier.ts";

/** An answer to a request. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const idleMs = 60_000;
const longest = 2000;

/**
 * Where agents of other hosts bring the data of workloads that come here. What they bring never replaces anything, and
 * nothing of it runs until an executor has it started.
 */
export async function dataDoor(receiver: Receiver, message: IncomingMessage, asked: URLSearchParams): Promise<Reply> {
  const [workload, key] = [asked.get("workload") ?? "", asked.get("key") ?? ""];
  if (workload === "" || key === "" || workload.length > 253 || key.length > longest) return { status: 400, body: { because: "a workload and a key are needed" } };
  const id = workload as WorkloadId;
  const { method = "" } = message;
  switch (method) {
    case "PUT":
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
    case "GET": return { status: 200, body: { arrival: await receiver.arrived(id, key) } };
    case "DELETE":
      await receiver.discard(id, key);
      return { status: 200, body: {} };
    default: return { status: 405, body: { because: "data are brought, asked for or deleted" } };
  }
}
