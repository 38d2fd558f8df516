import type { StaleFact, Verification, VerifiedViolation } from "../../policies/index.ts";
import { countWords } from "./diagnostics.ts";
import { formatOffset } from "./duration.ts";
import type { Paint } from "./paint.ts";
import { wrap } from "./text.ts";

/** The verdict in one line: `✓ every must holds at 25 instants`. */
export function verdictLine(verification: Verification, paint: Paint): string {
  const instants = countWords(verification.checkedInstants, "instant");
  if (!verification.ok) {
    const faults = newViolations(verification).length + verification.problems.length;
    return paint.red(`✗ refused: ${countWords(faults, "fault")} found at ${instants}`);
  }
  const old = verification.violations.length - newViolations(verification).length;
  const kept = old === 0 ? "every must holds" : "no must is worse than before";
  return paint.green(`✓ ${kept} at ${instants}`);
}

/** Everything that the verifier found, for people. */
export function renderVerification(
  verification: Verification, stale: readonly StaleFact[], view: { readonly paint: Paint; readonly columns: number },
): string {
  const { paint, columns } = view;
  const sections = [
    `${wrap(verdictLine(verification, paint), columns, "", "  ")}\n`,
    ...refusals(verification).map(({ title, found }) => section(title, found, view)),
    section("Musts broken before, and not worse after", brokenBefore(verification), view),
    section("Facts that have changed since the plan was made", stale.map(staleWords), view),
    section("Shoulds broken", verification.shoulds, view),
    section("Audits", verification.audits, view),
    section(brokenOnTheWay, onTheWay(verification), view),
  ];
  return sections.filter((each) => each !== "").join("\n");
}

/** Why a plan is refused, each kind under its heading; nothing for one that is not. */
export function refusals(verification: Verification): readonly { readonly title: string; readonly found: readonly string[]; readonly wayOut: string }[] {
  return [
    {
      title: "Faults of the plan itself", found: verification.problems,
      wayOut: "The planner should not make such a plan: please report it with the files. Planned again with another engine or seed it may hold.",
    },
    {
      title: "Musts broken", found: newViolations(verification).map(violationWords),
      wayOut: "Change what the files ask for, or the rules that are broken: a policy may get an exception, or be a should. Planned again with another engine or seed they may hold.",
    },
  ].filter(({ found }) => found.length > 0);
}

/** Breaches that the fleet had already; the plan does not make them worse. */
export function brokenBefore({ violations }: Verification): readonly string[] {
  return violations.filter(({ before }) => before).map(violationWords);
}

/** The heading of `onTheWay`. */
export const brokenOnTheWay = "Warnings: broken on the way, though not at the end";

/** Shoulds and audits that the plan breaks for a time, with the instant and the action. */
export function onTheWay(verification: Verification): readonly string[] {
  return verification.onTheWay.map((each) => `${each.strength} ${violationWords(each)}`);
}

function newViolations({ violations }: Verification): readonly VerifiedViolation[] {
  return violations.filter(({ before }) => !before);
}

function violationWords({ policy, title, words, atMs, action }: Omit<VerifiedViolation, "before">): string {
  const when = action === null ? "" : `, at ${formatOffset(atMs)}, action ${action}`;
  return `${policy} (${title})${when}: ${words}`;
}

function staleWords({ about, was, is, matters, why }: StaleFact): string {
  return `${matters ? "matters" : "does not matter"}: ${about} was ${was}, is ${is}. ${why}`;
}

function section(title: string, items: readonly string[], { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  return items.length === 0 ? "" : `${paint.bold(title)}\n${items.map((item) => wrap(item, columns, "  ")).join("\n")}\n`;
}
