import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { file, folder, stowage } from "../command-line.ts";
import { shop } from "../shop.ts";

it("keeps a row for each rule and, where all are priced, one without any of them", async () => {
  const [small, tables] = [file("price-shop.yaml", shop), join(folder, "price-tables")];
  const table = async (...args: readonly string[]): Promise<readonly Readonly<Record<string, string>>[]> => {
    expect((await stowage("report", "price-of-policy", small, "--threads", "1", "--csv", tables, ...args)).code).toBe(0);
    return parse(readFileSync(join(tables, "price-of-policy.csv")), { columns: true });
  };
  const price = { withMicrosPerHour: "1050000", withoutMicrosPerHour: "530000", priceMicrosPerHour: "520000", placedWith: "3", placedWithout: "3", claimWith: "optimal", claimWithout: "optimal" };
  expect(await table("--all")).toMatchObject([{ policy: "web-apart", ...price }, { policy: "(all of them)", title: "Without any of them", ...price }]);
  expect(await table("--policy", "web-apart")).toMatchObject([{ policy: "web-apart", ...price }]);
});
