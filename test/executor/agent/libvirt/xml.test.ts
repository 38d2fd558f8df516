import { array, assert, dictionary, property, string, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";
import { childOf, element, parseXml, textOf, withChild, writeXml } from "../../../../executor/agent/libvirt/xml.ts";

// oxlint-disable-next-line no-control-regex
const plain = string({ unit: "grapheme" }).filter((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(text));
const trimmed = plain.filter((text) => text.trim() !== "");

describe("XML of definitions", () => {
  it("is read back as it was written, whatever is in it", () => {
    assert(property(dictionary(stringMatching(/^[a-z]{1,8}$/), plain), array(trimmed, { maxLength: 1 }), (attributes, words) => {
      const made = element("a", { ...attributes }, element("b", {}, ...words), element("c"));
      expect(parseXml(writeXml(made))).toEqual(made);
    }), { seed: 20_261_122 });
  });

  it.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declares a document type"],
    ["entities that nobody has declared", "<a>&x;</a>", "undefined entity"],
    ["what is not whole", "<a><b></a>", "unexpected close tag"],
    ["nothing", "", "root element"],
    ["what is too deep", "<a>".repeat(100) + "</a>".repeat(100), "too deep"],
    ["what is too long", `<a>${"x".repeat(5_000_000)}</a>`, "longer than"],
  ])("refuses %s", (_, text, because) => {
    expect(() => parseXml(text)).toThrow(because);
  });

  it.each(["\u0000", "\u0007", "\uffff", "\ud800"])("does not write what could not be read back: %j", (sign) => {
    expect(() => writeXml(element("a", { b: sign }))).toThrow("cannot be written as XML");
    expect(() => writeXml(element("a", {}, sign))).toThrow("cannot be written as XML");
  });

  it("has one element where one is set, whether there were none or several", () => {
    const [none, several] = [parseXml("<a><c/></a>"), parseXml("<a><c/><b>1</b><b>2</b></a>")];
    for (const before of [none, several]) {
      const after = withChild(before, element("b", {}, "3"));
      expect([textOf(childOf(after, "b")), after.content.length]).toEqual(["3", 2]);
    }
  });
});
