import { connect, type Socket } from "node:net";
import type { Clock } from "../../model/clock.ts";

/** What a client has seen on its one connection. */
export interface Continuity {
  readonly sent: number;
  readonly answered: number;
  /** Answers that are not the ones that were due: of another boot or connection, out of order, or to another line. */
  readonly wrong: number;
  readonly longestGapMs: number;
  /** How the connection ended; null while it is open. */
  readonly ended: string | null;
}

/**
 * Keeps one TCP connection to a guest of the lab, says a numbered line every few milliseconds and checks the answer. Boot,
 * connection and line are counted by the guest, so a guest that has restarted or lost its memory cannot pass.
 */
export class ContinuityClient {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #answered = 0;
  #wrong = 0;
  #lastMs: number;
  #longestGapMs = 0;
  #ended: string | null = null;
  #rest = "";
  #who: string | null = null;

  private constructor(socket: Socket, clock: Clock, everyMs: number) {
    this.#socket = socket;
    this.#clock = clock;
    this.#lastMs = clock.nowMs();
    this.#timer = setInterval(() => this.#say(), everyMs);
    socket.on("data", (chunk: Buffer) => this.#hear(chunk.toString("utf8")));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#end(error.code ?? error.message));
    socket.on("close", () => this.#end("closed"));
  }

  static open(address: string, clock: Clock, everyMs = 20): Promise<ContinuityClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address, port: 7000, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new ContinuityClient(socket, clock, everyMs));
      });
    });
  }

  get seen(): Continuity {
    const waitingMs = this.#answered < this.#sent && this.#ended === null ? this.#clock.nowMs() - this.#lastMs : 0;
    return { sent: this.#sent, answered: this.#answered, wrong: this.#wrong, longestGapMs: Math.round(Math.max(this.#longestGapMs, waitingMs)), ended: this.#ended };
  }

  /** Says nothing more, waits for the answers that are due, and tells what was seen. */
  async close(patienceMs = 10_000): Promise<Continuity> {
    clearInterval(this.#timer);
    const untilMs = this.#clock.nowMs() + patienceMs;
    while (this.#answered < this.#sent && this.#ended === null && this.#clock.nowMs() < untilMs) await new Promise((resolve) => { setTimeout(resolve, 20); });
    const { seen } = this;
    this.#socket.destroy();
    return seen;
  }

  #say(): void {
    if (this.#sent === 0) this.#lastMs = this.#clock.nowMs();
    this.#sent++;
    this.#socket.write(`${this.#sent}\n`);
  }

  #hear(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop() ?? "";
    const nowMs = this.#clock.nowMs();
    for (const line of lines) {
      const [boots = "", connection = "", count, said] = line.split(" ");
      const who = `${boots} ${connection}`;
      this.#who ??= who;
      this.#answered++;
      if (who !== this.#who || count !== String(this.#answered) || said !== String(this.#answered)) this.#wrong++;
    }
    this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  #end(how: string): void {
    clearInterval(this.#timer);
    this.#ended ??= how;
  }
}
