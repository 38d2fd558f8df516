import type { Diagnostic } from "../model/diagnostic.ts";
import { ScoreOverflow } from "../planner/index.ts";

/** A score that whole numbers cannot hold is a fault of the input, known only while planning; any other error goes on. */
export function overflowProblem(error: unknown): Diagnostic {
  if (!(error instanceof ScoreOverflow)) throw error;
  return {
    code: "overflow", severity: "error", file: null, line: null, column: null, path: "objectives",
    message: `The level "${error.level}" of the objectives can reach ${BigInt(Math.round(error.value))}; whole numbers are exact only up to ${Number.MAX_SAFE_INTEGER}.`,
    advice: "Use smaller weights in this level and for shoulds, put its objectives on levels of their own, or check the units of prices and sizes.",
  };
}
