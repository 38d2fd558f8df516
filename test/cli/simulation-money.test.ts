import { expect, it } from "vitest";
import { stowage } from "./command-line.ts";

/** What `simulate --json` prints, as far as it is read here. */
interface Document {
  readonly hosts: readonly { readonly host: string; readonly bill: Readonly<Record<string, string>> }[];
  readonly totals: { readonly micros: string; readonly transferMicros: string };
}

const args = ["simulate", "scenarios/e-commerce.yaml", "--length", "2h"] as const;
const hundredths = (micros: number): string => (Math.round(micros / 10_000) / 100).toFixed(2);

it("rounds what hosts cost to the nearest hundredth, and says by what they add up", async () => {
  const { hosts, totals } = JSON.parse((await stowage(...args, "--json")).out) as Document;
  const { out } = await stowage(...args);
  const sums = hosts.map(({ bill }) => Object.values(bill).reduce((sum, micros) => sum + Number(micros), 0));
  // Some of them have been cut off, or nothing would be shown here.
  expect(sums.some((micros) => micros % 10_000 >= 5000)).toBe(true);
  const rows = hosts.map(({ host }) => new RegExp(`^  ${host} .* ([\\d.,]+)$`, "m").exec(out)?.[1]);
  expect(rows).toEqual(sums.map(hundredths));
  expect(sums.reduce((sum, micros) => sum + micros, Number(totals.transferMicros))).toBe(Number(totals.micros));
  expect(out).toContain(`cost       ${hundredths(Number(totals.micros))} EUR, of which ${hundredths(Number(totals.transferMicros))} for data carried`);
  expect(out).toContain("EUR: rounded to hundredths; unrounded, all hosts and the data carried add up to the cost.");
});
