import { createHash } from "node:crypto";
import type { WorkloadId } from "../../../model/ids.ts";
import { jsonOf } from "../../trust/index.ts";
import { childOf, childrenOf, parseXml, type Element } from "./xml.ts";
import type { VirshShell } from "./virsh-shell.ts";

/** What a hypervisor says a domain is doing; `ending`: it is told to stop, and still there. */
export type Activity = "running" | "paused" | "ending" | "off";

/** A domain as it is listed. */
export interface Domain {
  readonly uuid: string;
  readonly name: string;
  readonly activity: Activity;
  /** Why, as libvirt numbers it for that activity. */
  readonly reason: number;
}

/** A domain runs because it was restored from a file with its memory. */
export const runsAsRestored = 3;
/** A domain is off because it has gone to another host. */
export const offAsMigrated = 4;
/** A domain is off because it could not be started. */
export const offAsFailed = 6;
/** A domain is paused because somebody wants it so: also at the end of a move, once QEMU has read all of its memory. */
export const pausedAsWished = 1;
/** A domain is paused because a move in which memory follows has broken off. */
export const pausedAsPostCopyFailed = 13;

/** Something that takes long, done by the hypervisor to a domain. */
export interface Job {
  readonly processed: number;
  /** Of that, memory. */
  readonly memoryProcessed: number;
}

const metadataSpace = "urn:stowage:workload";
const ownPrefix = "stowage-";
const idLettersMax = 253;
/** As `domjobinfo --rawstats` numbers them: of those whose end is known, and others. */
const underWay: ReadonlySet<string> = new Set(["1", "2"]);
const activities: readonly (Activity | null)[] = [null, "running", "running", "paused", "ending", "off", "off", "paused"];

/** What the domain of a workload is called when we name it: its id where that is harmless everywhere, else a digest. */
export function domainName(workload: string): string {
  if (/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/.test(workload) && !workload.startsWith(ownPrefix)) return workload;
  return ownPrefix + createHash("sha256").update(Buffer.from(workload, "utf16le")).digest("hex").slice(0, 40);
}

/** Says in a definition which workload it is of; only signs that any XML can hold. */
export function workloadMark(workload: string): Element {
  const plain = JSON.stringify(workload).replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return { name: "stowage:workload", attributes: { "xmlns:stowage": metadataSpace, id: plain }, content: [] };
}

/** The workload that a definition says it is of; null when it does not say. */
export function markedWorkload(definition: Element): string | null {
  const metadata = childOf(definition, "metadata");
  const mark = metadata === null ? undefined : childrenOf(metadata).find(({ name, attributes }) => name.endsWith("workload") && Object.values(attributes).includes(metadataSpace));
  const id = mark === undefined ? undefined : jsonOf(mark.attributes["id"] ?? "");
  return typeof id === "string" ? id : null;
}

/** What a hypervisor says about its domains. Everything throws when it does not answer. */
export class Domains {
  readonly #shell: VirshShell;

  constructor(shell: VirshShell) {
    this.#shell = shell;
  }

  async all(): Promise<readonly Domain[]> {
    for (let tries = 0; tries < 5; tries++) {
      const named = await this.#shell.read("list", "--all", "--uuid", "--name");
      const states = statesOf(await this.#shell.read("domstats", "--state", "--nowait"));
      const domains = named.split("\n").filter((line) => line !== "").map((line): Domain | null => {
        const name = line.slice(37);
        const state = states.get(name);
        return state === undefined ? null : { uuid: line.slice(0, 36), name, ...state };
      });
      // One that came or went between the two questions: they are asked again.
      if (domains.every((domain) => domain !== null) && domains.length === states.size) return domains;
    }
    throw new Error("the hypervisor's list of domains does not agree with their states");
  }

  /** Null when there is none. */
  async of(workload: WorkloadId): Promise<Domain | null> {
    const all = await this.all();
    return all.find(({ name }) => name === workload) ?? all.find(({ name }) => name === domainName(workload)) ?? null;
  }

  async byUuid(uuid: string): Promise<Domain | null> {
    return (await this.all()).find((domain) => domain.uuid === uuid) ?? null;
  }

  /** Domains by the workloads they are. */
  async workloads(): Promise<readonly { readonly workload: WorkloadId; readonly domain: Domain }[]> {
    const found: { readonly workload: WorkloadId; readonly domain: Domain }[] = [];
    for (const domain of await this.all()) {
      const marked = domain.name.startsWith(ownPrefix) ? markedWorkload(await this.definition(domain)) : null;
      const workload = marked !== null && domainName(marked) === domain.name ? marked : domain.name;
      if (workload.length <= idLettersMax) found.push({ workload: workload as WorkloadId, domain });
    }
    return found;
  }

  /** What is started when the domain is; with its secrets, since it may be carried elsewhere. */
  async definition({ uuid }: Pick<Domain, "uuid">): Promise<Element> {
    return parseXml(await this.#shell.read("dumpxml", "--inactive", "--security-info", `--domain=${uuid}`));
  }

  /** Will it be there when it is off? */
  async isPersistent({ uuid }: Pick<Domain, "uuid">): Promise<boolean> {
    return (await this.#shell.read("list", "--all", "--persistent", "--uuid")).split("\n").includes(uuid);
  }

  /** Is it paused, and here for good? One question: a guest is silent meanwhile. */
  async isPausedAndKept(uuid: string): Promise<boolean> {
    return (await this.#shell.read("list", "--uuid", "--persistent", "--state-paused")).split("\n").includes(uuid);
  }

  /** Has a move brought all of it, memory and definition, and does it only wait to be told to go on? */
  async waitsWhole(domain: Domain): Promise<boolean> {
    return domain.activity === "paused" && domain.reason === pausedAsWished && await this.isPersistent(domain) && await this.job(domain) === null;
  }

  /** When its host boots. */
  async startsByItself({ uuid }: Pick<Domain, "uuid">): Promise<boolean> {
    return (await this.#shell.read("list", "--all", "--autostart", "--uuid")).split("\n").includes(uuid);
  }

  /** Null when nothing takes long there. */
  async job({ uuid, activity }: Domain): Promise<Job | null> {
    if (activity === "off") return null;
    const facts = await this.#shell.read("domjobinfo", `--domain=${uuid}`, "--rawstats").catch((error: unknown) => {
      // It may have gone off meanwhile.
      if (/not running|no domain/i.test(String(error))) return "";
      // Of what comes in, nothing is told but that it does.
      if (/only on the source host/i.test(String(error))) return "Job type: 2\n";
      throw error;
    });
    return jobOf(facts);
  }

  async hasSave({ uuid }: Pick<Domain, "uuid">): Promise<boolean> {
    return (await this.#shell.read("list", "--all", "--with-managed-save", "--uuid")).split("\n").includes(uuid);
  }

  async stats(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return statsOf(await this.#shell.read("domstats", "--state", "--cpu-total", "--balloon", "--vcpu", "--interface", "--block", "--nowait"));
  }

  /** The hypervisor that runs them, as "9.0.0". */
  async version(): Promise<string> {
    return /libvirt ([0-9][0-9.]*)/.exec(await this.#shell.read("version"))?.[1] ?? "1";
  }

  /** The QEMU below it, as "7.2.22"; "unknown" when it is another, or does not say. */
  async emulatorVersion(): Promise<string> {
    return /^Running hypervisor: QEMU ([0-9][0-9.]*)/m.exec(await this.#shell.read("version"))?.[1] ?? "unknown";
  }
}

/** `Domain: 'name'`, and then indented lines of `field=value`. A name has no line break in it. */
export function statsOf(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const all = new Map<string, Map<string, string>>();
  let fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line.startsWith("Domain: '") && line.endsWith("'")) {
      fields = new Map();
      all.set(line.slice("Domain: '".length, -1), fields);
    }
    const at = line.indexOf("=");
    if (line.startsWith("  ") && at > 0) fields.set(line.slice(2, at), line.slice(at + 1));
  }
  return all;
}

function statesOf(text: string): ReadonlyMap<string, Pick<Domain, "activity" | "reason">> {
  return new Map([...statsOf(text)].map(([name, fields]) => {
    const activity = activities[Number(fields.get("state.state"))] ?? null;
    if (activity === null) throw new Error(`the hypervisor does not know the state of ${JSON.stringify(name)}`);
    return [name, { activity, reason: Number(fields.get("state.reason") ?? 0) }];
  }));
}

/** What `domjobinfo` tells; null when it tells of no job. */
export function jobOf(text: string): Job | null {
  const fields = new Map(text.split("\n").map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
  }));
  if (!underWay.has(fields.get("Job type") ?? "")) return null;
  const sum = (...names: readonly string[]): number => names.reduce((total, name) => total + Number(fields.get(name) ?? 0), 0);
  return { processed: sum("data_processed"), memoryProcessed: sum("memory_processed") };
}
