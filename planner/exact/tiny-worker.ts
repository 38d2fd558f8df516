import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";
import type { Model } from "javascript-lp-solver";
import type { MilpData } from "./milp.ts";
import { ready } from "../solver-thread.ts";

// The package's types describe its module build only; its CommonJS export is the solver itself.
const solver = createRequire(import.meta.url)("javascript-lp-solver") as { Solve(model: Model): Record<string, number | boolean | undefined> };

/** The model in the words of the package: columns and rows by name, columns never negative. */
function modelOf(data: MilpData): Model {
  const constraints: Record<string, { min?: number; max?: number }> = {};
  const variables: Record<string, Record<string, number>> = {};
  const ints: Record<string, 1> = {};
  for (let c = 0; c < data.columnCount; c++) {
    const variable: Record<string, number> = { cost: data.cost[c] ?? 0 };
    variables[`c${c}`] = variable;
    if (data.integer[c] === 1) ints[`c${c}`] = 1;
    const upper = data.upper[c] ?? Infinity;
    if (!Number.isFinite(upper)) continue;
    constraints[`u${c}`] = { max: upper };
    variable[`u${c}`] = 1;
  }
  for (let r = 0; r < data.rowCount; r++) {
    const min = data.rowLower[r] ?? -Infinity;
    const max = data.rowUpper[r] ?? Infinity;
    constraints[`r${r}`] = { ...(Number.isFinite(min) ? { min } : {}), ...(Number.isFinite(max) ? { max } : {}) };
    for (let k = data.starts[r] ?? 0; k < (data.starts[r + 1] ?? 0); k++) {
      const variable = variables[`c${data.indices[k]}`];
      if (variable !== undefined) variable[`r${r}`] = data.values[k] ?? 0;
    }
  }
  return { optimize: "cost", opType: "min", constraints, variables, ints };
}

/** Values of all columns; null when the package says that there is no solution, which nobody believes. */
function solve(data: MilpData): Float64Array | null {
  const result = solver.Solve(modelOf(data));
  if (result["feasible"] !== true) return null;
  return Float64Array.from({ length: data.columnCount }, (_, c) => Number(result[`c${c}`] ?? 0));
}

function reply(data: MilpData): { readonly values: Float64Array | null } {
  try {
    return { values: solve(data) };
  } catch {
    return { values: null };
  }
}

// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.on("message", (data: MilpData) => parentPort?.postMessage(reply(data)));
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(ready);
