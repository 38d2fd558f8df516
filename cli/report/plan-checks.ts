import type { Diagnostic } from "../../model/diagnostic.ts";
import { formatMicros } from "../../model/money.ts";
import type { Plan } from "../../model/plan.ts";
import { basisFacts } from "../../policies/index.ts";
import { billTotal, expectedBill, placedNow } from "../../reports/index.ts";
import { usageProblem } from "../failed.ts";
import type { Ready } from "../prepare.ts";
import { formatDuration } from "../render/duration.ts";
import { minuteWords, periodWords } from "./cost-view.ts";
import type { MadeCost } from "./made-cost.ts";

/** Changed facts that are named; of more their number is told. */
const namedMax = 3;
/** Characters of a value: a host may have a long list of workloads. */
const valueMax = 80;

/** When a plan begins, and whether that is so because it was carried out then. */
interface Beginning {
  readonly atMs: number;
  readonly asExecuted: boolean;
}

/** What makes a plan, begun at an instant, no plan for this scenario and period: refused, or told with the figures. */
export function planProblems(plan: Plan, ready: Ready, made: MadeCost, begins: Beginning): readonly Diagnostic[] {
  return [...outsidePeriod(plan, made, begins), ...otherCurrency(plan, ready), ...otherFacts(plan, ready)];
}

function outsidePeriod({ digest, makespanMs }: Plan, made: MadeCost, { atMs, asExecuted }: Beginning): readonly Diagnostic[] {
  const { startMs, endMs } = made.cost.period;
  const [name, period] = [`Plan ${digest.slice(0, 12)}`, `${made.hasDate ? "which is from" : "which lasts"} ${periodWords(made)}`];
  const when = (ms: number): string => (made.hasDate || ms < startMs ? `at ${minuteWords(ms)} UTC` : `${formatDuration(ms - startMs)} after its beginning`);
  const later = asExecuted ? "It was carried out then: let the period end later with --to." : "Let it begin earlier with --plan-at, or the period end later with --to.";
  const earlier = asExecuted ? "It was carried out then: let the period begin earlier with --from." : "Let it begin later with --plan-at, or the period earlier with --from.";
  if (atMs >= endMs) return [usageProblem(`${name} begins ${when(atMs)}, when the period is over, ${period}.`, later)];
  if (atMs < startMs) return [warned(`${name} begins ${when(atMs)}, before the period, ${period}; what is done before it is taken as done, and what carrying its data costs is not in it.`, earlier)];
  if (atMs + makespanMs > endMs) return [warned(`${name} ends ${when(atMs + makespanMs)}, after the period, ${period}; only what is done in it counts there.`, later)];
  return [];
}

function otherCurrency({ digest, currency }: Plan, { scenario: { name, fleet } }: Ready): readonly Diagnostic[] {
  if (currency === fleet.currency) return [];
  return [usageProblem(`Plan ${digest.slice(0, 12)} counts in ${currency}, ${name} in ${fleet.currency}.`, "Name the files that it was made of.")];
}

/** The plan rests on facts; those that are not as they were are named, with prices and expected use told apart by the bill. */
function otherFacts(plan: Plan, { index, scenario }: Ready): readonly Diagnostic[] {
  const now = new Map(basisFacts(index, plan.actions, scenario.policies).map(({ about, value }) => [about, value]));
  const was = new Map(plan.basis.map(({ about, value }) => [about, value]));
  const changed = [...new Set([...was.keys(), ...now.keys()])].filter((about) => was.get(about) !== now.get(about)).sort();
  if (changed.length === 0) return [];
  const named = changed.filter((about) => about !== "fleet").map((about) => factWords(about, was.get(about), now.get(about)));
  const [before, then] = [billTotal(expectedBill(placedNow(index))), BigInt(plan.hourlyCostBeforeMicros)];
  const told = [
    ...named.slice(0, namedMax), ...named.length > namedMax ? [`${named.length - namedMax} more`] : [],
    ...before === then ? [] : [`the fleet costs ${formatMicros(before)} ${plan.currency} an hour as it is here and cost ${formatMicros(then)} as the plan was made (prices, expected use or places)`],
    ...named.length === 0 && before === then ? ["something of the fleet that neither costs nor is touched by the plan"] : [],
  ];
  return [warned(`Plan ${plan.digest.slice(0, 12)} was made for a scenario that differs from ${scenario.name}: ${told.join("; ")}.`, "Name the files that it was made of, or plan again.")];
}

/** Digests say nothing to people: of rules it is told that they differ. */
function factWords(about: string, was: string | undefined, now: string | undefined): string {
  if (!about.startsWith("policy ")) return `${about} was ${valueWords(was ?? "absent")}, is ${valueWords(now ?? "absent")}`;
  return was === undefined ? `${about} is new` : now === undefined ? `${about} is gone` : `${about} has changed`;
}

/** Amounts without the signs of JSON, and not more than fits. */
function valueWords(fact: string): string {
  const value = fact.replaceAll(/[{}"]/g, "").replaceAll(/([:,])(?=\S)/g, (_, sign: string) => (sign === ":" ? " " : ", "));
  return value.length > valueMax ? `${value.slice(0, valueMax)}...` : value;
}

function warned(message: string, advice: string): Diagnostic {
  return { ...usageProblem(message, advice), severity: "warning" };
}
