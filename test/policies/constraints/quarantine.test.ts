import { describe, it } from "vitest";
import { quarantine } from "../../../policies/constraints/quarantine.ts";
import { given } from "../given.ts";

describe("quarantine", () => {
  it("refuses those that enter and those that leave", () => {
    given("a:h2>h1").violates(quarantine, { hosts: "h1" }, "a enters h1, which is in quarantine");
    given("a:h1>h2").violates(quarantine, { hosts: "h1" }, "a leaves h1, which is in quarantine");
    given("a:h2<h1").violates(quarantine, { hosts: "h1" }, "a leaves h1, which is in quarantine");
  });
  it("counts a way from one such host to another once", () => given("a:h1>h2").amounts(quarantine, { hosts: "h1 h2" }, 1));
  it("lets those inside be, and be stopped", () => given("a:h1 b:h1! c:h2>h3").keeps(quarantine, { hosts: "h1" }));
  it("lets an excepted one out", () => given("a:h1>h2").keeps(quarantine, { hosts: "h1", excepted: "a" }));
});
