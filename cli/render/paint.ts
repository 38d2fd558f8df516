import pc from "picocolors";

/** Colours for a terminal, or the same names doing nothing. */
export type Paint = ReturnType<typeof pc.createColors>;

/** Makes the colours; `enabled` is decided once, at the edge. */
export function paintFor(enabled: boolean): Paint {
  return pc.createColors(enabled);
}
