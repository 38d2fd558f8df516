import { describe, expect, it } from "vitest";
import { parseScenarioText } from "../../scenarios/index.ts";
import { asLine } from "./small-fleet.ts";

/** Nine lists, each of nine aliases to the one before: 9^9 values in 600 characters. */
const aliasBomb = Array.from({ length: 9 }, (_, i) => `k${i}: &k${i} [${Array.from({ length: 9 }, () => (i === 0 ? "x" : `*k${i - 1}`)).join(", ")}]\n`).join("");

const tooDeep = "nests lists and objects more than 64 deep; the limit is 64.";

/** Texts made to exhaust a reader: what they are, their name, and how the one diagnostic begins. */
const bombs: readonly (readonly [string, string, string, string])[] = [
  ["10,000 open brackets in JSON", "a.json", "[".repeat(10_000), `too-deep 1:65  | a.json ${tooDeep}`],
  ["10,000 nested objects in JSON", "a.json", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, `too-deep 1:321  | a.json ${tooDeep}`],
  ["brackets hidden behind an unclosed text", "a.json", `"\n${"[".repeat(60_000)}`, "bad-syntax 1:1  | a.json is not valid JSON: a text is not closed by a double quote."],
  ["10,000 open brackets in YAML", "a.yaml", "[".repeat(10_000), `too-deep 1:65  | a.yaml ${tooDeep}`],
  ["10,000 open braces in YAML", "a.yaml", "{a: ".repeat(10_000), `too-deep 1:257  | a.yaml ${tooDeep}`],
  ["10,000 dashes on one line", "a.yaml", `${"- ".repeat(10_000)}a`, `too-deep 1:129  | a.yaml ${tooDeep}`],
  ["10,000 question marks on one line", "a.yaml", "? ".repeat(10_000), `too-deep 1:129  | a.yaml ${tooDeep}`],
  ["2,000 levels of indentation", "a.yaml", Array.from({ length: 2000 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""), `too-deep 65:65  | a.yaml ${tooDeep}`],
  ["an alias bomb", "a.yaml", aliasBomb, "too-many-aliases"],
  ["700,000 pieces of YAML", "a.yaml", `[${"a,".repeat(350_000)}]`, "file-too-large 1:"],
  ["a text that is never closed", "a.yaml", `'${"a".repeat(1_000_000)}`, "bad-syntax 1:"],
  ["comments in JSON", "a.json", '{ "a": 1 } // end', "bad-syntax 1:12  | a.json is not valid JSON: JSON has no comments."],
  ["a trailing comma in JSON", "a.json", '{\n "a": 1,\n}', "bad-syntax 3:1  | a.json is not valid JSON: a key in double quotes is expected here."],
  ["a raw line end in a text", "a.json", '{ "a": "b\nc" }', "bad-syntax 1:8  | a.json is not valid JSON: a text is not closed by a double quote."],
  ["JSON that ends early", "a.json", '{ "a": [1, 2', "bad-syntax 1:13  | a.json is not valid JSON: a closing ] is missing."],
];

describe("texts made to exhaust a reader", () => {
  it.each(bombs)("refuses %s", (_, name, text, told) => {
    const { scenario, diagnostics } = parseScenarioText(text, name);
    expect(scenario).toBeNull();
    expect(diagnostics.map(asLine)[0]).toContain(told);
    expect(diagnostics[0]?.message).not.toMatch(/RangeError|stack|at .*\.ts:/);
  });

  it("tells only the first few of 10,000 errors of syntax", () => {
    expect(parseScenarioText("a: b: c: d\n".repeat(2500), "a.yaml").diagnostics).toHaveLength(10);
  });

  it("finds the one duplicate key among 20,000, wherever it is", () => {
    const labels = Array.from({ length: 20_000 }, (_, i) => `"k${i}": "v"`).join(",\n");
    const { diagnostics } = parseScenarioText(`{"apiVersion": "stowage/v1", "name": "a", "sites": [{"id": "a", "labels": {\n${labels},\n"k\\u0035": "w"}}]}`, "a.json");
    expect(diagnostics.map(asLine)).toEqual(['duplicate-key 20002:1 sites[0].labels.k5 | sites[0].labels.k5: the key "k5" is given twice, first at line 7, column 1.']);
  });

  it("lets no key reach the prototype of objects", () => {
    const text = '{"apiVersion": "stowage/v1", "name": "a", "hostTypes": {"__proto__": {"cpuLevel": 7}}, "sites": [{"id": "a", "__proto__": {"kind": "external"}}]}';
    const { diagnostics } = parseScenarioText(text, "a.json");
    expect(diagnostics.map(({ code, path }) => `${code} ${path}`)).toEqual(["forbidden-key hostTypes.__proto__", "forbidden-key sites[0].__proto__"]);
    expect(Object.hasOwn(Object.prototype, "cpuLevel")).toBe(false);
  });

  it("refuses half of a character", () => {
    const { diagnostics } = parseScenarioText('{"apiVersion": "stowage/v1", "name": "a", "title": "\\ud83d"}', "a.json");
    expect(diagnostics.map(({ code, path, line, column }) => `${code} ${path} ${line}:${column}`)).toEqual(["bad-encoding title 1:52"]);
    expect(parseScenarioText('{"apiVersion": "stowage/v1", "name": "a", "title": "\\ud83d\\ude00"}', "a.json").scenario?.title).toBe("\u{1F600}");
  });

  it("takes YAML 1.2 at its word, also under a directive for 1.1", () => {
    const { scenario, diagnostics } = parseScenarioText("%YAML 1.1\n---\napiVersion: stowage/v1\nname: no\ntitle: 0o17\n", "a.yaml");
    expect(diagnostics.map(asLine)).toEqual(["wrong-type 5:8 title | title is 15; it must be a text."]);
    expect(scenario).toBeNull();
  });
});
