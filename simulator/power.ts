/**
 * What a host draws at a share of its processors in use. `linear`, `square`, `cubic` and `sqrt` bend between idle and
 * peak; `table` joins measured points, as benchmarks publish them: at each permille of use so many milliwatts.
 */
export type PowerModel =
  | { readonly kind: "linear" | "square" | "cubic" | "sqrt"; readonly idleMilliwatts: number; readonly peakMilliwatts: number }
  | { readonly kind: "table"; readonly points: readonly { readonly usePermille: number; readonly milliwatts: number }[] };

/** Draws at use, as whole milliwatts; of a capacity of zero a host uses nothing. */
export interface PowerCurve {
  readonly idleMilliwatts: number;
  /** From idle to peak where power grows in proportion to use; null where it bends. */
  readonly rangeMilliwatts: number | null;
  at(granted: number): number;
}

/** The curve of a host whose processors all together give `capacity`, in the unit of what is granted. */
export function powerCurve(model: PowerModel, capacity: number): PowerCurve {
  if (model.kind === "table") return tableCurve(model.points, capacity);
  const { idleMilliwatts, peakMilliwatts } = model;
  const range = peakMilliwatts - idleMilliwatts;
  const share = (granted: number): number => (capacity > 0 ? Math.min(1, granted / capacity) : 0);
  switch (model.kind) {
    case "linear": return { idleMilliwatts, rangeMilliwatts: range, at: (granted) => idleMilliwatts + (capacity > 0 ? Math.round((range * Math.min(granted, capacity)) / capacity) : 0) };
    case "square": return { idleMilliwatts, rangeMilliwatts: null, at: (granted) => idleMilliwatts + Math.round(range * share(granted) ** 2) };
    case "cubic": return { idleMilliwatts, rangeMilliwatts: null, at: (granted) => idleMilliwatts + Math.round(range * share(granted) ** 3) };
    case "sqrt": return { idleMilliwatts, rangeMilliwatts: null, at: (granted) => idleMilliwatts + Math.round(range * Math.sqrt(share(granted))) };
  }
}

/** Before the first point and after the last the curve is level. */
function tableCurve(points: readonly { readonly usePermille: number; readonly milliwatts: number }[], capacity: number): PowerCurve {
  const sorted = points.toSorted((a, b) => a.usePermille - b.usePermille);
  const at = (permille: number): number => {
    const after = sorted.findIndex(({ usePermille }) => usePermille >= permille);
    const [before, next] = [sorted[after < 0 ? sorted.length - 1 : after - 1], sorted[after]];
    if (next === undefined) return before?.milliwatts ?? 0;
    if (before === undefined) return next.milliwatts;
    const way = (permille - before.usePermille) / (next.usePermille - before.usePermille);
    return Math.round(before.milliwatts + way * (next.milliwatts - before.milliwatts));
  };
  return { idleMilliwatts: at(0), rangeMilliwatts: null, at: (granted) => at(capacity > 0 ? Math.min(1000, (1000 * granted) / capacity) : 0) };
}
