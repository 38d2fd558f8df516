/** Files that are composed, and what the result is called. */
export interface NamedFiles {
  readonly name: string;
  readonly title: string;
  readonly files: readonly string[];
}

/** Workloads that would be elsewhere all the time; null: away from all hosts. */
export interface WhatIfQuestion {
  readonly name: string;
  readonly moves: readonly { readonly workload: string; readonly to: string | null }[];
}

/** Scenarios x policies x seeds, to be simulated and compared. Names are unique in their lists; paths are as the process finds them. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly scenarios: readonly NamedFiles[];
  /** Each is laid over each scenario. */
  readonly policies: readonly NamedFiles[];
  readonly seeds: readonly number[];
  readonly baseline: { readonly scenario: string; readonly policies: string };
  /** Instead of what the scenarios say; null: as they say. */
  readonly start: string | null;
  readonly lengthMs: number | null;
  readonly runway: boolean;
  readonly whatIfs: readonly WhatIfQuestion[];
}
