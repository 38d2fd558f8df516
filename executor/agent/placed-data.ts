import type { WorkloadId } from "../../model/ids.ts";
import { bytesIn, pack, unpack } from "./parcel.ts";
import type { Places } from "./place.ts";

/** Workloads that are files in a place, and how they are carried. */
export class PlacedData {
  readonly #places: Places;
  readonly #names: readonly string[];

  /** `names`: what of a place is carried; its state is of this host only. */
  constructor(places: Places, names: readonly string[]) {
    this.#places = places;
    this.#names = names;
  }

  bytes(workload: WorkloadId): Promise<number> {
    return bytesIn(this.#places.of(workload), this.#names);
  }

  async pack(workload: WorkloadId): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }> {
    return { bytes: await this.bytes(workload), data: pack(this.#places.of(workload), this.#names) };
  }

  /** `ready` looks at the files and makes them fit for this host. */
  async unpack(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, ready: (folder: string) => Promise<void>): Promise<void> {
    const folder = await this.#places.makeIncoming(workload);
    await unpack(folder, data, this.#names);
    await ready(folder);
    await this.#places.settle(workload, key);
  }

  dropIncoming(workload: WorkloadId): Promise<void> {
    return this.#places.delete(this.#places.incoming(workload));
  }

  async broughtBy(workload: WorkloadId): Promise<string | null> {
    return (await this.#places.state(workload))?.arrival ?? null;
  }
}
