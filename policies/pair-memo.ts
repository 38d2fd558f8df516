/** Remembers an answer for each pair of rows: many workloads share few rows. */
export class PairMemo<Answer> {
  readonly #answers = new Map<Uint8Array, Map<Uint8Array, Answer>>();
  readonly #ask: (a: Uint8Array, b: Uint8Array) => Answer;

  constructor(ask: (a: Uint8Array, b: Uint8Array) => Answer) {
    this.#ask = ask;
  }

  get(a: Uint8Array, b: Uint8Array): Answer {
    const known = this.#answers.get(a) ?? new Map<Uint8Array, Answer>();
    this.#answers.set(a, known);
    const answer = known.get(b) ?? this.#ask(a, b);
    known.set(b, answer);
    return answer;
  }
}
