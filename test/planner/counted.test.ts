import { expect, it } from "vitest";
import { formatAmount } from "../../cli/render/amount.ts";
import { counted, unitFor } from "../../model/counted.ts";

it("counts one thing in the singular", () => {
  expect([0, 1, 2].map((count) => counted(count, "host"))).toEqual(["0 hosts", "1 host", "2 hosts"]);
  expect([1, 2].map((count) => counted(count, "workload is", "workloads are"))).toEqual(["1 workload is", "2 workloads are"]);
});

it.each([
  [1, "GPUs", "GPU"], [2, "GPUs", "GPUs"], [1, "millicores", "millicore"], [1, "MiB", "MiB"], [1, "Mbps", "Mbps"], [1, "IOPS", "IOPS"], [1, "Mbit/s", "Mbit/s"],
  [1, "s", "s"], [1, "", ""],
])("%d in %s has the unit %s", (amount, unit, shown) => expect(unitFor(amount, unit)).toBe(shown));

it("shows one core and one piece of a resource of the fleet in the singular", () => {
  expect([formatAmount(1000, "millicores"), formatAmount(1500, "millicores"), formatAmount(1, "GPUs")]).toEqual(["1 core", "1.5 cores", "1 GPU"]);
});
