import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { hasEnded, processOf } from "../../../../executor/agent/libvirt/machine-process.ts";

describe("the process of a machine", () => {
  it("is seen to end", async () => {
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    await once(child, "spawn");
    const number = child.pid ?? 0;
    const before = hasEnded(number);
    child.kill("SIGKILL");
    await once(child, "close");
    expect([number > 1, before, hasEnded(number)]).toEqual([true, false, true]);
  });

  it.each(["nosuch", "../x", "--help", "a\nb"])("is not known of a machine that does not run here: %j", async (name) => {
    expect(await processOf({ uuid: "00000000-0000-4000-8000-000000000000", name, activity: "running", reason: 1 })).toBeNull();
  });
});
