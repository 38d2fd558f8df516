import type { HostLoad } from "../../reports/index.ts";
import type { UsageReport } from "../usage/report.ts";
import { formatAmount, formatUse } from "./amount.ts";
import { countWords } from "./diagnostics.ts";
import { resourceWords } from "./resource-words.ts";

const dayMs = 86_400_000;
const monthDays = 30;

/** A day, or how many after the beginning where there is no date. */
export function dayOf(atMs: number, { hasDate, grid }: Pick<UsageReport, "hasDate" | "grid">): string {
  return hasDate ? new Date(atMs).toISOString().slice(0, 10) : `day ${Math.floor((atMs - grid.startMs) / dayMs)}`;
}

/** What a level gains in a month. */
export function trendWords(trendPerDay: number | null, unit: string): string {
  if (trendPerDay === null) return "-";
  const month = Math.abs(trendPerDay * monthDays);
  // Hundredths of a core tell something only of trends that are no more than that.
  const words = formatUse(unit === "millicores" && month >= 100 ? Math.round(month / 100) * 100 : month, unit);
  return /^0(?: |$)/.test(words) ? "level" : `${trendPerDay > 0 ? "+" : "-"}${words}`;
}

export function verdictWords({ verdict, isMeasured }: HostLoad): string {
  const words = { over: "used too much", under: "used too little", fair: "", empty: "empty" }[verdict];
  return [words, isMeasured ? "measured itself" : ""].filter((part) => part !== "").join(", ");
}

/** A change with its sign. */
export function sizeWords(change: number, amount: (value: number) => string): string {
  return `${change > 0 ? "+" : "-"}${amount(Math.abs(change))}`;
}

/** How many workloads should have another size. */
export function sizeCounts({ sizes }: UsageReport): string {
  const count = (advice: string): number => new Set(sizes.filter((each) => each.advice === advice).map(({ workload }) => workload)).size;
  return `${countWords(count("shrink"), "workload")} can be smaller, ${count("grow")} should be larger, ${count("unknown")} not known yet`;
}

/** What the advice frees and takes, resource by resource. */
export function freedWords({ sizes, unitOf }: UsageReport): string {
  const changes = new Map<string, number>();
  for (const { resource, reserved, advised } of sizes) changes.set(resource, (changes.get(resource) ?? 0) + advised - reserved);
  const words = [...changes].filter(([, change]) => change !== 0).map(([resource, change]) => `${resourceWords(resource).name} ${sizeWords(change, (value) => formatAmount(value, unitOf.get(resource) ?? ""))}`);
  return words.length === 0 ? "" : `Together: ${words.join(", ")}.`;
}
