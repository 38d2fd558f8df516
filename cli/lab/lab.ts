import { spawn, type ChildProcess } from "node:child_process";
import { access, mkdir, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabFault, must, run, until, type Ran } from "./command.ts";
import { acceleratorFor, type Accelerator } from "./guest/accelerator.ts";
import { withGuestAgent } from "./guest/agent-image.ts";
import { guestImageIn, type GuestImage } from "./guest/build.ts";
import { guestDefinition, isGuestName } from "./guest/definition.ts";
import { bootHost, firstPid, killAll, onHost, removeGroups, runOn } from "./host-process.ts";
import { libvirtPid, libvirtUri, startLibvirt, virsh } from "./libvirt.ts";
import { cacheFolder, defaultFolder, hostNames, labNames, networkOf, type HostNames, type LabNames } from "./names.ts";
import { cutLink, makeSwitch, namespacesLike, plugIn, unplug } from "./network.ts";
import { agentFile, authorityAddress, authorityFolder, authorityPort, makeMembers, operatorFile, stowage, type AgentWishes } from "./members.ts";
import { havePrograms } from "./packages.ts";
import { loadState, saveState, type GuestState, type LabState } from "./state.ts";

/** What a lab shall be like. */
export interface LabOptions {
  readonly name: string;
  readonly folder?: string;
  /** How many hosts; an existing lab keeps those it has. */
  readonly hosts: number;
  /** Missing packages may be installed, and the guests' kernel downloaded. */
  readonly install: boolean;
  /** Whether hosts have a libvirt; without one they start at once. */
  readonly libvirt?: boolean;
  /** Whether there are an authority, an agent on each host and a configuration for the operator; how agents are set. */
  readonly agents?: boolean | AgentWishes;
  readonly progress?: (stage: string) => void;
}

/** One host of a lab, as seen from outside. */
export interface LabHost extends HostNames {
  readonly address: string;
  /** For `virsh --connect`, from outside. */
  readonly libvirtUri: string;
  /** For libvirt of other hosts, which move guests here. */
  readonly peerUri: string;
  /** Where its guests keep their disks, from outside. */
  readonly images: string;
}

/** A program that runs on a host. */
export interface HostProcess {
  /** The process as it is seen from outside of the host. */
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/** A virtual machine to be made. */
export interface NewGuest {
  readonly name: string;
  readonly host: number;
  readonly memoryMiB?: number;
  readonly diskMiB?: number;
  readonly ignoresPower?: boolean;
  /** With the agent that hypervisors talk to, and two applications, "shop" and "mail". */
  readonly hasAgent?: boolean;
}

/** Two or more hosts on one machine: each has its own processes, network and libvirt, and they share a switch. */
export class Lab {
  readonly names: LabNames;
  /** The first three parts of every address in it. */
  readonly network: string;
  readonly hosts: readonly LabHost[];
  readonly accelerator: Accelerator;
  readonly #image: GuestImage;
  readonly #withLibvirt: boolean;
  #state: LabState;

  private constructor(names: LabNames, state: LabState & { readonly subnet: number }, image: GuestImage, accelerator: Accelerator, withLibvirt: boolean) {
    this.names = names;
    this.#state = state;
    this.#image = image;
    this.#withLibvirt = withLibvirt;
    this.accelerator = accelerator;
    this.network = networkOf(state.subnet);
    this.hosts = hostsOf(names, state.hosts, this.network);
  }

  /** Makes a lab, or what is missing of it: hosts that are off are switched on again. */
  static async up({ name, folder = defaultFolder, hosts, install, libvirt = true, agents = false, progress = () => {} }: LabOptions): Promise<Lab> {
    const names = labNames(name, folder);
    await havePrograms(install);
    progress("building the guests");
    const image = await guestImageIn(cacheFolder, install);
    const accelerator = await acceleratorFor(image, cacheFolder);
    await mkdir(names.folder, { recursive: true, mode: 0o700 });
    let state: LabState = await loadState(names) ?? { format: "stowage/lab/v1", hosts, subnet: null, guests: [] };
    await saveState(names, state);
    const isSwitched = (await namespacesLike(names.switch)).length > 0;
    const subnet = isSwitched && state.subnet !== null ? state.subnet : await makeSwitch(names, state.subnet);
    state = { ...state, subnet };
    await saveState(names, state);
    const lab = new Lab(names, { ...state, subnet }, image, accelerator, libvirt);
    progress("starting the hosts");
    await Promise.all(lab.hosts.map((host) => lab.powerOn(host)));
    if (agents !== false) {
      progress("starting the agents");
      await lab.#enrol(agents === true ? {} : agents);
    }
    return lab;
  }

  /** A lab that is there; null when there is none. */
  static async find(name: string, folder = defaultFolder): Promise<Lab | null> {
    const names = labNames(name, folder);
    const state = await loadState(names);
    if (state === null || state.subnet === null) return null;
    const image = await guestImageIn(cacheFolder, false);
    return new Lab(names, { ...state, subnet: state.subnet }, image, await acceleratorFor(image, cacheFolder), true);
  }

  /** Removes all of a lab, however much of it there is. */
  static async down(name: string, folder = defaultFolder): Promise<boolean> {
    const names = labNames(name, folder);
    const isKnown = await loadState(names) !== null;
    const namespaces = await namespacesLike(`stowage-${name}-`);
    for (const namespace of namespaces) {
      await killAll({ host: namespace, number: 0, namespace, folder: names.folder });
      await run("ip", ["netns", "del", namespace]);
    }
    for (let number = 1; number <= hostsMax; number++) await removeGroups(hostNames(names, number).namespace);
    if (isKnown) await rm(names.folder, { recursive: true, force: true, maxRetries: 5 });
    return isKnown || namespaces.length > 0;
  }

  /** Labs that are kept in a folder. */
  static async list(folder = defaultFolder): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      if (await access(join(folder, name, "lab.json")).then(() => true, () => false)) found.push(name);
    }
    return found.toSorted();
  }

  host(name: string): LabHost {
    const host = this.hosts.find((each) => each.host === name);
    if (host === undefined) throw new LabFault(`Lab ${this.names.name} has no host ${JSON.stringify(name)}.`, `It has ${this.hosts.map((each) => each.host).join(", ")}.`);
    return host;
  }

  get guests(): readonly GuestState[] {
    return this.#state.guests;
  }

  /** Where a guest answers: port 7000 counts lines, port 7001 is a shell. */
  addressOf(guest: string): string {
    const found = this.#state.guests.find(({ name }) => name === guest);
    if (found === undefined) throw new LabFault(`Lab ${this.names.name} has no guest ${JSON.stringify(guest)}.`, `It has ${this.#state.guests.map(({ name }) => name).join(", ")}.`);
    return `${this.network}.${found.number}`;
  }

  async isOn(host: LabHost): Promise<boolean> {
    return await firstPid(host) !== null;
  }

  /** Switches a host on, and starts its libvirt; does nothing when both are there. */
  async powerOn(host: LabHost): Promise<void> {
    if (!await this.isOn(host)) {
      await unplug(this.names, host);
      await plugIn(this.names, host, Number(this.network.split(".")[2]));
      await bootHost(host);
    }
    if (this.#withLibvirt) await this.startLibvirt(host);
  }

  /** A power cut: every process of the host ends at once, and nothing of it answers any more. Its disks stay. */
  async powerOff(host: LabHost): Promise<void> {
    await run("ip", ["-n", this.names.switch, "link", "set", `p${host.number}`, "down"]);
    await killAll(host);
    await unplug(this.names, host);
  }

  async startLibvirt(host: LabHost): Promise<void> {
    if ((await this.virsh(host, ["list", "--name"])).status === 0) return;
    await startLibvirt(host, await this.#pidOf(host), host.address);
  }

  /** Ends libvirt of a host without a word; its guests run on. */
  async killLibvirt(host: LabHost): Promise<void> {
    const pid = await libvirtPid(host);
    if (pid !== null) await this.run(host, ["kill", "-KILL", String(pid)]);
  }

  /** Cuts one host off from everybody, or two from each other, without a word to anybody. */
  cut(...hosts: readonly LabHost[]): Promise<void> {
    return cutLink(this.names, hosts.map(({ number }) => number), true);
  }

  mend(...hosts: readonly LabHost[]): Promise<void> {
    return cutLink(this.names, hosts.map(({ number }) => number), false);
  }

  /** Runs a command on a host and waits for it. */
  async run(host: LabHost, args: readonly string[]): Promise<string> {
    return runOn(await this.#pidOf(host), args);
  }

  /** The arguments of `nsenter` before a command that shall run on a host. */
  async argumentsOn(host: LabHost): Promise<readonly string[]> {
    return onHost(await this.#pidOf(host));
  }

  /** Starts a program on a host. What it prints goes to the file, or is inherited. */
  async start(host: LabHost, args: readonly string[], { log, environment = {} }: { readonly log?: string; readonly environment?: Readonly<Record<string, string>> } = {}): Promise<HostProcess> {
    const file = log === undefined ? null : await open(log, "a");
    const child = spawn("nsenter", [...onHost(await this.#pidOf(host)), ...args], { detached: true, stdio: ["ignore", file?.fd ?? "inherit", file?.fd ?? "inherit"], env: { ...process.env, ...environment }, cwd: "/" });
    child.unref();
    await file?.close();
    const ended = new Promise<number | null>((resolve) => { child.once("exit", resolve); });
    const pid = await innerPid(child, args);
    return { pid, child, ended, signal: (name) => void process.kill(pid, name) };
  }

  /** What `--config` names for the operator of this lab. */
  get operatorFile(): string {
    return operatorFile(this.names);
  }

  /** Starts the agent of a host and waits until it listens; one that runs is left alone. */
  async startAgent(host: LabHost): Promise<void> {
    if (await this.agentPid(host) !== null) return;
    const log = join(host.folder, "log/agent.log");
    await rm(log, { force: true });
    const { pid, child } = await this.start(host, stowage(["agent", "run", agentFile(host)]), { log });
    await writeFile(join(host.folder, "agent.pid"), String(pid));
    await until(`the agent of ${host.host} listens`, async () => {
      const said = await readFile(log, "utf8");
      if (child.exitCode !== null || child.signalCode !== null) throw new LabFault(`The agent of ${host.host} has ended: ${said.trim()}`, `Its configuration is ${agentFile(host)}.`);
      return said.includes("listening at");
    });
  }

  /** The process of a host's agent, as it is seen from outside; null when it does not run. */
  async agentPid(host: LabHost): Promise<number | null> {
    const pid = Number(await readFile(join(host.folder, "agent.pid"), "utf8").catch(() => "0"));
    const command = pid > 0 ? await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "") : "";
    return command.split("\0").includes(agentFile(host)) ? pid : null;
  }

  /** Ends the agent of a host without a word; what it looks after runs on. */
  async killAgent(host: LabHost): Promise<void> {
    const pid = await this.agentPid(host);
    if (pid === null) return;
    process.kill(pid, "SIGKILL");
    await until(`the agent of ${host.host} ends`, async () => await this.agentPid(host) === null);
  }

  async #enrol(wishes: AgentWishes): Promise<void> {
    await makeMembers(this.names, this.network, this.hosts, wishes);
    await this.#serveAuthority();
    await Promise.all(this.hosts.map((host) => this.startAgent(host)));
  }

  /** The authority lives at the switch, where every host reaches it and `down` finds it. */
  async #serveAuthority(): Promise<void> {
    const { switch: place } = this.names;
    if ((await must("ip", ["netns", "pids", place])).trim() !== "") return;
    const address = `${this.network}.${authorityAddress}`;
    await run("ip", ["-n", place, "address", "replace", `${address}/24`, "dev", "br0"]);
    const log = await open(join(this.names.folder, "authority.log"), "w");
    const [program = "", ...args] = stowage(["ca", "serve", "--folder", authorityFolder(this.names), "--listen", `${address}:${authorityPort}`]);
    spawn("ip", ["netns", "exec", place, program, ...args], { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" }).unref();
    await log.close();
    await until("the authority listens", async () => (await readFile(join(this.names.folder, "authority.log"), "utf8")).includes("listening at"));
  }

  /** Asks the libvirt of a host. */
  virsh(host: LabHost, args: readonly string[]): Promise<Ran> {
    return virsh(host, args);
  }

  /** Makes a guest with an empty disk, and starts it; one that is there already is left as it is. */
  async addGuest({ name, host: number, memoryMiB = 96, diskMiB = 64, ignoresPower = false, hasAgent = false }: NewGuest): Promise<void> {
    if (this.#state.guests.some((guest) => guest.name === name)) return;
    if (!isGuestName(name)) throw new LabFault(`A guest cannot be called ${JSON.stringify(name)}.`, "Give it a name of small letters, digits and dashes, a letter first, at most 31.");
    const taken = new Set(this.#state.guests.map((guest) => guest.number));
    const free = Array.from({ length: 89 }, (_, i) => 11 + i).find((each) => !taken.has(each));
    if (free === undefined) throw new LabFault("All addresses for guests are in use.", "A lab has room for 89.");
    const guest: GuestState = { name, number: free, host: number, memoryMiB, diskMiB, ignoresPower };
    await this.#define(guest, hasAgent ? await withGuestAgent(this.#image, cacheFolder) : this.#image);
    this.#state = { ...this.#state, guests: [...this.#state.guests, guest] };
    await saveState(this.names, this.#state);
  }

  /** Waits until a guest answers. */
  async isServing(guest: string, limitMs = 180_000): Promise<void> {
    const address = this.addressOf(guest);
    await until(`guest ${guest} answers`, async () => (await run("bash", ["-c", 'exec 3<>"/dev/tcp/$1/7000" && echo hello >&3 && read -r -t 2 line <&3', "ask", address], { timeoutMs: 4000 })).status === 0, limitMs);
  }

  async #define(guest: GuestState, image: GuestImage): Promise<void> {
    const host = this.host(`h${guest.host}`);
    await mkdir(host.images, { recursive: true });
    const disk = join(host.images, `${guest.name}.img`);
    await (await open(disk, "a")).close();
    await truncate(disk, guest.diskMiB * 1_048_576);
    const definition = join(host.folder, `${guest.name}.xml`);
    await writeFile(definition, guestDefinition(guest, image, this.network, this.accelerator));
    await must("virsh", ["--quiet", "--connect", host.libvirtUri, "define", definition]);
    await must("virsh", ["--quiet", "--connect", host.libvirtUri, "start", guest.name]);
  }

  async #pidOf(host: LabHost): Promise<number> {
    const pid = await firstPid(host);
    if (pid === null) throw new LabFault(`Host ${host.host} is off.`, "`stowage lab up` switches it on again.");
    return pid;
  }
}

const hostsMax = 9;

function hostsOf(names: LabNames, count: number, network: string): readonly LabHost[] {
  return Array.from({ length: count }, (_, i) => {
    const host = hostNames(names, i + 1);
    const address = `${network}.${host.number}`;
    return { ...host, address, libvirtUri: libvirtUri(host), peerUri: `qemu+tcp://${address}/system`, images: join(host.folder, "lib/images") };
  });
}

/** The program that `nsenter` has started in the host. */
async function innerPid(child: ChildProcess, args: readonly string[]): Promise<number> {
  let pid = 0;
  await until(`${args[0] ?? "a program"} starts`, async () => {
    const children = await readFile(`/proc/${child.pid ?? 0}/task/${child.pid ?? 0}/children`, "utf8").catch(() => "");
    pid = Number(children.trim().split(" ")[0] ?? 0);
    return pid > 0 || child.exitCode !== null;
  }, 30_000);
  return pid;
}
