/** Time as an argument: only a process's main file makes a real one. */
export interface Clock {
  /** Milliseconds that never go back; only differences mean anything. */
  nowMs(): number;
}

/** A clock that also knows the date, which may jump in both directions. Nothing but dates may be asked of that. */
export interface WallClock extends Clock {
  /** Milliseconds since 1970 UTC. */
  utcMs(): number;
}
