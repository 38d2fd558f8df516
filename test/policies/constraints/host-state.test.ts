import { describe, it } from "vitest";
import { hostState } from "../../../policies/constraints/host-state.ts";
import { given } from "../given.ts";

describe("host-state", () => {
  const hosts = { m: { state: "maintenance" }, f: { state: "failed" }, off: { state: "off" }, spare: { state: "off", powerManaged: true } } as const;

  it("refuses hosts in maintenance, failed, or off for good", () =>
    given("a:m b:f c:off", { hosts }).violates(hostState, {},
      "a is on m, which is in state maintenance", "b is on f, which is in state failed", "c is on off, which is off and may not be switched on"));
  it("lets a host be booted, and hosts that are on be used", () => given("a:spare b:h1", { hosts }).keeps(hostState));
  it("refuses to arrive on such a host", () => given("a:h1>m", { hosts }).violates(hostState, {}, "a is on m, which is in state maintenance"));
  it("counts a workload on its way off such a host until it has left", () =>
    given("a:m>h1", { hosts }).violates(hostState, {}, "a is on m, which is in state maintenance"));
  it("does not mind what is left behind, nor what is to be removed", () =>
    given("a:h1<m b:m", { hosts, workloads: { b: { desired: "removed" } } }).keeps(hostState));
  it("covers a workload that is to stay stopped", () =>
    given("a:m!", { hosts, workloads: { a: { desired: "stopped" } } }).violates(hostState, {}, "a is on m, which is in state maintenance"));
});
