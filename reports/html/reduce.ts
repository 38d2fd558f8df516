/** A line as it is drawn: stretches without a gap. */
export interface Drawn {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * At most four points for each column of pixels: the first, the least, the greatest and the last, in their order, so
 * that no peak is lost and the line looks as if all points were drawn. NaN is a gap.
 */
export function reduceLine(x: ArrayLike<number>, y: ArrayLike<number>, columnOf: (x: number) => number): readonly Drawn[] {
  const stretches: { x: number[]; y: number[] }[] = [];
  let start = 0;
  while (start < y.length) {
    if (Number.isNaN(y[start])) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < y.length && !Number.isNaN(y[end])) end++;
    const kept = keptOf(x, y, start, end, columnOf);
    stretches.push({ x: kept.map((i) => x[i] ?? 0), y: kept.map((i) => y[i] ?? 0) });
    start = end;
  }
  return stretches;
}

function keptOf(x: ArrayLike<number>, y: ArrayLike<number>, start: number, end: number, columnOf: (x: number) => number): readonly number[] {
  const kept: number[] = [];
  let from = start;
  while (from < end) {
    const column = columnOf(x[from] ?? 0);
    let [least, greatest, to] = [from, from, from + 1];
    while (to < end && columnOf(x[to] ?? 0) === column) {
      if ((y[to] ?? 0) < (y[least] ?? 0)) least = to;
      if ((y[to] ?? 0) > (y[greatest] ?? 0)) greatest = to;
      to++;
    }
    for (const i of [from, Math.min(least, greatest), Math.max(least, greatest), to - 1]) if (i > (kept.at(-1) ?? -1)) kept.push(i);
    from = to;
  }
  return kept;
}

/** A band by columns of pixels: the least low and the greatest high of each, so that the band is never drawn too narrow. */
export function reduceBand(
  x: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>, columnOf: (x: number) => number,
): readonly { readonly x: readonly number[]; readonly low: readonly number[]; readonly high: readonly number[] }[] {
  const stretches: { x: number[]; low: number[]; high: number[] }[] = [];
  let open: { x: number[]; low: number[]; high: number[] } | null = null;
  let column = Number.NaN;
  for (let i = 0; i < x.length; i++) {
    const [at, least, most] = [x[i] ?? 0, low[i] ?? Number.NaN, high[i] ?? Number.NaN];
    if (Number.isNaN(least) || Number.isNaN(most)) {
      open = null;
      continue;
    }
    if (open === null) {
      open = { x: [at], low: [least], high: [most] };
      stretches.push(open);
    } else if (columnOf(at) === column) {
      const last = open.x.length - 1;
      open.low[last] = Math.min(open.low[last] ?? least, least);
      open.high[last] = Math.max(open.high[last] ?? most, most);
    } else {
      open.x.push(at);
      open.low.push(least);
      open.high.push(most);
    }
    column = columnOf(at);
  }
  return stretches;
}
