/** One problem of an input. All problems of an input are collected; none is thrown. */
export interface Diagnostic {
  /** From a closed list, so that a program can react; e.g. `unknown-key`. */
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  /** Where: file, line and column (1-based, null when the value came from no file), and the path in the document. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** JSON path as people write it: `fleet.hosts[3].capacity.memoryMiB`. */
  readonly path: string;
  /** One sentence that names the thing, its value and the limit. */
  readonly message: string;
  /** The way out, one sentence. */
  readonly advice: string;
}

export type DiagnosticCode =
  | "file-not-found" | "file-too-large" | "file-unreadable" | "bad-encoding" | "bad-syntax" | "too-deep" | "too-many-aliases"
  | "duplicate-key" | "forbidden-key" | "unknown-key" | "missing-key" | "wrong-type" | "out-of-range" | "not-integer" | "not-finite"
  | "bad-format" | "not-allowed" | "duplicate-id" | "unknown-reference" | "start-order-cycle" | "include-cycle" | "overflow"
  | "contradiction" | "change-conflict" | "policy-unknown-entry" | "policy-parameter" | "policy-condition" | "policy-duplicate"
  | "policy-contradiction" | "policy-unreachable" | "policy-exception-expired" | "policy-test-failed" | "policy-needs-time"
  | "unit-mismatch" | "usage" | "more-problems" | "server-unreachable" | "server-refused";
