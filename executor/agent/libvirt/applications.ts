import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { WorkloadId } from "../../../model/ids.ts";
import type { FoundApplication } from "../../protocol.ts";
import { jsonOf } from "../../trust/index.ts";
import { Rates } from "../rates.ts";
import type { Domain } from "./domains.ts";
import { GuestAgent } from "./guest-agent.ts";
import { processesOf, useOf, type ProcessUse } from "./guest-processes.ts";
import type { LibvirtHost } from "./libvirt-host.ts";
import { childOf, childrenOf, parseXml, type Element } from "./xml.ts";

/** Where a guest says which applications it has. */
export const applicationsFile = "/etc/stowage/applications.json";

const words = Type.Array(Type.String({ maxLength: 4096 }), { minItems: 1, maxItems: 100 });
const absolute = Type.String({ pattern: "^/[^\\u0000]*$", maxLength: 4096 });
const form = Type.Array(Type.Object({
  application: Type.String({ minLength: 1, maxLength: 253, pattern: "^[^\\u0000-\\u001f\\u007f]+$" }),
  /** Programs of the guest, which end when the application is up or down. */
  start: words, stop: words,
  /** Where the application writes the number of its process. */
  pidFile: absolute,
}, { additionalProperties: false }), { maxItems: 1000 });
const checker = Compile(form);

type Described = Static<typeof form>[number];

const actMs = 60_000;
const lookMs = 20_000;

/** Applications in guests, each started, stopped and measured on its own. */
export class Applications {
  readonly #host: LibvirtHost;
  readonly #rates: Rates;

  constructor(host: LibvirtHost) {
    this.#host = host;
    this.#rates = new Rates(host.clock);
  }

  /** Null where nobody in the guest listens, or its guest says nothing of applications. */
  async of(workload: WorkloadId, domain: Domain): Promise<readonly FoundApplication[] | null> {
    if (domain.activity !== "running" || !await this.#isConnected(domain)) return null;
    const agent = new GuestAgent(this.#host, domain.uuid);
    const described = await this.#described(agent).catch(() => null);
    if (described === null) return null;
    const processes = processesOf((await agent.run(["/bin/sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null"], lookMs)).output);
    const states: FoundApplication[] = [];
    for (const { application, pidFile } of described) {
      const use = useOf(processes, await pidIn(agent, pidFile));
      states.push(use === null ? { application, found: "stopped" } : { application, found: "running", use: this.#used(workload, application, use) });
    }
    return states;
  }

  /** Starts or stops one application; null when it is so now, else why not. Asking again does no harm. */
  async tell(workload: WorkloadId, domain: Domain, application: string, wish: "running" | "stopped"): Promise<string | null> {
    if (domain.activity !== "running") return `${workload} does not run`;
    if (!await this.#isConnected(domain)) return `nobody in the guest of ${workload} listens: it needs qemu-guest-agent and a channel org.qemu.guest_agent.0`;
    const agent = new GuestAgent(this.#host, domain.uuid);
    const described = (await this.#described(agent)).find((each) => each.application === application);
    if (described === undefined) return `the guest of ${workload} has no application ${JSON.stringify(application)} in ${applicationsFile}`;
    if (await isUp(agent, described) === (wish === "running")) return null;
    const { code, output } = await agent.run(wish === "running" ? described.start : described.stop, actMs);
    const isSo = await this.#host.until(async () => await isUp(agent, described) === (wish === "running"), lookMs);
    return isSo ? null : `${application} is not ${wish} although its program has ended with ${code}${output.trim() === "" ? "" : `: ${output.trim().slice(0, 500)}`}`;
  }

  #used(workload: WorkloadId, application: string, { cpuMs, memoryMiB }: ProcessUse): Readonly<Record<string, number>> {
    const cpuMillicores = this.#rates.millicores(JSON.stringify([workload, application]) as WorkloadId, cpuMs);
    return { memoryMiB, ...(cpuMillicores === null ? {} : { cpuMillicores }) };
  }

  async #described(agent: GuestAgent): Promise<readonly Described[]> {
    const value = jsonOf(await agent.readFile(applicationsFile));
    if (!checker.Check(value)) throw new Error(`${applicationsFile} in the guest is not in order`);
    return value;
  }

  async #isConnected({ uuid }: Domain): Promise<boolean> {
    const live = parseXml(await this.#host.read("dumpxml", `--domain=${uuid}`));
    const devices = childOf(live, "devices");
    return devices !== null && childrenOf(devices, "channel").some(isAgentChannel);
  }
}

function isAgentChannel(channel: Element): boolean {
  const target = childOf(channel, "target")?.attributes;
  return target?.["name"] === "org.qemu.guest_agent.0" && target["state"] === "connected";
}

async function isUp(agent: GuestAgent, { pidFile }: Described): Promise<boolean> {
  const pid = await pidIn(agent, pidFile);
  return pid > 0 && await agent.readFile(`/proc/${pid}/stat`).then(() => true, () => false);
}

/** 0 when there is none. */
async function pidIn(agent: GuestAgent, pidFile: string): Promise<number> {
  const text = await agent.readFile(pidFile).catch(() => "");
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : 0;
}
