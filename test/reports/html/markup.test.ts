import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html } from "../../../reports/html/markup.ts";
import { cutText, textWidth } from "../../../reports/html/text-width.ts";

describe("texts from outside", () => {
  it.each([
    { text: "<script>alert(1)</script>", safe: "&lt;script&gt;alert(1)&lt;/script&gt;" },
    { text: `" onload='x'`, safe: "&quot; onload=&#39;x&#39;" },
    { text: "a & b &amp;", safe: "a &amp; b &amp;amp;" },
    { text: "\u0000\u0007\u202Eevil\u2066\uFFFF", safe: "evil" },
    { text: "日本 · naïve 🚀", safe: "日本 · naïve 🚀" },
  ])("stay texts: $safe", ({ text, safe }) => expect(html`<p title="${text}">${text}</p>`.markup).toBe(`<p title="${safe}">${safe}</p>`));

  it("never bring a tag, an end of an attribute or an entity of their own", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      const { markup } = html`${text}`;
      expect(markup).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
    }), { seed: 11, numRuns: 500 });
  });

  it("markup stays markup, numbers are coordinates", () => {
    expect(html`<g>${html`<b>${"<"}</b>`}${[html`<i/>`, html`<u/>`]}${1.26}${-0.04}</g>`.markup).toBe("<g><b>&lt;</b><i/><u/>1.30</g>");
  });
});

describe("texts in a drawing", () => {
  it("are cut only where they do not fit, and then fit", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 12, max: 300 }), (text, width) => {
      const cut = cutText(text, 12, width);
      if (textWidth(text, 12) <= width) expect(cut).toBe(text);
      else {
        expect(cut.endsWith("…")).toBe(true);
        expect(text.startsWith(cut.slice(0, -1))).toBe(true);
        expect(textWidth(cut, 12)).toBeLessThanOrEqual(width + 1e-9);
      }
    }), { seed: 12 });
  });
});
