import { describe, expect, it } from "vitest";
import { prose } from "../../../reports/html/prose.ts";

const one = (text: string): string => `<span class="${/ [^%]/.test(text) ? "with-unit" : "one"}">${text}</span>`;

describe("prose keeps together what is read as one", () => {
  it.each([
    ["spent on 2026-12-31, at last", `spent on ${one("2026-12-31")}, at last`],
    ["2026-11-20 21:30 to 2026-11-28 21:30 UTC", `${one("2026-11-20")} 21:30 to ${one("2026-11-28")} 21:30 UTC`],
    ["67.83 EUR under (3.1 %): -31.04", `${one("67.83 EUR")} under (${one("3.1 %")}): -31.04`],
    ["27.88 EUR/month of 1,024 GiB", `${one("27.88 EUR/month")} of ${one("1,024 GiB")}`],
    ["8 hosts and 3 days", `8 hosts and ${one("3 days")}`],
    ["2026-1-2 and host-2026-10", "2026-1-2 and host-2026-10"],
    ["<b>2026-12-31</b>", `&lt;b&gt;${one("2026-12-31")}&lt;/b&gt;`],
    ["", ""],
  ])("in %j", (text, markup) => expect(prose(text).markup).toBe(markup));

  it("changes no letter of what is copied", () => {
    const text = "a 2026-12-31 & 5 % \" 7 GiB <script> 12 EUR";
    expect(prose(text).markup.replace(/<[^>]+>/g, "")).toBe("a 2026-12-31 &amp; 5 % &quot; 7 GiB &lt;script&gt; 12 EUR");
  });

  it("takes a long text without looking back again and again", () => {
    expect(prose(`${"1,".repeat(100_000)}x`).markup).toHaveLength(200_001);
  });
});
