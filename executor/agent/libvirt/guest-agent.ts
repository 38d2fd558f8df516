import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "../../trust/index.ts";
import type { LibvirtHost } from "./libvirt-host.ts";

const askSeconds = 10;
const pollMs = 200;
const fileBytesMax = 65_536;

const reply = Compile(Type.Object({ return: Type.Unknown() }));
const begun = Compile(Type.Object({ pid: Type.Integer() }));
const status = Compile(Type.Object({ exited: Type.Boolean(), exitcode: Type.Optional(Type.Integer()), "out-data": Type.Optional(Type.String()), "out-truncated": Type.Optional(Type.Boolean()) }));
const piece = Compile(Type.Object({ count: Type.Integer(), "buf-b64": Type.String(), eof: Type.Boolean() }));

/** How a program in a guest has ended. */
export interface RunInGuest {
  readonly code: number;
  readonly output: string;
}

/** The agent in the guest of one machine. What it says is the guest's word: it is read with care, and believed of that guest only. */
export class GuestAgent {
  readonly #host: LibvirtHost;
  readonly #uuid: string;

  constructor(host: LibvirtHost, uuid: string) {
    this.#host = host;
    this.#uuid = uuid;
  }

  /** Throws when there is no such file, or it is too long. */
  async readFile(path: string): Promise<string> {
    const handle = await this.#ask("guest-file-open", { path, mode: "r" });
    try {
      const read = await this.#ask("guest-file-read", { handle, count: fileBytesMax });
      if (!piece.Check(read)) throw new Error(`the guest's agent does not read ${path}`);
      if (read.count >= fileBytesMax) throw new Error(`${path} in the guest has more than ${fileBytesMax} bytes`);
      return Buffer.from(read["buf-b64"], "base64").toString("utf8");
    } finally {
      await this.#ask("guest-file-close", { handle });
    }
  }

  /** Runs a program in the guest and waits for it; each argument is passed as it is. */
  async run([path = "", ...args]: readonly string[], withinMs: number): Promise<RunInGuest> {
    const child = await this.#ask("guest-exec", { path, arg: args, "capture-output": true });
    if (!begun.Check(child)) throw new Error(`the guest's agent does not run ${path}`);
    const untilMs = this.#host.clock.nowMs() + withinMs;
    for (;;) {
      const now = await this.#ask("guest-exec-status", { pid: child.pid });
      if (!status.Check(now)) throw new Error(`the guest's agent does not say how ${path} has ended`);
      if (now.exited) return { code: now.exitcode ?? -1, output: Buffer.from(now["out-data"] ?? "", "base64").toString("utf8") };
      if (this.#host.clock.nowMs() >= untilMs) throw new Error(`${path} in the guest has not ended in ${withinMs} ms`);
      await this.#host.pause(pollMs);
    }
  }

  async #ask(execute: string, asked: Readonly<Record<string, unknown>>): Promise<unknown> {
    const command = JSON.stringify({ execute, arguments: asked });
    const called = await this.#host.virsh.call(["qemu-agent-command", `--domain=${this.#uuid}`, `--timeout=${askSeconds}`, `--cmd=${command}`], (askSeconds + 10) * 1000);
    const value = called.kind === "ended" && called.ok ? jsonOf(called.output) : undefined;
    if (!reply.Check(value)) throw new Error(called.because === "" ? "the guest's agent answers something that cannot be read" : called.because);
    return value.return;
  }
}
