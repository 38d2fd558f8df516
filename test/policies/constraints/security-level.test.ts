import { describe, it } from "vitest";
import { securityLevel } from "../../../policies/constraints/security-level.ts";
import { given } from "../given.ts";

describe("security-level", () => {
  const facts = { hosts: { low: { securityLevel: 1 }, high: { securityLevel: 3 } }, workloads: { a: { securityLevel: 1 }, b: { securityLevel: 3 }, c: { securityLevel: 2 } } };

  it("refuses a host that is not cleared", () => given("a:low b:low", facts).violates(securityLevel, {}, "b needs security level 3, low has 1"));
  it("refuses to arrive there", () => given("b:high>low", facts).violates(securityLevel, {}, "b needs security level 3, low has 1"));
  it("refuses a host one level too low", () => given("c:low", facts).violates(securityLevel, {}, "c needs security level 2, low has 1"));
  it("permits an equal and a higher level", () => given("a:low b:high c:high", facts).keeps(securityLevel));
  it("keeps different levels apart when exclusive", () => {
    given("a:high b:high c:high", facts).violates(securityLevel, { raw: { exclusive: true } },
      "a, b, c share host high, but workloads of level 1 and of higher levels must not",
      "b, c share host high, but workloads of level 2 and of higher levels must not");
    given("a:low b:high", facts).keeps(securityLevel, { raw: { exclusive: true } });
  });
  it("keeps them apart on the way", () => given("a:low>high b:high", facts).amounts(securityLevel, { raw: { exclusive: true } }, 1));
  it("lets equal levels share", () => given("a:high b:high", { ...facts, workloads: {} }).keeps(securityLevel, { raw: { exclusive: true } }));
});
