import { describe, it } from "vitest";
import { root } from "../../../policies/constraints/root.ts";
import { given } from "../given.ts";

describe("root", () => {
  it("refuses another host, and the way there and back", () => {
    given("a:h2 b:h1", { workloads: { a: { host: "h1" } } }).violates(root, {}, "a is on h2, but must not leave h1");
    given("a:h1>h2").violates(root, {}, "a is on h2, but must not leave h1");
  });
  it("lets it be where it is, and be off", () => given("a:h1 b:h2!").keeps(root));
  it("lets a new one be placed", () => given("a:>h1 b:-").keeps(root));
  it("lets an excepted host be used", () => given("a:h1>h2").keeps(root, { excepted: "h2" }));
});
