import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import type { Lab, LabHost } from "../../cli/lab/index.ts";
import { program } from "../cli/built.ts";
import { stowage, type Ended } from "../cli/command-line.ts";

/** An execution that runs as a process of its own, with everything that it has told so far. */
export interface Execution {
  readonly child: ChildProcess;
  readonly events: readonly { readonly kind?: string; readonly format: string }[];
  readonly ended: Promise<Ended>;
}

/** How an execution ended, as `status` says it. */
interface Summary {
  readonly status: string;
  readonly done: number;
  readonly all: number;
  readonly wayThere: readonly { readonly outcome: "done" | "undone" | "unknown"; readonly because: string; readonly planned: { readonly action: { readonly kind: string; readonly to?: string } } }[];
}

interface Address {
  readonly address: string;
  readonly port: number;
}

interface Wanted {
  /** They are stopped for it. */
  readonly cold?: boolean;
  /** Workloads that are new. */
  readonly add?: readonly { readonly id: string; readonly layer: string; readonly state: "new" }[];
}

/** Somebody who asks for moves in a lab, with everything that this takes: inventory, plan, another's approval, apply. */
export class LabOperator {
  readonly #config: string;
  readonly #folder: string;

  /** Where a file of this test lies. */
  at(file: string): string {
    return join(this.#folder, file);
  }

  private constructor(config: string, folder: string) {
    this.#config = config;
    this.#folder = folder;
  }

  /** For one test; its files go with it. `ways` are addresses at which agents are reached otherwise than the lab says. */
  static async of(lab: Lab, ways: Readonly<Record<string, Address>> = {}): Promise<LabOperator> {
    const folder = await mkdtemp(join(tmpdir(), "stowage-lab-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    if (Object.keys(ways).length === 0) return new LabOperator(lab.operatorFile, folder);
    const home = dirname(lab.operatorFile);
    const config = parse(await readFile(lab.operatorFile, "utf8")) as { readonly agents: readonly (Address & { readonly host: string })[] };
    const agents = config.agents.map(({ host, address, port }) => ({ host, address: ways[host]?.address ?? address, port: ways[host]?.port ?? port }));
    await writeFile(join(folder, "stowage.yaml"), stringify({ ...config, agents, credentials: join(home, "executor.pem"), folder: join(home, "executions") }));
    return new LabOperator(join(folder, "stowage.yaml"), folder);
  }

  /** Somebody who goes on with a folder of executions of their own, since the one of before is gone for good. */
  static async inPlaceOf(lab: Lab): Promise<LabOperator> {
    const folder = await mkdtemp(join(tmpdir(), "stowage-lab-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const config = parse(await readFile(lab.operatorFile, "utf8")) as object;
    await mkdir(join(folder, "executions"));
    await writeFile(join(folder, "executions", "epoch"), "1000000\n");
    await writeFile(join(folder, "stowage.yaml"), stringify({ ...config, credentials: join(dirname(lab.operatorFile), "executor.pem"), folder: join(folder, "executions") }));
    return new LabOperator(join(folder, "stowage.yaml"), folder);
  }

  /** A command of the operator, in this process. */
  run(...args: readonly string[]): Promise<Ended> {
    return stowage(...args, "--config", this.#config);
  }

  async must(...args: readonly string[]): Promise<string> {
    return succeeded(await this.run(...args));
  }

  /** Plans that some workloads shall be on a host, and has that approved; gives the plan and the scenario it is of. */
  async approved(workloads: readonly string[], to: LabHost, { cold = false, add = [] }: Wanted = {}): Promise<readonly [plan: string, scenario: string]> {
    const [scenario, plan] = [join(this.#folder, "fleet.yaml"), join(this.#folder, "plan.json")];
    await this.must("inventory", "--out", scenario);
    const fleet = parse(await readFile(scenario, "utf8")) as { workloads?: { id: string; liveMove?: boolean }[] };
    fleet.workloads = [...fleet.workloads ?? [], ...add];
    for (const workload of fleet.workloads) if (cold && workloads.includes(workload.id)) workload.liveMove = false;
    const policies = [{ id: "there", select: { workloads: { ids: workloads } }, require: { fence: { hosts: { ids: [to.host] } } } }];
    await writeFile(scenario, stringify({ ...fleet, policies }));
    succeeded(await stowage("plan", scenario, "--mode", "repair", "--out", plan, "--as", "planner"));
    await this.must("approve", plan, scenario, "--as", "approver");
    return [plan, scenario];
  }

  /** Begins to carry an approved plan out, in a process that may be killed. */
  begin(...args: readonly string[]): Execution {
    const child = spawn(process.execPath, [program, ...args, "--config", this.#config], { env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] });
    const printed = { out: "", err: "" };
    child.stdout.on("data", (data: Buffer) => void (printed.out += data.toString()));
    child.stderr.on("data", (data: Buffer) => void (printed.err += data.toString()));
    onTestFinished(() => void child.kill("SIGKILL"));
    return {
      child, ended: new Promise((resolve) => { child.on("close", (code) => resolve({ code, ...printed })); }),
      get events() {
        return printed.out.split("\n").slice(0, -1).map((line): Execution["events"][number] => JSON.parse(line) as Execution["events"][number]);
      },
    };
  }

  /** Has some workloads moved to a host, and waits for the end. */
  async move(workloads: readonly string[], to: LabHost, wanted: Wanted = {}): Promise<Ended> {
    return this.begin("apply", ...await this.approved(workloads, to, wanted), "--yes").ended;
  }

  /** What `status` says of the last execution. */
  async summary(): Promise<Summary> {
    const { out } = await this.run("status", "--json");
    return JSON.parse(out) as Summary;
  }
}

function succeeded({ code, out, err }: Ended): string {
  if (code !== 0) throw new Error(`exit code ${code}\n${out}\n${err}`);
  return out;
}

/** The hosts on which a guest runs: everything that is tested here comes down to that being one. */
export async function hostsOf(lab: Lab, guest: string): Promise<readonly LabHost[]> {
  const found = await Promise.all(lab.hosts.map(async (host) => (await lab.virsh(host, ["list", "--name", "--state-running"])).out.split("\n").includes(guest)));
  return lab.hosts.filter((_, i) => found[i]);
}

/** Hosts that know a guest at all, in whatever state. */
export async function knownOn(lab: Lab, guest: string): Promise<readonly string[]> {
  const found = await Promise.all(lab.hosts.map(async (host) => (await lab.virsh(host, ["list", "--all", "--name"])).out.split("\n").includes(guest)));
  return lab.hosts.filter((_, i) => found[i]).map(({ host }) => host);
}

/** The host where a guest runs, and another one. */
export async function sidesOf(lab: Lab, guest: string): Promise<{ readonly from: LabHost; readonly to: LabHost }> {
  const [from, ...more] = await hostsOf(lab, guest);
  const to = lab.hosts.find((host) => host !== from);
  if (from === undefined || to === undefined || more.length > 0) throw new Error(`${guest} runs on ${more.length + (from === undefined ? 0 : 1)} hosts`);
  return { from, to };
}

/** What a live move carries: disks first, then memory. */
export type MovePhase = "disk" | "memory" | "any";

/** Waits until a live move of a guest carries its disk, or its memory; before it begins, much has to be read and agreed on. */
export async function movesPhase(lab: Lab, host: LabHost, guest: string, phase: MovePhase): Promise<void> {
  await expect.poll(async () => {
    const { out } = await lab.virsh(host, ["domjobinfo", guest]);
    const seen = /^Memory processed: +[1-9]/m.test(out) ? "memory" : /^File processed: +[1-9]/m.test(out) ? "disk" : null;
    return seen !== null && phase === "any" ? phase : seen ?? out.trim();
  }, { timeout: 200_000, interval: 50 }).toBe(phase);
}

/** Has the source let go of a guest, which waits on the target with all that it needs? */
export async function waitsWhole(lab: Lab, from: LabHost, to: LabHost, guest: string): Promise<boolean> {
  const listed = async (host: LabHost, ...states: readonly string[]): Promise<boolean> => (await lab.virsh(host, ["list", "--name", ...states])).out.split("\n").includes(guest);
  return await listed(from, "--inactive") && await listed(to, "--persistent", "--state-paused");
}

/** What a shell in a guest prints. */
export function inGuest(lab: Lab, guest: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: lab.addressOf(guest), port: 7001 });
    let said = "";
    socket.setEncoding("utf8").on("data", (text: string) => { said += text; });
    socket.once("error", reject);
    socket.once("close", () => resolve(said));
    socket.end(`${command}; exit\n`);
  });
}

/** A host whose folder of images is on a small disk, for as long as that takes. */
export async function withSmallDisk(lab: Lab, host: LabHost, diskMiB: number, work: () => Promise<void>): Promise<void> {
  const file = join(host.folder, "small.img");
  execFileSync("truncate", [`--size=${diskMiB}M`, file]);
  execFileSync("mkfs.ext4", ["-q", file]);
  const device = execFileSync("losetup", ["--find", "--show", file], { encoding: "utf8" }).trim();
  try {
    await lab.run(host, ["mount", device, "/var/lib/libvirt/images"]);
    await work().finally(() => lab.run(host, ["umount", "--lazy", "/var/lib/libvirt/images"]));
  } finally {
    execFileSync("losetup", ["--detach", device]);
    await rm(file);
  }
}
