import { hoursPerMonth } from "../../model/finance.ts";
import { amountOf } from "../../model/resource.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { shareExactly } from "../share.ts";
import { hourMs, type Charged } from "./charged.ts";
import type { Course, Stay } from "./course.ts";
import { groupedBy } from "./grouped.ts";
import type { Metered } from "./meter.ts";
import { rational, rounded, times } from "./rational.ts";

/** Licences: of a host or its cores while any of the licensed workloads is there, or of each workload while it is. */
export function licencesCharged(index: FleetIndex, course: Course, metered: Metered): readonly Charged[] {
  const staysOf = groupedBy(course.stays, ({ workload }) => workload);
  const heldOf = new Map(metered.pairs.map(({ workload, host, held }) => [`${workload} ${host}`, held]));
  return (index.fleet.licences ?? []).flatMap((licence) => {
    const listPrice = rational(BigInt(licence.microsPerMonth), BigInt(hoursPerMonth));
    const covered = licence.workloads.flatMap((id) => staysOf.get(index.workloadIndex.get(id) ?? -1) ?? []);
    const charge = { category: "licence", item: "licence", detail: licence.name, listPrice } as const;
    if (licence.per === "workload") {
      return covered.map(({ workload, host, fromMs, toMs }): Charged => {
        const quantity = rational(BigInt(toMs - fromMs), hourMs);
        return { ...charge, host, workload, quantity, unit: "workload-hour", micros: rounded(times(quantity, listPrice)), sharing: "metered" };
      });
    }
    return [...groupedBy(covered, ({ host }) => host)].sort(([a], [b]) => a - b).flatMap(([host, stays]) => {
      const cores = licence.per === "host" ? 1000n : BigInt(amountOf(index.hosts[host]?.capacity ?? {}, "cpuMillicores"));
      const whole = rational(BigInt(unionMs(stays)) * cores, 1000n * hourMs);
      const members = [...new Set(stays.map(({ workload }) => workload))].sort((a, b) => a - b);
      const held = members.map((workload) => heldOf.get(`${workload} ${host}`) ?? 0n);
      const weights = held.every((weight) => weight === 0n) ? members.map(() => 1n) : held;
      const total = weights.reduce((sum, weight) => sum + weight, 0n);
      const micros = shareExactly(rounded(times(whole, listPrice)), weights);
      return members.map((workload, i): Charged => ({
        ...charge, host, workload, quantity: times(whole, rational(weights[i] ?? 0n, total)),
        unit: licence.per === "host" ? "host-hour" : "core-hour", micros: micros[i] ?? 0n, sharing: "held",
      }));
    });
  }).filter(({ quantity, listPrice }) => quantity.numerator > 0n && listPrice.numerator > 0n);
}

/** How long at least one of them was there. */
function unionMs(stays: readonly Stay[]): number {
  let [sum, untilMs] = [0, Number.NEGATIVE_INFINITY];
  for (const { fromMs, toMs } of stays.toSorted((a, b) => a.fromMs - b.fromMs)) {
    sum += Math.max(0, toMs - Math.max(fromMs, untilMs));
    untilMs = Math.max(untilMs, toMs);
  }
  return sum;
}
