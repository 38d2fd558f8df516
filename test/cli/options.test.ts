import { beforeAll, describe, expect, it } from "vitest";
import type { Plan } from "../../model/plan.ts";
import { secondsAsMs } from "../../cli/options.ts";
import { file, stowage } from "./command-line.ts";
import { shop } from "./shop.ts";

let fleet = "";
beforeAll(() => {
  fleet = file("options-shop.yaml", shop);
});

/** The plan that a command line makes. */
async function planned(...options: readonly string[]): Promise<Plan> {
  const { out } = await stowage("plan", "--json", fleet, "--iterations", "5000", ...options);
  return (JSON.parse(out) as { readonly plan: Plan }).plan;
}

describe("stowage plan obeys", () => {
  it("--as-of before what the files say", async () => {
    expect((await planned()).asOf).toBe("2026-01-05T00:00:00Z");
    expect((await planned("--as-of", "2027-01-01T00:00:00Z")).asOf).toBe("2027-01-01T00:00:00Z");
  });

  it("--engine, and says which one it was", async () => {
    expect((await planned("--engine", "search")).engine).toMatch(/^search/);
    expect((await planned("--engine", "exact")).engine).toMatch(/^exact/);
  });

  it.each([["optimise"], ["repair"], ["evacuate", "--evacuate", "h3"], ["place"]])("--mode %s", async (mode, ...more) => {
    expect((await planned("--mode", mode, ...more)).mode).toBe(mode);
  });

  it("--mode before what --evacuate makes of it", async () => {
    expect((await planned("--evacuate", "h3")).mode).toBe("evacuate");
    expect((await planned("--evacuate", "h3", "--mode", "optimise")).mode).toBe("optimise");
  });

  it("--seed", async () => {
    expect([(await planned()).seed, (await planned("--seed", "42")).seed]).toEqual([1, 42]);
  });
});

describe("--time", () => {
  it.each(["0", "99999999999", "1000000", "0.0001", "-1", "1e3"])("%s is refused, with both limits", async (seconds) => {
    const { code, err } = await stowage("plan", fleet, "--time", seconds);
    expect(code).toBe(1);
    expect(err).toContain("It must be seconds above 0 and up to 999999, at most three decimals, e.g. 30 or 2.5.");
  });

  it("is taken up to its limit", () => {
    expect(["0.001", "2.5", "999999"].map(secondsAsMs)).toEqual([1, 2500, 999_999_000]);
  });
});

describe("--as-of", () => {
  it("says on every command what it is when nobody gives it", async () => {
    expect((await stowage("plan", "--help")).out.replaceAll(/\s+/g, " ")).toContain("default: what the scenario says, else now");
    expect((await stowage("verify", "--help")).out.replaceAll(/\s+/g, " ")).toContain("default: what the scenario says, else what the plan was made for, else now");
  });
});
