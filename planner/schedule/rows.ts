/** Lists of numbers by key, as two typed arrays: 250,000 rules over 50,000 workloads stay small. */
export interface Rows {
  /** Calls back with each entry of a key. */
  each(key: number, visit: (entry: number) => void): void;
}

/** Built in two passes over the same pairs: one counts, one writes. */
export function rowsOf(keys: number, pairs: (emit: (key: number, entry: number) => void) => void): Rows {
  const starts = new Int32Array(keys + 1);
  pairs((key) => {
    starts[key + 1] = (starts[key + 1] ?? 0) + 1;
  });
  for (let key = 0; key < keys; key++) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);
  const next = starts.slice();
  const entries = new Int32Array(starts[keys] ?? 0);
  pairs((key, entry) => {
    const position = next[key] ?? 0;
    entries[position] = entry;
    next[key] = position + 1;
  });
  return {
    each(key, visit) {
      const end = starts[key + 1] ?? 0;
      for (let position = starts[key] ?? 0; position < end; position++) visit(entries[position] ?? 0);
    },
  };
}
