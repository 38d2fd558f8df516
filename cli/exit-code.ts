/** How the command ended, for scripts. Part of the interface: never changed, only added to. */
export const exitCodes = {
  done: 0,
  /** Bad input, bad usage, or a fault of the program. */
  error: 1,
  /** With `--detailed-exitcode`: the plan would change something. */
  changesPending: 2,
  /** A must is broken, there is no solution, or none was found in which everything has a place. */
  refused: 3,
  /** A fact that the plan rests on has changed, and it matters. */
  stale: 4,
  /** Not all of a plan was carried out: some actions failed, are unknown, or have not begun. */
  unfinished: 5,
  /** Stopped by Ctrl-C; the best answer so far was kept. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
