import { formatMicros } from "../../model/money.ts";
import type { Finance, IdleMethod, ReserveMethod } from "../../model/finance.ts";
import { groupLines, type ChargeCategory, type CostRow } from "../../reports/index.ts";
import { formatDuration } from "../render/duration.ts";
import type { MadeCost } from "./made-cost.ts";
import { groupingOf, type GroupChoice } from "./cost-options.ts";

/** A cost report by what it is asked to be shown by. */
export interface CostView {
  readonly made: MadeCost;
  readonly choice: GroupChoice;
  readonly rows: readonly CostRow[];
}

export function costView(made: MadeCost, choice: GroupChoice): CostView {
  return { made, choice, rows: groupLines(made.cost.lines, groupingOf(choice, made.cost.finance)) };
}

/** What each category is called in a heading. */
export const categoryWords: Readonly<Record<ChargeCategory, string>> = {
  host: "hosts", compute: "compute", power: "power", storage: "storage", transfer: "transfer", licence: "licences", idle: "idle", reserve: "reserve",
};

/** What belongs to nobody, in words: who is missing. */
export function rowName({ id }: Pick<CostRow, "id">, { kind }: GroupChoice): string {
  return id ?? (kind === "workload" ? "(nobody)" : `(no ${kind})`);
}

/** `2026-11-01 00:00 to 2026-12-01 00:00 UTC`, or how long. */
export function periodWords({ cost: { period }, hasDate }: Pick<MadeCost, "cost" | "hasDate">): string {
  if (!hasDate) return formatDuration(period.endMs - period.startMs);
  return `${minuteWords(period.startMs)} to ${minuteWords(period.endMs)} UTC`;
}

/** An instant to the minute; a day alone where it begins. */
export function minuteWords(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}

/** Hundredths of the currency are enough for people; what is smaller than one is not nothing. */
export function money(micros: bigint): string {
  return micros !== 0n && micros > -10_000n && micros < 10_000n ? formatMicros(micros) : hundredths(micros);
}

/** The same in a table, where columns line up. */
export function hundredths(micros: bigint): string {
  return formatMicros(micros, 2);
}

/** A part of a whole in tenths of a percent. */
export function partWords(part: bigint, whole: bigint): string {
  if (whole === 0n) return "-";
  const tenths = (2000n * part + whole) / (2n * whole);
  return `${tenths / 10n}.${tenths % 10n} %`;
}

const methodWords: Readonly<Record<ReserveMethod, string>> = {
  kept: "paid by nobody and shown apart", proportional: "shared in proportion to what is held, the greater of reserved and used", even: "shared evenly among those who are there",
  fixed: "shared by agreed parts", requester: "paid by those whose policy asks for it",
};

/** By which methods costs were shared, one sentence each. */
export function methodSentences({ basis, idle, reserve, services, agreedParts }: Finance): readonly string[] {
  const charged = { reserved: "what is reserved", used: "what is used", greater: "the greater of reserved and used" }[basis];
  const divided = services === "even" ? "evenly" : "by what each costs beside it";
  return [
    `Processors, memory and storage are charged by ${charged}; power and traffic by what is used.`,
    idleSentence(idle, reserve),
    `An application of several services is divided ${divided}${agreedParts.length === 0 ? "" : `, but ${agreedParts.map(({ application }) => application).join(", ")} by agreed parts`}.`,
  ];
}

function idleSentence(idle: IdleMethod, reserve: ReserveMethod): string {
  return idle === reserve ? `Idle and reserve are ${methodWords[idle]}.` : `Idle is ${methodWords[idle]}; reserve is ${methodWords[reserve]}.`;
}
