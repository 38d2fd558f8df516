import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Alarm } from "../../run.ts";
import { jsonOf } from "../../trust/index.ts";

/** What is done to one network interface of this host, by `ip` and `arping`. */
export interface Interface {
  /** Addresses that it has now, each with the length of its prefix: `10.0.0.5/24`. */
  addresses(): Promise<readonly string[]>;
  add(address: string): Promise<void>;
  remove(address: string): Promise<void>;
  /** The card that answers for an address, of another host; null when nobody does for a moment. */
  holder(address: string): Promise<string | null>;
  /** Tells everybody on the network that the address is here now, whether they have asked or not. */
  announce(address: string): Promise<void>;
  /** Calls back whenever an address may have come or gone; gives what ends that. */
  watch(changed: () => void): () => void;
}

const shown = Compile(Type.Array(Type.Object({
  addr_info: Type.Optional(Type.Array(Type.Object({ family: Type.String(), local: Type.Optional(Type.String()), prefixlen: Type.Integer() }))),
})));

/** Nothing here should take as long; what does has an unknown outcome. */
const toolMs = 10_000;
/** Whoever holds an address answers within some milliseconds. */
const answerMs = 400;
/** `arping` speaks at once and then listens for a second to no purpose; only a mistake ends it earlier. */
const saidMs = 200;

/** `through` are the words before every command, where the interface is in another network than this process. */
export function interfaceOf(name: string, alarm: Alarm, through: readonly string[] = []): Interface {
  const tool = toolsBehind(through);
  const announce = (address: string): Promise<void> => Promise.race([shout(tool, name, address), new Promise<void>((resolve) => { alarm.after(saidMs, resolve); })]);
  return {
    async addresses() {
      const { status, out, error } = await tool("ip", ["-json", "address", "show", "dev", name]);
      const links = jsonOf(out);
      if (status !== 0 || !shown.Check(links)) throw new Error(`interface ${name} cannot be looked at: ${error.trim() || out.trim()}`);
      return links.flatMap(({ addr_info = [] }) => addr_info.flatMap(({ family, local, prefixlen }) => (family === "inet" && local !== undefined ? [`${local}/${prefixlen}`] : [])));
    },
    async add(address) {
      const { status, error } = await tool("ip", ["address", "add", address, "dev", name]);
      if (status !== 0) throw new Error(`${address} cannot be added to ${name}: ${error.trim()}`);
    },
    async remove(address) {
      const { status, error } = await tool("ip", ["address", "del", address, "dev", name]);
      if (status !== 0) throw new Error(`${address} cannot be taken from ${name}: ${error.trim()}`);
    },
    async holder(address) {
      const { status, out, error } = await tool("arping", ["-D", "-c", "2", "-w", "1", "-I", name, plain(address)], answerMs);
      const card = /\[([0-9A-Fa-f:]{17})\]/.exec(out)?.[1];
      if (card !== undefined) return card.toLowerCase();
      if (status !== null && status > 1) throw new Error(`nobody can be asked on ${name}: ${error.trim()}`);
      return null;
    },
    async announce(address) {
      await announce(address);
      // Whoever missed the first, or was not there yet, hears one of these; an address that has gone is not announced.
      for (const delayMs of [500, 2000, 10_000]) alarm.after(delayMs, () => { void announce(address).catch(() => {}); });
    },
    watch: (changed) => watch([...through, "ip", "-oneline", "monitor", "address", "dev", name], changed),
  };
}

/** Both kinds: some hosts learn from answers only, others from questions only. It fails where the address is not here any more. */
async function shout(tool: Tool, name: string, address: string): Promise<void> {
  await Promise.all(["-A", "-U"].map(async (kind) => {
    const { status, error } = await tool("arping", ["-q", kind, "-c", "1", "-w", "1", "-I", name, plain(address)]);
    if (status === 2) throw new Error(`${address} cannot be announced on ${name}: ${error.trim()}`);
  }));
}

function plain(address: string): string {
  return address.split("/")[0] ?? address;
}

/** Runs a program; `status` is null when it was ended after the time that it was given. */
type Tool = (program: string, args: readonly string[], timeoutMs?: number) => Promise<{ readonly status: number | null; readonly out: string; readonly error: string }>;

function toolsBehind(through: readonly string[]): Tool {
  return (program, args, timeoutMs = toolMs) => new Promise((resolve, reject) => {
    const child = start([...through, program, ...args], timeoutMs);
    let [out, error] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => { out += chunk.toString("utf8"); });
    child.stderr.on("data", (chunk: Buffer) => { error += chunk.toString("utf8"); });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === null && timeoutMs === toolMs) reject(new Error(`${program} did not end within ${toolMs} ms`));
      else resolve({ status, out, error });
    });
  });
}

function start([program = "", ...args]: readonly string[], timeout?: number): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH ?? "", LC_ALL: "C" }, ...(timeout === undefined ? {} : { timeout }) });
}

function watch(command: readonly string[], changed: () => void): () => void {
  const child = start(command);
  child.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", changed);
  return () => void child.kill();
}
