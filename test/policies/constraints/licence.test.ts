import { describe, it } from "vitest";
import { licence } from "../../../policies/constraints/licence.ts";
import { given } from "../given.ts";

const racks = {
  hosts: { h1: { domains: { rack: "r1" } }, h2: { domains: { rack: "r1" } }, h3: { domains: { rack: "r2" } }, h4: { domains: { rack: "r3" } }, bare: {} },
};

describe("licence", () => {
  it("refuses more hosts than it covers", () => given("a:h1 b:h2 c:h3").violates(licence, { raw: { atMost: 2 } }, "a, b, c use 3 hosts, the licence covers 2"));
  it("lets any number share the hosts", () => given("a:h1 b:h2 c:h2 d:h1").keeps(licence, { raw: { atMost: 2 } }));
  it("counts the host that one arrives on", () => given("a:h1>h2 b:h1").amounts(licence, { raw: { atMost: 1 } }, 1));
  it("wants the named hosts, also on the way", () => {
    const asked = { raw: { atMost: 2 }, selected: { hosts: "h1 h2" } };
    given("a:h1 b:h3", racks).violates(licence, asked, "b is on h3, which its licence does not name");
    given("a:h1>h3", racks).amounts(licence, asked, 1);
    given("a:h1 b:h2", racks).keeps(licence, asked);
  });
  it("covers each group by itself", () => given("a:h1 b:h2").keeps(licence, { raw: { atMost: 1 }, groups: { x: "a", y: "b" } }));
  it("does not count excepted hosts", () => given("a:h1 b:h2").keeps(licence, { raw: { atMost: 1 }, selected: { hosts: "h1" }, excepted: "h2" }));
});
