/** Most faults that are named before a reader gives up. */
const faultsMax = 20;
const longestShown = 24;

/** A file that is not what it should be: every fault found, each with the number of its token and what was expected. */
export class FormatError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "FormatError";
    this.faults = faults;
  }
}

/** Reads whole numbers separated by white space from bytes, without ever making a string of what is right. */
export class Scanner {
  readonly #bytes: Uint8Array;
  readonly #faults: string[] = [];
  #at = 0;
  /** Number of the token that was read last, from 1. */
  token = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next number; what is wrong with it is noted and 0 returned. `what` is called only then. */
  next(max: number, what: () => string): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    let at = this.#at;
    while (at < end && (bytes[at] as number) <= 32) at += 1;
    const start = at;
    this.token += 1;
    if (start === end) this.#stop(`token ${this.token} is missing: the file ends where ${what()} is expected`);
    let value = 0;
    while (at < end) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at += 1;
    }
    if (at < end && (bytes[at] as number) > 32) {
      while (at < end && (bytes[at] as number) > 32) at += 1;
      value = Number.NaN;
    }
    this.#at = at;
    if (value <= max) return value;
    this.#fault(`token ${this.token} is ${this.#shown(start, at)}, but ${what()} is expected: ${
      Number.isNaN(value) ? "a whole number that is not negative" : `at most ${max}`}`);
    return 0;
  }

  /** How many of something follow, each of at least `tokensEach` tokens: no more than the file has room for. */
  count(tokensEach: number, what: () => string): number {
    const faultsBefore = this.#faults.length;
    const value = this.next(4_294_967_295, what);
    if (this.#faults.length > faultsBefore) this.#stop("nothing after it can be read without this number");
    this.expectRoom(value * tokensEach, () => `token ${this.token}, ${what()}, is ${value}: so many`);
    return value;
  }

  /** Stops when so many more numbers cannot be in the file, before anything is allocated for them. */
  expectRoom(tokens: number, what: () => string): void {
    const room = Math.ceil((this.#bytes.length - this.#at) / 2);
    if (tokens > room) this.#stop(`${what()} need at least ${tokens} more numbers, but after token ${this.token} the file has room for at most ${room}`);
  }

  /** Nothing but white space may follow; throws when this or anything before was wrong. */
  finish(after: string): void {
    let at = this.#at;
    while (at < this.#bytes.length && (this.#bytes[at] as number) <= 32) at += 1;
    if (at < this.#bytes.length) this.#fault(`token ${this.token + 1} is ${this.#shown(at, at + longestShown)}, but the file should end after ${after}`);
    if (this.#faults.length > 0) throw new FormatError(this.#faults);
  }

  #fault(text: string): void {
    this.#faults.push(text);
    if (this.#faults.length >= faultsMax) this.#stop("there may be more, but this is enough");
  }

  #stop(text: string): never {
    throw new FormatError([...this.#faults, text]);
  }

  #shown(start: number, end: number): string {
    const text = new TextDecoder().decode(this.#bytes.subarray(start, Math.min(end, start + longestShown))).split(/\s/)[0] ?? "";
    return JSON.stringify(end > start + longestShown ? `${text}...` : text);
  }
}
