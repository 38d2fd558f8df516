import { createHash } from "node:crypto";
import type { WorkloadId } from "../../../model/ids.ts";
import { folderName } from "../place.ts";
import { creationOf, type Container } from "./container-file.ts";
import { incomingName, label, settledName, type Podman } from "./podman.ts";
import { extract } from "./volume-data.ts";

/** A container that is being made by one task. It becomes a workload when it is renamed, and not before. */
export class Making {
  readonly #podman: Podman;
  readonly #workload: WorkloadId;
  readonly #key: string;
  readonly #volumes: Record<string, string> = {};

  constructor(podman: Podman, workload: WorkloadId, key: string) {
    this.#podman = podman;
    this.#workload = workload;
    this.#key = key;
  }

  /** A volume with what is in an archive; empty without one: then podman fills it with what the image has there. */
  async volume(name: string, archive: AsyncIterable<Buffer> | null): Promise<void> {
    const digest = createHash("sha256").update(this.#key).digest("hex").slice(0, 16);
    const volume = `v-${createHash("sha256").update(folderName(this.#workload)).digest("hex").slice(0, 16)}-${digest}-${name}`;
    const folder = await this.#podman.createVolume(volume, this.#labels());
    if (archive !== null) await extract(folder, archive);
    this.#volumes[name] = volume;
  }

  async container(container: Container, text: string, imageId: string): Promise<void> {
    const labels = { ...this.#labels(), [label.container]: text, [label.task]: this.#key };
    await this.#podman.create(creationOf(container, { name: incomingName(this.#workload), imageId, labels, volumes: this.#volumes }));
  }

  settle(): Promise<void> {
    return this.#podman.rename(incomingName(this.#workload), settledName(this.#workload));
  }

  #labels(): Readonly<Record<string, string>> {
    return { [label.workload]: this.#workload, [label.place]: folderName(this.#workload) };
  }
}
