import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { complaintOf, connectTo, virshEnvironment, type VirshWorld } from "./virsh.ts";

interface Asked {
  readonly command: string;
  readonly answer: (output: string) => void;
  readonly fail: (error: Error) => void;
}

const prompt = "virsh # ";
const answerMs = 20_000;
const lettersMax = 64 * 1_048_576;

/**
 * A virsh that stays, for reading: a connection for each question would cost more than the question. Only commands whose
 * every word is known to be harmless are written to it; workloads are named by the uuid of their domain.
 */
export class VirshShell {
  readonly #uri: string;
  readonly #world: VirshWorld;
  readonly #waiting: Asked[] = [];
  #child: ChildProcessWithoutNullStreams | null = null;
  #now: { readonly asked: Asked; readonly mark: string; output: string; errors: string; readonly cancel: () => void } | null = null;
  #asks = 0;
  #isClosed = false;

  constructor(uri: string, world: VirshWorld) {
    this.#uri = uri;
    this.#world = world;
  }

  /** What virsh prints for a command. Throws when it complains, or does not answer in time. */
  read(...words: readonly string[]): Promise<string> {
    const bad = words.find((word) => !/^[A-Za-z0-9_.=-]+$/.test(word));
    if (bad !== undefined) return Promise.reject(new Error(`${JSON.stringify(bad)} may not be asked for`));
    if (this.#isClosed) return Promise.reject(new Error("the driver was closed"));
    return new Promise((answer, fail) => {
      this.#waiting.push({ command: words.join(" "), answer, fail });
      this.#next();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#giveUp(new Error("the driver was closed"));
    for (const { fail } of this.#waiting.splice(0)) fail(new Error("the driver was closed"));
  }

  #next(): void {
    if (this.#now !== null) return;
    const asked = this.#waiting.shift();
    if (asked === undefined) return;
    const child = this.#child ?? this.#open();
    this.#asks++;
    const mark = `answered-${this.#asks}`;
    const cancel = this.#world.clock.after(answerMs, () => this.#giveUp(new Error(`the hypervisor did not answer ${asked.command} in ${answerMs} ms`)));
    this.#now = { asked, mark, output: "", errors: "", cancel };
    // The marks come after everything that the command has printed, on both ways.
    child.stdin.write(`${asked.command}\necho --err -- ${mark}\necho -- ${mark}\n`);
  }

  #open(): ChildProcessWithoutNullStreams {
    const child = spawn("virsh", [...connectTo(this.#uri)], { stdio: "pipe", env: virshEnvironment });
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (this.#child !== child || this.#now === null) return;
      this.#now.output += text;
      this.#look();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (this.#child !== child || this.#now === null) return;
      this.#now.errors += text;
      this.#look();
    });
    child.stdin.on("error", () => {});
    const gone = (because: string) => (): void => { if (this.#child === child) this.#giveUp(new Error(because)); };
    child.once("error", gone("virsh cannot be run"));
    child.once("close", gone("virsh has ended by itself"));
    return child;
  }

  #look(): void {
    const now = this.#now;
    if (now === null) return;
    if (now.output.length > lettersMax) return this.#giveUp(new Error("virsh says more than anybody could read"));
    const errorMark = `error: ${now.mark}\n`;
    if (!now.output.endsWith(`\n${now.mark}${prompt}`) || !now.errors.endsWith(errorMark)) return;
    now.cancel();
    this.#now = null;
    const complaint = now.errors.slice(0, -errorMark.length).split("\n").filter((line) => !isAboutConnection(line)).join("\n");
    if (complaint.trim() === "") now.asked.answer(printedOf(now.output, now.asked.command));
    else now.asked.fail(new Error(complaintOf(complaint)));
    this.#next();
  }

  #giveUp(error: Error): void {
    const [child, now] = [this.#child, this.#now];
    this.#child = null;
    this.#now = null;
    child?.kill("SIGKILL");
    now?.cancel();
    now?.asked.fail(error);
    if (!this.#isClosed) this.#next();
  }
}

/** It connects again by itself, and says so; a command that suffered from it complains too. */
function isAboutConnection(line: string): boolean {
  return /^error: (Reconnected to the hypervisor|Disconnected from .*)$/.test(line);
}

/** What was printed between the echo of a command and that of the marks after it. */
function printedOf(output: string, command: string): string {
  const from = output.indexOf(`${command}\n`);
  const to = output.lastIndexOf(`${prompt}echo --err -- `);
  return from < 0 || to < from ? "" : output.slice(from + command.length + 1, to);
}
