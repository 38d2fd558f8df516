import { unreachable } from "../../model/assert.ts";
import type { Plan } from "../../model/plan.ts";
import { groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";

type Claimed = Pick<Plan, "claim" | "placedCount" | "wantedCount">;

/** How sure an answer is, in the same words everywhere. */
export function claimWords({ claim, placedCount, wantedCount }: Claimed): string {
  switch (claim.kind) {
    case "optimal": return "optimal (proved)";
    case "within": {
      const above = `up to ${Math.floor(claim.permille / 10)}.${claim.permille % 10} % above the bound`;
      return isNear(claim) ? above : `best found (${above})`;
    }
    case "best-found": return "best found (no bound is known that it reaches)";
    case "incomplete":
      return placedCount < wantedCount
        ? `${groupThousands(placedCount)} of ${groupThousands(wantedCount)} placed when stopped; more may be possible`
        : "not every must kept when stopped; more may be possible";
    case "infeasible": return "infeasible (proved)";
    default: return unreachable(claim);
  }
}

/** The same in the colour of how good the news is. */
export function paintedClaim(plan: Claimed, paint: Paint): string {
  const words = claimWords(plan);
  const { kind } = plan.claim;
  if (kind === "infeasible") return paint.red(words);
  const isUnsure = kind === "best-found" || kind === "incomplete" || (kind === "within" && !isNear(plan.claim));
  return isUnsure ? paint.yellow(words) : paint.green(words);
}

/** A bound of less than half says little about the answer. */
function isNear({ permille }: Extract<Plan["claim"], { kind: "within" }>): boolean {
  return permille <= 1000;
}
