import { spawn } from "node:child_process";
import type { Alarm } from "../../run.ts";

/** How a call of virsh went; `silent` when it did not end in time: then nobody knows what it has done. */
export type Called =
  | { readonly kind: "ended"; readonly ok: boolean; readonly output: string; readonly because: string }
  | { readonly kind: "silent"; readonly because: string };

export interface VirshWorld {
  readonly clock: Alarm;
  readonly note: (words: string) => void;
}

const outputBytesMax = 64 * 1_048_576;
const killMs = 5000;

/** English, so that what it says can be read, lines that are not folded, and nothing of ours that it does not need. */
export const virshEnvironment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", HOME: "/", TERM: "dumb", COLUMNS: "10000" };

/** Where a hypervisor is asked: each option is one argument that begins with its own name, so that no value is taken for an option. */
export function connectTo(uri: string): readonly string[] {
  return ["--quiet", `--connect=${uri}`, "--keepalive-interval=2", "--keepalive-count=5"];
}

/** One virsh for one action, with a deadline. What it did when it is silent must be looked up. */
export class Virsh {
  readonly #uri: string;
  readonly #world: VirshWorld;

  constructor(uri: string, world: VirshWorld) {
    this.#uri = uri;
    this.#world = world;
  }

  call(args: readonly string[], deadlineMs: number): Promise<Called> {
    return new Promise((resolve) => {
      const child = spawn("virsh", [...connectTo(this.#uri), ...args], { stdio: ["ignore", "pipe", "pipe"], env: virshEnvironment });
      const [output, errors]: [Buffer[], Buffer[]] = [[], []];
      let [bytes, isSilent] = [0, false];
      const keep = (into: Buffer[]) => (chunk: Buffer): void => {
        bytes += chunk.length;
        if (bytes <= outputBytesMax) into.push(chunk);
        else child.kill("SIGKILL");
      };
      child.stdout.on("data", keep(output));
      child.stderr.on("data", keep(errors));
      let cancelKill: (() => void) | null = null;
      const cancel = this.#world.clock.after(deadlineMs, () => {
        isSilent = true;
        child.kill("SIGTERM");
        cancelKill = this.#world.clock.after(killMs, () => child.kill("SIGKILL"));
      });
      const end = (called: Called): void => {
        cancel();
        cancelKill?.();
        resolve(called);
      };
      child.once("error", (error) => end({ kind: "ended", ok: false, output: "", because: `virsh cannot be run: ${error.message}` }));
      child.once("close", (code) => {
        if (isSilent) return end({ kind: "silent", because: `virsh ${args[0] ?? ""} did not end in ${deadlineMs} ms` });
        if (bytes > outputBytesMax) return end({ kind: "ended", ok: false, output: "", because: "virsh says more than anybody could read" });
        end({ kind: "ended", ok: code === 0, output: Buffer.concat(output).toString("utf8"), because: code === 0 ? "" : complaintOf(Buffer.concat(errors).toString("utf8")) });
      });
    });
  }
}

/** What virsh complains of, on one line. */
export function complaintOf(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^error: /, "").trim()).filter((line) => line !== "");
  return lines.length === 0 ? "virsh does not say why" : lines.join(": ").slice(0, 1000);
}
