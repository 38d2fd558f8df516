import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hostFacts, openHostAgent, ProcessDriver, type Address } from "../../../executor/agent/index.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import type { HostId } from "../../../model/ids.ts";

/** The agent of a host as a process of its own, for tests that kill it: `agent-main.ts FOLDER HOST`. */
const [, , folder = "", host = ""] = process.argv;
const ports = JSON.parse(await readFile(join(folder, "ports.json"), "utf8")) as Record<string, number>;
const whereIs = (other: HostId): Address => ({ address: "127.0.0.1", port: ports[other] ?? 0 });

const { agent, diagnostics } = await openHostAgent({
  folder: join(folder, `${host}.agent`), listen: whereIs(host as HostId), whereIs, authority: null, clock: systemClock,
  means: { clock: systemClock, crypto: webcrypto },
  driver: (carrier) => ProcessDriver.open(
    { root: join(folder, host), templates: join(folder, "templates", host), allowed: ["/bin/sleep"], owner: null, startAtBoot: false },
    { clock: systemClock, carrier, note: (words) => console.log(words) },
  ),
  facts: () => hostFacts(folder, { process: "1" }),
  note: (words) => console.log(words),
});
console.log(agent === null ? diagnostics.map(({ message }) => message).join("\n") : "ready");
if (agent === null) process.exitCode = 1;
