import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Highs, InitOptions, Model } from "highs";
import type { HighsAnswer, HighsQuestion } from "./highs.ts";
import { ready } from "../solver-thread.ts";

// The package's types describe its CommonJS build, whose export is the loader itself.
const loadHighs = createRequire(import.meta.url)("highs") as (options?: InitOptions) => Promise<Highs>;
const flag = workerData as Int32Array;
const calledOff = (): boolean => Atomics.load(flag, 0) === 1;
const solver = await loadHighs();

function look(event: { interrupt(): void }): undefined {
  if (calledOff()) event.interrupt();
}

function solve({ data, start, timeMs, seed, nodes, tolerance }: HighsQuestion): HighsAnswer {
  return solver.withModel({
    numCols: data.columnCount, numRows: data.rowCount,
    colCost: data.cost, colLower: data.lower, colUpper: data.upper, integrality: data.integer,
    rowLower: data.rowLower, rowUpper: data.rowUpper,
    matrix: { format: "csr", numRows: data.rowCount, numCols: data.columnCount, starts: data.starts, indices: data.indices, values: data.values },
  }, (model) => {
    model.options.set({
      output_flag: false, random_seed: seed, time_limit: Math.max(0.001, timeMs / 1000),
      mip_rel_gap: 0, mip_abs_gap: 0.5, mip_max_nodes: nodes, mip_feasibility_tolerance: tolerance,
      // It starts from what the search has found: its own heuristics find nothing better, and symmetries are seldom.
      // Branching soon on what has been learnt halves the time where most choices are between hosts that are alike.
      mip_heuristic_effort: start === null ? 0.05 : 0, mip_detect_symmetry: false, mip_pscost_minreliable: 2,
    });
    if (start !== null) model.setSolution(start);
    const { callbackType } = solver.constants;
    model.run({ [callbackType.mipInterrupt]: look, [callbackType.simplexInterrupt]: look });
    return read(model, data.integer.includes(1));
  });
}

function read(model: Model, isMip: boolean): HighsAnswer {
  const { modelStatus, solutionStatus } = solver.constants;
  const status = model.getModelStatus();
  const feasible = model.info.get("primal_solution_status") === solutionStatus.feasible;
  const values = feasible ? model.getSolution().colValue : null;
  if (status === modelStatus.infeasible) return { status: "infeasible", values: null, bound: null };
  const optimal = status === modelStatus.optimal;
  const limited = [modelStatus.timeLimit, modelStatus.interrupted, modelStatus.solutionLimit, modelStatus.iterationLimit].includes(status as never);
  if (!optimal && !limited) return { status: "failed", values: null, bound: null };
  return { status: optimal ? "optimal" : "limit", values, bound: boundOf(model, optimal, isMip) };
}

function boundOf(model: Model, optimal: boolean, isMip: boolean): number | null {
  const bound = isMip ? Number(model.info.get("mip_dual_bound")) : -Infinity;
  if (Number.isFinite(bound)) return bound;
  // Nothing is better than the start: the tree is empty and its bound is infinite, or there never was a tree.
  return optimal ? model.getObjectiveValue() : null;
}

function reply(question: HighsQuestion): HighsAnswer {
  try {
    return solve(question);
  } catch {
    // A refused model or an aborted WebAssembly instance: the asker disposes of this thread.
    return { status: "failed", values: null, bound: null };
  }
}

// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.on("message", (question: HighsQuestion) => parentPort?.postMessage(reply(question)));
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(ready);
