import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../model/clock.ts";
import type { HostId, WorkloadId } from "../../../model/ids.ts";
import type { Alarm } from "../../run.ts";
import type { Carrier } from "../carrier.ts";
import { Arrivals } from "./arrivals.ts";
import { refusalOf } from "./definition.ts";
import { Domains, type Domain } from "./domains.ts";
import { Images, type ImageFolders } from "./images.ts";
import { VirshShell } from "./virsh-shell.ts";
import { Virsh } from "./virsh.ts";
import { writeXml, type Element } from "./xml.ts";

/** How another host's hypervisor is reached, for machines that move there while they run. */
export interface Peer {
  /** As this host's hypervisor reaches it: "qemu+tls://h2/system". */
  readonly uri: string;
  /** Where the memory goes: "tcp://10.0.0.2"; null where the hypervisors find out by themselves. */
  readonly memoryUri: string | null;
}

/** How machines move while they run. */
export interface LiveMoves {
  readonly peers: ReadonlyMap<HostId, Peer>;
  /** MiB a second; null for no limit. */
  readonly bandwidth: number | null;
  readonly compressed: boolean;
  /** Is a guest slowed down that changes its memory faster than it can be carried? */
  readonly autoConverge: boolean;
  /** After so long the guest goes first and its memory follows; null for never: if the way breaks then, both ends need each other. */
  readonly postCopyAfterMs: number | null;
  /** Do guests go on only when the source is known to have let go? Else the hypervisors agree on that, which is faster. */
  readonly handOver: boolean;
  /** May emulated guests move even where QEMU may lose some of their memory? */
  readonly emulated: boolean;
}

/** How machines are kept on one host. */
export interface LibvirtSettings {
  readonly uri: string;
  /** A folder of its own, for what must be remembered. */
  readonly root: string;
  readonly images: ImageFolders;
  /** Where new machines come from: a folder each with `domain.xml` and the files of its disks; null when none are begun here. */
  readonly templates: string | null;
  /** Bridges and networks that machines may be on; null for any. */
  readonly networks: ReadonlySet<string> | null;
  /** So long a guest may take to shut down, and whether it may be switched off when it does not. */
  readonly graceMs: number;
  readonly mayDestroy: boolean;
  /** A machine counts as started when it still runs after so long. */
  readonly settleMs: number;
  readonly live: LiveMoves | null;
}

export interface LibvirtWorld {
  readonly clock: Clock & Alarm;
  readonly carrier: Carrier;
  readonly note: (words: string) => void;
}

/** One hypervisor with its disks, and what is known of machines on their way. */
export class LibvirtHost {
  readonly settings: LibvirtSettings;
  readonly clock: Clock & Alarm;
  readonly carrier: Carrier;
  readonly note: (words: string) => void;
  readonly virsh: Virsh;
  readonly domains: Domains;
  readonly images: Images;
  readonly arrivals: Arrivals;
  readonly #shell: VirshShell;
  readonly #folder: string;
  #isClosed = false;

  private constructor(settings: LibvirtSettings, world: LibvirtWorld, folder: string, images: Images, arrivals: Arrivals) {
    this.settings = settings;
    this.clock = world.clock;
    this.carrier = world.carrier;
    this.note = world.note;
    this.virsh = new Virsh(settings.uri, world);
    this.#shell = new VirshShell(settings.uri, world);
    this.domains = new Domains(this.#shell);
    this.images = images;
    this.arrivals = arrivals;
    this.#folder = folder;
  }

  static async open(settings: LibvirtSettings, world: LibvirtWorld): Promise<LibvirtHost> {
    await mkdir(join(settings.root, "definitions"), { recursive: true, mode: 0o700 });
    return new LibvirtHost(settings, world, await realpath(settings.root), await Images.open(settings.images), await Arrivals.open(settings.root));
  }

  close(): void {
    this.#isClosed = true;
    this.#shell.close();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) reject(new Error("the driver was closed"));
      else this.clock.after(ms, resolve);
    });
  }

  /** What virsh prints for a question; every word of it must be harmless. */
  read(...words: readonly string[]): Promise<string> {
    return this.#shell.read(...words);
  }

  /** Looks again and again, for so long at most. */
  async until(holds: () => Promise<boolean>, withinMs: number, ended: AbortSignal | null = null): Promise<boolean> {
    const untilMs = this.clock.nowMs() + withinMs;
    for (;;) {
      if (await holds()) return true;
      if (ended?.aborted === true || this.clock.nowMs() >= untilMs) return false;
      await this.pause(lookEveryMs);
    }
  }

  /** A file with words for virsh, for as long as it is needed. */
  async withFile<Result>(name: string, content: string, use: (path: string) => Promise<Result>): Promise<Result> {
    const path = join(this.#folder, "definitions", `${name}.xml`);
    await rm(path, { force: true });
    await writeFile(path, content, { mode: 0o600, flag: "wx" });
    try {
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Makes a machine of a definition. It must have been admitted, or be one that is here. */
  async define(definition: Element, uuid: string): Promise<void> {
    const called = await this.withFile(uuid, writeXml(definition), (path) => this.virsh.call(["define", `--file=${path}`], actMs));
    if (called.kind === "silent" || !called.ok) throw new Error(`it cannot be defined: ${called.because}`);
  }

  admit(definition: Element): void {
    const because = refusalOf(definition, { mayUse: (path) => this.images.mayUse(path), networks: this.settings.networks });
    if (because !== null) throw new Error(because);
  }

  /** The domain of a workload that is known to be here. */
  async domain(workload: WorkloadId): Promise<Domain> {
    const domain = await this.domains.of(workload);
    if (domain === null) throw new Error(`${workload} is not here any more`);
    return domain;
  }
}

/** So long an action of virsh may take that only starts or ends something. */
export const actMs = 120_000;
const lookEveryMs = 250;

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
