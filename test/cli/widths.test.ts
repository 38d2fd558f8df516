import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../cli/render/text.ts";
import { file, stowageAt } from "./command-line.ts";
import { shop, tooBig } from "./shop.ts";

const example = (name: string): string => fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url));
const [commerce, heterogeneous] = [example("e-commerce"), example("heterogeneous")];
const quick = ["--engine", "search", "--iterations", "2000"] as const;
const fleet = file("widths-shop.yaml", shop);
const overlay = file("widths-giant.yaml", tooBig);
const longNames = file("widths-long.yaml", shop
  .replaceAll("web-1", `web-${"with-a-long-name-".repeat(6)}1`).replaceAll("h1", `host-in-${"a-far-away-place-".repeat(5)}1`)
  .replace("A small shop", "支払いのための小さな店".repeat(12)));

const topics = ["hosts", "workloads", "applications", "services", "sites", "policies"];
const commandLines: readonly (readonly string[])[] = [
  ["show", commerce], ["show", commerce, "--cost"], ["show", longNames], ["show", commerce, "workloads", "--full"],
  ...topics.flatMap((topic) => [["show", commerce, topic], ["show", heterogeneous, topic, "--cost"]]),
  ["validate", commerce], ["validate", longNames], ["validate", "/nowhere/at/all/and/a/long/way/from/here/to/there.yaml"],
  ["policies", "list"], ["policies", "list", commerce], ["policies", "test", commerce], ["policies", "show", "spread"], ["policies", "show", "capacity"],
  ["explain", "payment-1", commerce], ["diff", commerce, heterogeneous], ["diff", fleet, longNames],
  ["plan", fleet, ...quick], ["plan", longNames, ...quick], ["plan", fleet, overlay, ...quick], ["plan", commerce, "--sed", "1"],
  ["explain", "--conflict", fleet, overlay, "--time", "5"],
  ...[[], ["validate"], ["plan"], ["verify"], ["explain"], ["diff"], ["show"], ["policies"], ["policies", "test"], ["generate"], ["schema"], ["completion"]]
    .map((words) => [...words, "--help"]),
];

describe.each([60, 80, 100, 160])("at a terminal of %i columns", (columns) => {
  it.each(commandLines.map((words) => [words.map((word) => word.replace(/^.*\//, "")).join(" "), words] as const))(
    "no line of `stowage %s` is wider, and nothing is cut", async (_, words) => {
      const { out, err } = await stowageAt(columns, ...words);
      const lines = `${out}${err}`.split("\n");
      expect(lines.length).toBeGreaterThan(1);
      expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
      if (words[0] !== "diff") expect(`${out}${err}`).not.toContain("…");
    });
});
