import { failed, type Outcome } from "./driver.ts";

/** How a workload is started. */
export interface Starting {
  /** Makes one that is new; null when it is there, otherwise why not. */
  readonly make: () => Promise<string | null>;
  readonly start: () => Promise<Outcome>;
  readonly takeAway: () => Promise<void>;
}

/** Starts a workload. One that is new is made first, and taken away again when it does not start. */
export async function startIt(isNew: boolean, { make, start, takeAway }: Starting): Promise<Outcome> {
  const because = isNew ? await make() : null;
  if (because !== null) return failed(because, "absent", { again: false });
  const outcome = await start();
  if (outcome.kind === "done" || !isNew || outcome.found !== "stopped") return outcome;
  await takeAway();
  return { ...outcome, found: "absent" };
}
