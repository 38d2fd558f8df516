import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** How long an answer is waited for, and who may call it off. */
export interface Patience {
  readonly limitMs: number;
  readonly stopped: () => boolean;
  /** What the solver gets to come to an end by itself, once called off, before its thread is killed. */
  readonly graceMs: number;
}

/** What a worker says once it has loaded its solver. */
export const ready = "ready";
/** Longest time for that; far more than it takes. */
const loadMs = 20_000;
/** How often the wish to stop is asked for while a solver runs. */
const pollMs = 20;

/**
 * A thread that runs one solver: a solve is synchronous and can hang or exhaust WebAssembly memory, so it must be
 * possible to kill it. It is kept warm between questions, because loading costs more than most solves, and it never
 * keeps the process alive by itself.
 */
export class SolverThread<Question, Answer> {
  readonly #worker: Worker;
  readonly #flag = new Int32Array(new SharedArrayBuffer(4));
  #alive = true;
  #answered = 0;
  #settle: ((answer: Answer | null) => void) | null = null;
  readonly #loaded: Promise<void>;
  #load: () => void = () => undefined;

  /** `file` is the worker's, without its ending. */
  constructor(file: URL) {
    this.#worker = startWorker(file, this.#flag);
    this.#loaded = new Promise((resolve) => { this.#load = resolve; });
    this.#worker.on("message", (answer: Answer | typeof ready) => {
      if (answer === ready) this.#load();
      else this.#finish(answer);
    });
    this.#worker.on("error", () => this.#lose());
    this.#worker.on("exit", () => this.#lose());
    this.#worker.unref();
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Questions answered so far. */
  get answered(): number {
    return this.#answered;
  }

  /** The answer; null when the thread died, or had to be killed. One question at a time; loading is not counted as time. */
  async ask(question: Question, patience: Patience): Promise<Answer | null> {
    const timers: NodeJS.Timeout[] = [];
    let isCalledOff = false;
    const callOff = (): void => {
      Atomics.store(this.#flag, 0, 1);
      if (!isCalledOff) timers.push(setTimeout(() => this.dispose(), patience.graceMs));
      isCalledOff = true;
    };
    Atomics.store(this.#flag, 0, 0);
    this.#worker.ref();
    timers.push(setInterval(() => {
      if (patience.stopped()) callOff();
    }, pollMs));
    const loading = setTimeout(() => this.dispose(), loadMs);
    await this.#loaded;
    clearTimeout(loading);
    timers.push(setTimeout(callOff, patience.limitMs));
    const answer = await new Promise<Answer | null>((resolve) => {
      if (!this.#alive) {
        resolve(null);
        return;
      }
      this.#settle = resolve;
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      this.#worker.postMessage(question);
    });
    for (const timer of timers) clearTimeout(timer);
    this.#worker.unref();
    return answer;
  }

  /** Kills the thread, with whatever it is doing. */
  dispose(): void {
    this.#lose();
    void this.#worker.terminate();
  }

  #finish(answer: Answer): void {
    this.#answered += 1;
    this.#settle?.(answer);
    this.#settle = null;
  }

  #lose(): void {
    this.#alive = false;
    this.#load();
    this.#settle?.(null);
    this.#settle = null;
  }
}

/** The built worker is started as it is; beside sources (tests, tsx) the loader of TypeScript has to come first. */
function startWorker(file: URL, workerData: Int32Array): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL(`${file.href}.js`), { workerData });
  const required = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api"));
  const loader = new URL("index.mjs", required).href; // the module build lies beside the one that is required
  const boot = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(`${file.href}.ts`)}); })`;
  return new Worker(boot, { workerData, eval: true });
}
