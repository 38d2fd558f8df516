/** A growing column of whole numbers. */
export class Int32Column {
  #values = new Int32Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = new Int32Array(this.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.length++] = value;
  }

  append(values: Int32Array): void {
    this.#makeRoom(values.length);
    this.#values.set(values, this.length);
    this.length += values.length;
  }

  /** Numbers that follow each other. */
  appendRange(first: number, count: number): void {
    this.#makeRoom(count);
    for (let i = 0; i < count; i++) this.#values[this.length + i] = first + i;
    this.length += count;
  }

  #makeRoom(count: number): void {
    const length = this.length + count;
    if (length <= this.#values.length) return;
    const wider = new Int32Array(Math.max(length, this.#values.length * 2));
    wider.set(this.#values.subarray(0, this.length));
    this.#values = wider;
  }

  /** What was pushed, without a copy; further pushes may or may not show. */
  values(): Int32Array {
    return this.#values.subarray(0, this.length);
  }
}

/** A growing column of instants. */
export class Float64Column {
  #values = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = new Float64Array(this.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.length++] = value;
  }

  append(values: Float64Array): void {
    const length = this.length + values.length;
    if (length > this.#values.length) {
      const wider = new Float64Array(Math.max(length, this.#values.length * 2));
      wider.set(this.#values.subarray(0, this.length));
      this.#values = wider;
    }
    this.#values.set(values, this.length);
    this.length = length;
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}
