/** Lets one piece of work after the other happen to each thing, and different things at once. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(name, mine);
    const forget = (): void => { if (this.#last.get(name) === mine) this.#last.delete(name); };
    mine.then(forget, forget);
    return mine;
  }

  isTaken(name: string): boolean {
    return this.#last.has(name);
  }
}
