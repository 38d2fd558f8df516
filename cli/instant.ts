/** Milliseconds since 1970 of a UTC instant that was checked when it was read; null for none. */
export function instantMs(asOf: string | null): number | null {
  return asOf === null ? null : Date.parse(asOf);
}
