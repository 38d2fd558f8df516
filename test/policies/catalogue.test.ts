import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareIds } from "../../model/ids.ts";
import { catalogue } from "../../policies/catalogue.ts";
import type { AnyConstraintKind } from "../../policies/constraint.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(new URL(`../../${folder}`, import.meta.url)).filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length)).sort();
const entries = Object.entries<AnyConstraintKind>(catalogue);
const names = entries.map(([name]) => name);

describe("the catalogue", () => {
  it("lists its entries in order, under their own names", () => {
    expect(names).toEqual([...names].sort());
    expect(entries.map(([, kind]) => kind.name)).toEqual(names);
  });

  it("has an entry for each file of policies/constraints, and a file for each entry", () => expect(namesIn("policies/constraints", ".ts")).toEqual(names));

  it("has a page for each entry, and an entry for each page", () =>
    expect(namesIn("docs/policies", ".md").filter((name) => name !== "README")).toEqual(names));

  it("has a row in the table of the manual for each entry, with what it is about and when it holds", () => {
    const rows = [...read("docs/policies/README.md").matchAll(/^\| \[(.+)\]\((.+)\.md\) \| (\w+) \| .+ \| ([\w-]+) \|$/gmu)];
    expect(rows.map(([, shown, file, subject, holds]) => ({ shown, file, subject, holds }))).toEqual(
      entries.map(([name, kind]) => ({ shown: name, file: name, subject: kind.subject, holds: kind.holds.default })));
  });

  it("lets each entry hold as it does by default", () => {
    for (const [name, { holds }] of entries) expect(holds.allowed, name).toContain(holds.default);
  });

  it("knows what each selector among the parameters chooses", () => {
    for (const [name, kind] of entries) expect(fieldsOf(kind), name).toEqual(expect.arrayContaining(Object.keys(kind.selectors)));
  });
});

describe.each(entries)("the page of %s", (name, kind) => {
  const page = (): string => read(`docs/policies/${name}.md`);

  it("is titled by the entry and states its formal meaning", () => {
    expect(page().split("\n")[0]).toBe(`# ${name}`);
    expect(page()).toContain(kind.meaning);
  });

  it("has a row for each parameter, and a parameter for each row", () => {
    const section = page().split("\n## Parameters\n")[1]?.split("\n## ")[0] ?? "";
    const [table = ""] = /(?:^\|.*\n)+/mu.exec(section) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)` \|/gmu)].map(([, field = ""]) => field);
    expect(rows.toSorted(compareIds)).toEqual(fieldsOf(kind).toSorted(compareIds));
  });

  it("has an example that tests itself", () => {
    expect(page()).toMatch(/```yaml\napiVersion: stowage\/v1\n/u);
    expect(page()).toMatch(new RegExp(`require: (\\{ )?${name}|require:\n +${name}:`, "u"));
    if (kind.aboutTheWay !== true) expect(page()).toMatch(/ tests:\n/u);
  });
});

function fieldsOf(kind: AnyConstraintKind): string[] {
  return Object.keys("properties" in kind.parameters ? (kind.parameters.properties as object) : {});
}
