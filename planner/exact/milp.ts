/** A linear expression over columns: constant + sum of factor x column. Grows by `add`; a column may occur twice. */
export class Sum {
  constant = 0;
  readonly columns: number[] = [];
  readonly factors: number[] = [];

  add(column: number, factor: number): this {
    if (factor !== 0) {
      this.columns.push(column);
      this.factors.push(factor);
    }
    return this;
  }

  addSum(other: Sum, factor: number): this {
    this.constant += factor * other.constant;
    other.columns.forEach((column, i) => this.add(column, factor * (other.factors[i] ?? 0)));
    return this;
  }

  /** The same with each column once, in ascending order, none with factor 0. */
  merged(): Sum {
    const factorOf = new Map<number, number>();
    this.columns.forEach((column, i) => factorOf.set(column, (factorOf.get(column) ?? 0) + (this.factors[i] ?? 0)));
    const result = new Sum();
    result.constant = this.constant;
    for (const [column, factor] of [...factorOf].sort(([a], [b]) => a - b)) result.add(column, factor);
    return result;
  }

  /** Its value under the values of all columns. */
  valueOf(values: ArrayLike<number>): number {
    return this.columns.reduce((sum, column, i) => sum + (this.factors[i] ?? 0) * (values[column] ?? 0), this.constant);
  }
}

/** A model as plain arrays (rows compressed), to be sent to a solver's thread. Minimise cost over the columns. */
export interface MilpData {
  readonly columnCount: number;
  readonly rowCount: number;
  readonly cost: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** 1 for columns that take whole numbers only. */
  readonly integer: Int32Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** A mixed-integer linear model under construction. It only grows: levels of the score add rows one after the other. */
export class Milp {
  /** True once a row without columns cannot hold: no solver is needed to know that there is no solution. */
  contradictory = false;
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #integer: number[] = [];
  readonly #rowLower: number[] = [];
  readonly #rowUpper: number[] = [];
  readonly #starts: number[] = [0];
  readonly #indices: number[] = [];
  readonly #values: number[] = [];

  get columnCount(): number {
    return this.#lower.length;
  }

  get integerCount(): number {
    return this.#integer.reduce((sum, integer) => sum + integer, 0);
  }

  get entryCount(): number {
    return this.#indices.length;
  }

  /** A new column; its number. */
  column(lower: number, upper: number, integer: boolean): number {
    this.#lower.push(lower);
    this.#upper.push(upper);
    this.#integer.push(integer ? 1 : 0);
    return this.#lower.length - 1;
  }

  lowerOf(column: number): number {
    return this.#lower[column] ?? 0;
  }

  upperOf(column: number): number {
    return this.#upper[column] ?? 0;
  }

  /** sum <= limit. */
  atMost(sum: Sum, limit: number): void {
    this.row(sum, -Infinity, limit);
  }

  /** sum >= limit. */
  atLeast(sum: Sum, limit: number): void {
    this.row(sum, limit, Infinity);
  }

  /** lower <= sum <= upper. Rows of whole numbers are divided by their common factor, which keeps numbers small for the solver. */
  row(sum: Sum, lower: number, upper: number): void {
    const { columns, factors, constant } = sum.merged();
    let low = lower - constant;
    let high = upper - constant;
    if (columns.length === 0) {
      if (low > 0 || high < 0) this.contradictory = true;
      return;
    }
    const divisor = columns.every((column) => this.#integer[column] === 1) ? commonDivisor(factors) : 1;
    if (divisor > 1) {
      low = Math.ceil(low / divisor);
      high = Math.floor(high / divisor);
    }
    if (this.#alwaysHolds(columns, factors, divisor, low, high)) return;
    columns.forEach((column, i) => {
      this.#indices.push(column);
      this.#values.push((factors[i] ?? 0) / divisor);
    });
    this.#starts.push(this.#indices.length);
    this.#rowLower.push(low);
    this.#rowUpper.push(high);
  }

  data(objective: Sum): MilpData {
    const cost = new Float64Array(this.columnCount);
    objective.columns.forEach((column, i) => {
      cost[column] = (cost[column] ?? 0) + (objective.factors[i] ?? 0);
    });
    return {
      columnCount: this.columnCount,
      rowCount: this.#rowLower.length,
      cost,
      lower: Float64Array.from(this.#lower),
      upper: Float64Array.from(this.#upper),
      integer: Int32Array.from(this.#integer),
      rowLower: Float64Array.from(this.#rowLower),
      rowUpper: Float64Array.from(this.#rowUpper),
      starts: Int32Array.from(this.#starts),
      indices: Int32Array.from(this.#indices),
      values: Float64Array.from(this.#values),
    };
  }

  #alwaysHolds(columns: readonly number[], factors: readonly number[], divisor: number, low: number, high: number): boolean {
    let least = 0;
    let most = 0;
    columns.forEach((column, i) => {
      const factor = (factors[i] ?? 0) / divisor;
      const atLower = factor * this.lowerOf(column);
      const atUpper = factor * this.upperOf(column);
      least += Math.min(atLower, atUpper);
      most += Math.max(atLower, atUpper);
    });
    return least >= low && most <= high;
  }
}

/** Greatest whole number that divides all; 1 when one of them is not whole. */
export function commonDivisor(numbers: readonly number[]): number {
  let divisor = 0;
  for (const number of numbers) {
    if (!Number.isSafeInteger(number)) return 1;
    let a = Math.abs(number);
    while (a !== 0) [divisor, a] = [a, divisor % a];
    if (divisor === 1) return 1;
  }
  return Math.max(1, divisor);
}
