import type { RunId } from "../model/ids.ts";
import type { Terms } from "./terms.ts";
import type { ApprovedPlan } from "./approve.ts";
import { Runner, type World } from "./run.ts";

/**
 * Begins to carry out an approved plan, or goes on with what a journal says has begun. `epoch` must be larger than every
 * one drawn before for this fleet: it shuts out whoever was at work until now.
 */
export async function execute({ plan }: ApprovedPlan, terms: Terms, world: World, { run, epoch }: { readonly run: RunId; readonly epoch: number }): Promise<Runner> {
  const runner = await Runner.open(terms, world);
  if (runner.state.status === "new") runner.take({ kind: "begin", run, epoch, digest: plan.digest, actions: plan.actions });
  else if (runner.state.digest === plan.digest) runner.take({ kind: "takeOver", epoch });
  else throw new Error(`the journal is of plan ${runner.state.digest.slice(0, 12)}, not of ${plan.digest.slice(0, 12)}`);
  return runner;
}
