import { assert, double, array, integer, property } from "fast-check";
import { expect, it } from "vitest";
import { sparkline } from "../../../cli/render/sparkline.ts";

it.each<[readonly number[], number, number, string]>([
  [[0, 1, 2, 3, 4, 5, 6, 7, 8], 8, 9, "▁▁▂▃▄▅▆▇█"],
  [[0, 8, 0, 0], 8, 2, "█▁"],
  [[1, Number.NaN, 2], 2, 3, "▄ █"],
  [[20], 10, 5, "█"],
  [[0, 0], 0, 2, "▁▁"],
  [[], 1, 5, ""],
])("%j up to %d in %d characters is %s", (values, top, width, line) => {
  expect(sparkline(values, top, width)).toBe(line);
});

it("is never longer than it may be, and no higher where values are lower", () => {
  assert(property(array(double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 }), integer({ min: 1, max: 40 }), (values, width) => {
    const line = sparkline(values, 100, width);
    expect(line.length).toBe(Math.min(width, values.length));
    const lower = sparkline(values.map((value) => value / 2), 100, width);
    expect(Array.from(lower).every((block, at) => block <= (line[at] ?? ""))).toBe(true);
  }), { seed: 7, numRuns: 200 });
});
