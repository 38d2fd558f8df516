import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found } from "../../protocol.ts";
import { folderName } from "../place.ts";
import { PodmanApi, Refused } from "./api.ts";

const labels = Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()]);
const containerForm = Type.Object({
  Id: Type.String(), Name: Type.String(), Image: Type.String(), RestartCount: Type.Optional(Type.Integer()),
  State: Type.Object({ Status: Type.String(), Pid: Type.Integer(), StartedAt: Type.String() }),
  Config: Type.Object({ Labels: labels }),
  Mounts: Type.Array(Type.Object({ Type: Type.String(), Name: Type.Optional(Type.String()), Source: Type.String(), Destination: Type.String() })),
});
const inspected = Compile(containerForm);
const listed = Compile(Type.Union([Type.Null(), Type.Array(Type.Object({ Names: Type.Array(Type.String()), State: Type.String(), Labels: labels }))]));
const imageForm = Compile(Type.Object({ Id: Type.String(), ManifestType: Type.String(), Size: Type.Integer(), RepoTags: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])) }));
const volumeForm = Compile(Type.Object({ Name: Type.String(), Mountpoint: Type.String(), NeedsChown: Type.Optional(Type.Boolean()) }));
const volumesForm = Compile(Type.Union([Type.Null(), Type.Array(Type.Object({ Name: Type.String(), Labels: Type.Optional(labels) }))]));
const created = Compile(Type.Object({ Id: Type.String() }));
const versionForm = Compile(Type.Object({ version: Type.Object({ Version: Type.String() }) }));
const statsForm = Compile(Type.Object({ Stats: Type.Array(Type.Object({ Name: Type.String(), CPUNano: Type.Number(), MemUsage: Type.Number() })) }));

export type Inspected = Static<typeof containerForm>;

/** Labels by which we know what is ours. */
export const label = { workload: "stowage.workload", place: "stowage.place", container: "stowage.container", task: "stowage.task" } as const;

/** Containers of workloads are called so; those that are still coming begin with `i-`. */
export function settledName(workload: WorkloadId): string {
  return folderName(workload);
}

export function incomingName(workload: WorkloadId): string {
  return `i-${folderName(workload)}`;
}

/** Images that came with a workload go with the last one that uses them. */
const carriedRepository = "localhost/stowage-carried";

/** What we ask of podman, in words of ours. */
export class Podman {
  readonly #api: PodmanApi;

  constructor(socket: string) {
    this.#api = new PodmanApi(socket);
  }

  async version(): Promise<string> {
    return (await this.#api.ask(versionForm, { method: "GET", path: ["info"] }))?.version.Version ?? "";
  }

  inspect(name: string): Promise<Inspected | null> {
    return this.#api.ask(inspected, { method: "GET", path: ["containers", name, "json"] });
  }

  /** Every container of a workload of ours. */
  async containers(): Promise<readonly { readonly name: string; readonly state: string; readonly labels: Readonly<Record<string, string>> }[]> {
    const list = await this.#api.ask(listed, { method: "GET", path: ["containers", "json"], query: { all: "true", filters: JSON.stringify({ label: [label.place] }) } });
    return (list ?? []).map(({ Names: [name = ""], State, Labels }) => ({ name, state: State, labels: Labels ?? {} }));
  }

  async create(words: object): Promise<void> {
    if (await this.#api.ask(created, { method: "POST", path: ["containers", "create"], body: words }) === null) throw new Error("podman has no longer the image or volume of a container that is made");
  }

  async rename(name: string, to: string): Promise<void> {
    if (!await this.#api.tell({ method: "POST", path: ["containers", name, "rename"], query: { name: to } })) throw new Error(`podman has no container ${name}`);
  }

  /** Null when it has been started; otherwise why not. */
  start(name: string): Promise<string | null> {
    return this.#begun(name, "start");
  }

  /** Makes everything ready for a start: its volumes are as podman wants them from now on. */
  init(name: string): Promise<string | null> {
    return this.#begun(name, "init");
  }

  async stop(name: string, graceMs: number): Promise<void> {
    const seconds = Math.ceil(graceMs / 1000);
    await this.#api.tell({ method: "POST", path: ["containers", name, "stop"], query: { timeout: String(seconds) }, timeoutMs: seconds * 1000 + stopMarginMs });
  }

  async deleteContainer(name: string): Promise<void> {
    await this.#api.tell({ method: "DELETE", path: ["containers", name], query: { force: "false" } });
  }

  async checkpoint(name: string): Promise<void> {
    if (!await this.#api.tell({ method: "POST", path: ["containers", name, "checkpoint"], timeoutMs: longMs })) throw new Error(`podman has no container ${name}`);
  }

  async restore(name: string): Promise<void> {
    if (!await this.#api.tell({ method: "POST", path: ["containers", name, "restore"], timeoutMs: longMs })) throw new Error(`podman has no container ${name}`);
  }

  image(name: string): Promise<{ readonly Id: string; readonly ManifestType: string; readonly Size: number; readonly RepoTags?: readonly string[] | null } | null> {
    return this.#api.ask(imageForm, { method: "GET", path: ["images", name, "json"] });
  }

  /** An image as an archive that has the same id wherever it is loaded. */
  async *imageArchive(id: string): AsyncGenerator<Buffer> {
    const image = await this.image(id);
    if (image === null) throw new Error(`image ${id} is not on this host any more`);
    const format = image.ManifestType.includes("docker") ? "docker-archive" : "oci-archive";
    yield* await this.#api.stream({ method: "GET", path: ["images", id, "get"], query: { format }, timeoutMs: longMs }) as AsyncIterable<Buffer>;
  }

  /** Takes in an image and checks that it is the one that was meant: an id is a digest of all that is in it. */
  async loadImage(id: string, archive: AsyncIterable<Buffer>): Promise<void> {
    const wasHere = await this.image(id) !== null;
    await this.#api.tell({ method: "POST", path: ["images", "load"], body: archive, timeoutMs: longMs });
    if (await this.image(id) === null) throw new Error(`the image that came is not ${id}`);
    if (!wasHere) await this.#api.tell({ method: "POST", path: ["images", id, "tag"], query: { repo: carriedRepository, tag: id } });
  }

  /** Takes in an image, whatever is in it. */
  async loadAny(archive: AsyncIterable<Buffer>): Promise<void> {
    await this.#api.tell({ method: "POST", path: ["images", "load"], body: archive, timeoutMs: longMs });
  }

  /** Deletes an image that came with a workload and that nobody uses any more. */
  async dropCarriedImage(id: string): Promise<void> {
    const image = await this.image(id);
    const tags = image?.RepoTags ?? [];
    if (tags.length !== 1 || tags[0] !== `${carriedRepository}:${id}`) return;
    await this.#api.tell({ method: "DELETE", path: ["images", id], query: { force: "false" } }).catch((error: unknown) => {
      // It is in use.
      if (!(error instanceof Refused)) throw error;
    });
  }

  /** A volume that is new and empty; its content is at the path. */
  async createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<string> {
    const volume = await this.#api.ask(volumeForm, { method: "POST", path: ["volumes", "create"], body: { Name: name, Labels: labels } });
    if (volume === null) throw new Error(`podman does not make volume ${name}`);
    return volume.Mountpoint;
  }

  /** Will podman change the owner of the volume's folder when it is used for the first time? */
  async isUnused(volume: string): Promise<boolean> {
    return (await this.#api.ask(volumeForm, { method: "GET", path: ["volumes", volume, "json"] }))?.NeedsChown === true;
  }

  /** Every volume of a workload of ours. */
  async volumes(): Promise<readonly { readonly name: string; readonly place: string }[]> {
    const list = await this.#api.ask(volumesForm, { method: "GET", path: ["volumes", "json"] });
    return (list ?? []).flatMap(({ Name, Labels }) => (Labels?.[label.place] === undefined ? [] : [{ name: Name, place: Labels[label.place] ?? "" }]));
  }

  async volumesOf(place: string): Promise<readonly string[]> {
    return (await this.volumes()).filter((volume) => volume.place === place).map(({ name }) => name);
  }

  async deleteVolume(name: string): Promise<void> {
    await this.#api.tell({ method: "DELETE", path: ["volumes", name], query: { force: "false" } });
  }

  /** What running containers use, by name. */
  async use(): Promise<ReadonlyMap<string, { readonly cpuMs: number; readonly memoryMiB: number }>> {
    const stats = await this.#api.ask(statsForm, { method: "GET", path: ["containers", "stats"], query: { stream: "false" } });
    return new Map((stats?.Stats ?? []).map(({ Name, CPUNano, MemUsage }) => [Name, { cpuMs: CPUNano / 1e6, memoryMiB: Math.ceil(MemUsage / bytesPerMiB) }]));
  }

  /** Ends when something has happened to a container, or when podman ends the line. */
  async somethingHappens(signal: AbortSignal): Promise<void> {
    const query = { stream: "true", filters: JSON.stringify({ type: ["container"] }) };
    const stream = await this.#api.stream({ method: "GET", path: ["events"], query, timeoutMs: longMs, signal });
    for await (const _ of stream as AsyncIterable<Buffer>) return;
  }

  async #begun(name: string, how: "start" | "init"): Promise<string | null> {
    try {
      return await this.#api.tell({ method: "POST", path: ["containers", name, how] }) ? null : "podman has no such container";
    } catch (error) {
      if (error instanceof Refused) return error.message;
      throw error;
    }
  }
}

/** What podman's word for a container's state means; of one that is being taken away or is in a state unknown to podman itself nothing can be said. */
export function foundOf(state: string): Found {
  switch (state) {
    case "running": case "stopping": return "running";
    case "paused": return "paused";
    case "created": case "configured": case "initialized": case "exited": case "stopped": return "stopped";
    default: throw new Error(`podman says of a container that it is ${state}`);
  }
}

const bytesPerMiB = 1_048_576;
const stopMarginMs = 30_000;
const longMs = 600_000;
