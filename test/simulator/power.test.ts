import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { powerCurve, type PowerModel } from "../../simulator/power.ts";

const bent = { idleMilliwatts: 100_000, peakMilliwatts: 200_000 };
const table: PowerModel = { kind: "table", points: [{ usePermille: 1000, milliwatts: 247_000 }, { usePermille: 0, milliwatts: 41_600 }, { usePermille: 500, milliwatts: 141_000 }] };

describe("powerCurve", () => {
  it.each([
    [{ kind: "linear", ...bent }, [100_000, 125_000, 150_000, 200_000]],
    [{ kind: "square", ...bent }, [100_000, 106_250, 125_000, 200_000]],
    [{ kind: "cubic", ...bent }, [100_000, 101_563, 112_500, 200_000]],
    [{ kind: "sqrt", ...bent }, [100_000, 150_000, 170_711, 200_000]],
    [table, [41_600, 91_300, 141_000, 247_000]],
  ] as const)("draws at idle, a quarter, a half and full use: %j", (model, expected) => {
    const curve = powerCurve(model, 2000);
    expect([0, 500, 1000, 2000].map((granted) => curve.at(granted))).toEqual(expected);
    expect(curve.idleMilliwatts).toBe(expected[0]);
  });

  it("draws the power of idling where there is no processor to use", () => {
    for (const kind of ["linear", "square", "cubic", "sqrt"] as const) expect(powerCurve({ kind, ...bent }, 0).at(10)).toBe(100_000);
    expect(powerCurve(table, 0).at(10)).toBe(41_600);
  });

  it("is whole, between idle and peak, and never falls with use", () => {
    fc.assert(fc.property(fc.constantFrom("linear", "square", "cubic", "sqrt" as const), fc.nat({ max: 64_000 }), fc.nat({ max: 1000 }), (kind, granted, more) => {
      const curve = powerCurve({ kind, ...bent }, 64_000);
      const [draw, next] = [curve.at(granted), curve.at(granted + more)];
      expect(Number.isInteger(draw) && draw >= 100_000 && draw <= next && next <= 200_000).toBe(true);
    }), { seed: 1, numRuns: 1000 });
  });
});
