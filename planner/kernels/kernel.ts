/**
 * The fast equal of a form's amount: counters that follow each move of one workload. `entry` is what the kernel knows of
 * the workload (its size, its role, its row); `from` and `to` are hosts, -1 for nowhere. `delta` allocates nothing.
 */
export interface GroupKernel {
  readonly amount: number;
  /** Change of `amount` if the workload went from `from` to `to`. */
  delta(entry: number, from: number, to: number): number;
  /** Makes the move. */
  apply(entry: number, from: number, to: number): void;
}

/** Domain of a host; -1 when the host is in none, -2 when the workload is nowhere. */
export function domainAt(domainOfHost: Int32Array, host: number): number {
  return host < 0 ? -2 : (domainOfHost[host] as number);
}
