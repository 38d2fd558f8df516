import { describe, it } from "vitest";
import { maxOnline } from "../../../policies/constraints/max-online.ts";
import { given } from "../given.ts";

describe("max-online", () => {
  it("refuses too many hosts on", () => given("a:h1 b:h2 c:h3").violates(maxOnline, { raw: { atMost: 2 } }, "3 of the selected hosts are on, at most 2 may be"));
  it("counts empty hosts that stay on, and not those that can be switched off", () => {
    given("a:h1", { hosts: { h2: {} } }).amounts(maxOnline, { raw: { atMost: 1 } }, 1);
    given("a:h1", { hosts: { h2: { powerManaged: true }, h3: { state: "off" }, h4: { state: "failed" } } }).keeps(maxOnline, { raw: { atMost: 1 } });
  });
  it("counts a host from the moment that something arrives", () =>
    given("a:h1>h2", { hosts: { h2: { powerManaged: true } } }).amounts(maxOnline, { raw: { atMost: 1 } }, 1));
  it("looks at the selected hosts only", () => given("a:h1 b:h2").keeps(maxOnline, { raw: { atMost: 1 }, hosts: "h1" }));
});
