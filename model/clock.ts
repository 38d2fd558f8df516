/** Time as an argument: only a process's main file makes a real one. */
export interface Clock {
  /** Milliseconds that never go back; only differences mean anything. */
  nowMs(): number;
}
