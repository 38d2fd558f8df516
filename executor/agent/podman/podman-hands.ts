import { createReadStream } from "node:fs";
import { chmod, chown, readFile, stat } from "node:fs/promises";
import { join as pathOf } from "node:path";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found, FoundWorkload } from "../../protocol.ts";
import type { Hands } from "../carrying-driver.ts";
import { failed, type Changed, type Course, type Outcome } from "../driver.ts";
import type { DriverWorld } from "../layer-kind.ts";
import { isInside, folderName } from "../place.ts";
import { Rates } from "../rates.ts";
import { startIt } from "../starting.ts";
import type { Turns } from "../turns.ts";
import { Watcher } from "../watcher.ts";
import { containerOf, defaultGraceMs, forbidden, type Container, type Network } from "./container-file.ts";
import { Making } from "./making.ts";
import { foundOf, incomingName, label, settledName, type Inspected, type Podman } from "./podman.ts";
import { bytesOf, pack, unpack } from "./shipment.ts";

/** How containers are kept on one host. */
export interface PodmanSettings {
  /** The socket of podman's service. */
  readonly socket: string;
  /** A folder of its own, for what the agent must remember. */
  readonly root: string;
  /** Where new workloads come from: a folder each with `container.json`; null when none are begun here. */
  readonly templates: string | null;
  /** Which networks containers may have. */
  readonly networks: readonly Network[];
}

/** What is done with containers. All that must be known of one stands in its labels, so it is there or it is not. */
export class PodmanHands implements Hands {
  readonly layer = "podman";
  readonly noun = "containers";
  readonly #settings: PodmanSettings;
  readonly #world: DriverWorld;
  readonly #podman: Podman;
  readonly #watcher: Watcher;
  readonly #rates: Rates;

  constructor(settings: PodmanSettings, world: DriverWorld, podman: Podman, turns: Turns) {
    this.#settings = settings;
    this.#world = world;
    this.#podman = podman;
    this.#watcher = new Watcher({ noun: this.noun, everyMs: lookEveryMs, look: () => this.#look(), somethingHappens: (signal) => podman.somethingHappens(signal) }, turns, world);
    this.#rates = new Rates(world.clock);
  }

  /** What an agent that died was about to make or to delete is of no use to anybody. */
  async takeUp(): Promise<void> {
    await this.#sweep().catch((error: unknown) => this.#world.note(`remains of containers cannot be looked for: ${error instanceof Error ? error.message : String(error)}`));
    await this.#watcher.begin();
  }

  watch(changed: Changed): void {
    this.#watcher.onChange = changed;
  }

  close(): Promise<void> {
    this.#watcher.close();
    return Promise.resolve();
  }

  version(): Promise<string> {
    return this.#podman.version();
  }

  async find(workload: WorkloadId): Promise<Found> {
    const container = await this.#podman.inspect(settledName(workload));
    if (container !== null) return foundOf(container.State.Status);
    return await this.#podman.inspect(incomingName(workload)) === null ? "absent" : "incoming";
  }

  async workloads(): Promise<readonly FoundWorkload[]> {
    const [containers, uses] = [await this.#podman.containers(), await this.#podman.use()];
    return Promise.all(containers.map(async ({ name, state, labels }) => {
      const workload = (labels[label.workload] ?? "") as WorkloadId;
      if (name !== settledName(workload)) return { workload, found: "incoming" };
      const use = uses.get(name);
      return { workload, found: foundOf(state), liveMove: false, ...await this.#reserved(name, labels), ...(use === undefined ? {} : { use: this.#used(workload, use) }) };
    }));
  }

  async start(key: string, workload: WorkloadId, isNew: boolean, { signal }: Course): Promise<Outcome> {
    const outcome = await startIt(isNew, { make: () => this.#makeFromTemplate(key, workload), start: () => this.#begin(workload, signal), takeAway: () => this.delete(workload) });
    if (outcome.kind === "done") this.#watcher.known(workload, "running");
    return outcome;
  }

  async resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome> {
    // What an agent that died has asked podman for may still be carried out.
    if (await this.find(workload) !== "running") await new Promise<void>((resolve) => { this.#world.clock.after(lateMs, resolve); });
    const container = await this.#podman.inspect(settledName(workload));
    // A new one may have run and been taken away again.
    if (container === null) return failed("it does not run", await this.find(workload), { ran: isNew });
    if (foundOf(container.State.Status) === "running") return { kind: "done" };
    if (isNew && container.Config.Labels?.[label.task] === key) await this.delete(workload);
    return failed("it does not run", await this.find(workload), { ran: true });
  }

  async stop(workload: WorkloadId): Promise<Outcome> {
    const container = await this.#inspected(workload);
    await this.#podman.stop(container.Name, containerIn(container)?.graceMs ?? defaultGraceMs);
    const found = await this.find(workload);
    this.#watcher.known(workload, found);
    return found === "stopped" ? { kind: "done" } : failed(`podman was told to stop it, and it is ${found}`, found);
  }

  async delete(workload: WorkloadId): Promise<void> {
    const container = await this.#podman.inspect(settledName(workload));
    this.#watcher.known(workload, "absent");
    this.#rates.forget(workload);
    await this.#podman.deleteContainer(settledName(workload));
    for (const volume of await this.#podman.volumesOf(folderName(workload))) await this.#podman.deleteVolume(volume);
    if (container !== null) await this.#podman.dropCarriedImage(container.Image);
  }

  async pack(workload: WorkloadId): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }> {
    const container = await this.#inspected(workload);
    const text = container.Config.Labels?.[label.container] ?? "";
    if (containerOf(text) === null) throw new Error(`${workload} was not made by an agent: its label ${label.container} is missing or not in order`);
    return pack(this.#podman, container, text);
  }

  async unpack(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, beforeItStays: () => Promise<void>): Promise<void> {
    const making = new Making(this.#podman, workload, key);
    await unpack(this.#podman, making, data, (container) => {
      const because = forbidden(container, this.#settings.networks);
      if (because !== null) throw new Error(because);
    });
    await beforeItStays();
    await making.settle();
    this.#watcher.known(workload, "stopped");
  }

  async dropIncoming(workload: WorkloadId): Promise<void> {
    const incoming = await this.#podman.inspect(incomingName(workload));
    await this.#podman.deleteContainer(incomingName(workload));
    const kept = await this.#podman.inspect(settledName(workload));
    const used = new Set((kept?.Mounts ?? []).map(({ Name }) => Name));
    for (const volume of await this.#podman.volumesOf(folderName(workload))) {
      if (!used.has(volume)) await this.#podman.deleteVolume(volume);
    }
    if (incoming !== null) await this.#podman.dropCarriedImage(incoming.Image);
  }

  async broughtBy(workload: WorkloadId): Promise<string | null> {
    const container = await this.#podman.inspect(settledName(workload));
    return container === null ? null : container.Config.Labels?.[label.task] ?? "";
  }

  async #makeFromTemplate(key: string, workload: WorkloadId): Promise<string | null> {
    const { templates, networks } = this.#settings;
    const template = templates === null ? null : pathOf(templates, folderName(workload));
    const text = template === null ? null : await readFile(pathOf(template, "container.json"), "utf8").catch(() => null);
    if (template === null || text === null) return `there is no template of ${workload} on this host`;
    const container = containerOf(text);
    if (container === null) return `the container.json of ${workload} is not in order`;
    const because = forbidden(container, networks);
    if (because !== null) return because;
    const archive = pathOf(template, "image.tar");
    if (await this.#podman.image(container.image) === null && await isInside(template, archive)) await this.#podman.loadAny(createReadStream(archive));
    const image = await this.#podman.image(container.image);
    if (image === null) return `image ${container.image} is not on this host`;
    await this.dropIncoming(workload);
    const making = new Making(this.#podman, workload, key);
    for (const volume of Object.keys(container.volumes ?? {})) {
      const content = pathOf(template, "volumes", `${volume}.tar`);
      await making.volume(volume, await isInside(template, content) ? createReadStream(content) : null);
    }
    await making.container(container, text, image.Id);
    await making.settle();
    return null;
  }

  async #begin(workload: WorkloadId, ended: AbortSignal): Promise<Outcome> {
    const before = await this.#inspected(workload);
    const container = containerIn(before);
    if (container === null) return failed(`it was not made by an agent: its label ${label.container} is missing or not in order`, "stopped", { again: false });
    const because = forbidden(container, this.#settings.networks) ?? await this.#beginNow(before);
    const begun = await this.#inspected(workload);
    const ran = begun.State.StartedAt !== before.State.StartedAt;
    if (because === null && await this.#staysUp(begun, container.settleMs ?? defaultSettleMs, ended)) return { kind: "done" };
    await this.#podman.stop(begun.Name, 0);
    if (because !== null && !ran) return failed(because, "stopped", { again: false });
    return failed(ended.aborted ? "it was ended" : because ?? "it ended by itself at once; podman logs may say why", "stopped", { ran: true });
  }

  /** Null when it has been started; otherwise why not. */
  async #beginNow({ Name, Mounts }: Inspected): Promise<string | null> {
    const tops: { readonly path: string; readonly uid: number; readonly gid: number; readonly mode: number }[] = [];
    for (const { Name: volume, Source: path } of Mounts) {
      if (volume === undefined || !await this.#podman.isUnused(volume)) continue;
      const { uid, gid, mode } = await stat(path);
      tops.push({ path, uid, gid, mode });
    }
    if (tops.length > 0) {
      // At its first use podman gives the folder of a volume another owner and other rights than it came with.
      const because = await this.#podman.init(Name);
      if (because !== null) return because;
      for (const { path, uid, gid, mode } of tops) {
        await chown(path, uid, gid);
        await chmod(path, mode & 0o7777);
      }
    }
    return this.#podman.start(Name);
  }

  async #staysUp({ Name, State }: Inspected, forMs: number, ended: AbortSignal): Promise<boolean> {
    const untilMs = this.#world.clock.nowMs() + forMs;
    while (!ended.aborted) {
      const now = await this.#podman.inspect(Name);
      // Another process has been begun after the first has failed.
      if (now?.State.Status !== "running" || now.State.Pid !== State.Pid) return false;
      const leftMs = untilMs - this.#world.clock.nowMs();
      if (leftMs <= 0) return true;
      await new Promise<void>((resolve) => { this.#world.clock.after(Math.min(leftMs, settleLookMs), resolve); });
    }
    return false;
  }

  async #sweep(): Promise<void> {
    const places = new Set((await this.#podman.containers()).map(({ labels }) => labels[label.place]));
    for (const { name, place } of await this.#podman.volumes()) {
      if (!places.has(place)) await this.#podman.deleteVolume(name);
    }
  }

  async #look(): Promise<ReadonlyMap<WorkloadId, Found>> {
    const seen = new Map<WorkloadId, Found>();
    for (const { name, state, labels } of await this.#podman.containers()) {
      const workload = (labels[label.workload] ?? "") as WorkloadId;
      if (name === settledName(workload)) seen.set(workload, foundOf(state));
    }
    return seen;
  }

  async #reserved(name: string, labels: Readonly<Record<string, string>>): Promise<Pick<FoundWorkload, "reservation" | "dataMiB">> {
    const { memoryMiB, cpuMillicores } = containerOf(labels[label.container] ?? "")?.limits ?? {};
    const reservation = { ...(memoryMiB === undefined ? {} : { memoryMiB }), ...(cpuMillicores === undefined ? {} : { cpuMillicores }) };
    const container = await this.#podman.inspect(name);
    const bytes = container === null ? 0 : await bytesOf(this.#podman, container);
    return { dataMiB: Math.ceil(bytes / bytesPerMiB), ...(Object.keys(reservation).length === 0 ? {} : { reservation }) };
  }

  #used(workload: WorkloadId, { cpuMs, memoryMiB }: { readonly cpuMs: number; readonly memoryMiB: number }): Readonly<Record<string, number>> {
    const cpuMillicores = this.#rates.millicores(workload, cpuMs);
    return { memoryMiB, ...(cpuMillicores === null ? {} : { cpuMillicores }) };
  }

  async #inspected(workload: WorkloadId): Promise<Inspected> {
    const container = await this.#podman.inspect(settledName(workload));
    if (container === null) throw new Error(`podman has no container of ${workload} any more`);
    return container;
  }
}

function containerIn({ Config }: Inspected): Container | null {
  return containerOf(Config.Labels?.[label.container] ?? "");
}

const defaultSettleMs = 500;
const bytesPerMiB = 1_048_576;
const settleLookMs = 100;
const lookEveryMs = 10_000;
const lateMs = 3000;
