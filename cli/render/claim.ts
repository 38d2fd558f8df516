import { unreachable } from "../../model/assert.ts";
import type { Claim } from "../../model/plan.ts";
import type { Paint } from "./paint.ts";

/** How sure an answer is, in the same words everywhere. */
export function claimWords(claim: Claim): string {
  switch (claim.kind) {
    case "optimal": return "optimal (proved)";
    case "within": return `within ${Math.floor(claim.permille / 10)}.${claim.permille % 10} % of the bound`;
    case "best-found": return "best found (no bound is known that it reaches)";
    case "infeasible": return claim.proved ? "infeasible (proved)" : "infeasible as far as was searched (not proved)";
    default: return unreachable(claim);
  }
}

/** The same in the colour of how good the news is. */
export function paintedClaim(claim: Claim, paint: Paint): string {
  const words = claimWords(claim);
  if (claim.kind === "infeasible") return paint.red(words);
  return claim.kind === "best-found" ? paint.yellow(words) : paint.green(words);
}
