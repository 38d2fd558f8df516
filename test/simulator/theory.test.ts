import { expect, it } from "vitest";
import { againstTheory } from "../../bench/simulator/theory.ts";

it("agrees with the theory of queues and of repairs, within three and a half deviations of the mean", async () => {
  for (const { name, theory, mean, halfWidth } of await againstTheory(20, 2000, 3.5)) {
    expect(Math.abs(mean - theory), name).toBeLessThanOrEqual(halfWidth);
    // An interval that anything fits into would prove nothing.
    expect(halfWidth, name).toBeLessThan(0.25 * theory);
  }
});
