import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found, FoundWorkload } from "../../protocol.ts";
import { jsonOf, writeLasting } from "../../trust/index.ts";
import type { Hands } from "../carrying-driver.ts";
import { failed, type Changed, type Course, type Outcome } from "../driver.ts";
import { bytesIn, pack, unpack } from "../parcel.ts";
import { folderName, type Places, type State } from "../place.ts";
import type { Turns } from "../turns.ts";
import type { Interface } from "./network-tools.ts";

/** Which address each workload of this layer stands for, with the length of its prefix. */
export type Addresses = ReadonlyMap<string, string>;

const form = Compile(Type.Object({ workload: Type.String(), address: Type.String() }));
const parcelled = ["address.json"];

/**
 * Virtual addresses of services. Each is a workload of its own: it runs where the address is on the network interface.
 * So it moves as all workloads do: the old holder has confirmed that it let go before the new one may take it, an old
 * holder that is silent is never taken for gone, and everything is done at most once. A host takes only addresses that
 * its own configuration gives to that workload.
 */
export class AddressHands implements Hands {
  readonly layer = "address";
  readonly noun = "addresses";
  readonly #interface: Interface;
  readonly #addresses: Addresses;
  readonly #places: Places;
  readonly #turns: Turns;
  readonly #known = new Map<WorkloadId, Found>();
  #changed: Changed = () => {};
  #endWatching: () => void = () => {};

  constructor(network: Interface, addresses: Addresses, places: Places, turns: Turns) {
    this.#interface = network;
    this.#addresses = addresses;
    this.#places = places;
    this.#turns = turns;
  }

  async find(workload: WorkloadId): Promise<Found> {
    const address = await this.#addressOf(workload);
    if (address === null) return await this.#isIncoming(workload) ? "incoming" : "absent";
    return (await this.#interface.addresses()).includes(address) ? "running" : "stopped";
  }

  async workloads(): Promise<readonly FoundWorkload[]> {
    const held = await this.#interface.addresses();
    const list: FoundWorkload[] = [];
    for (const { workload } of await this.#places.all()) {
      const address = await this.#addressOf(workload);
      if (address !== null) list.push({ workload, found: held.includes(address) ? "running" : "stopped", dataMiB: 0, liveMove: false });
    }
    return list;
  }

  watch(changed: Changed): void {
    this.#changed = changed;
    this.#endWatching = this.#interface.watch(() => { void this.#look().catch(() => {}); });
  }

  close(): Promise<void> {
    this.#endWatching();
    return Promise.resolve();
  }

  async start(key: string, workload: WorkloadId, isNew: boolean, { signal }: Course): Promise<Outcome> {
    if (isNew) {
      const because = await this.#make(key, workload);
      if (because !== null) return failed(because, "absent", { again: false });
    }
    const address = await this.#addressOf(workload);
    if (address === null) return failed("it is not here", "absent", { again: false });
    const other = await this.#interface.holder(address);
    const because = signal.aborted ? "it was ended" : other === null ? null : `${address} is still held by ${other}`;
    if (because !== null) return this.#notTaken(workload, isNew, because);
    await this.#interface.add(address);
    await this.#keep(workload, { wanted: "running" });
    await this.#interface.announce(address);
    return { kind: "done" };
  }

  async resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome> {
    const [state, address] = [await this.#places.state(workload), await this.#addressOf(workload)];
    if (state === null || address === null) return failed("it is not here", await this.find(workload), { ran: isNew });
    if ((await this.#interface.addresses()).includes(address)) {
      await this.#keep(workload, { wanted: "running" });
      await this.#interface.announce(address);
      return { kind: "done" };
    }
    if (isNew && state.arrival === key) await this.#places.delete(this.#places.of(workload));
    return failed("it is not held here", await this.find(workload), { ran: true });
  }

  async stop(workload: WorkloadId): Promise<Outcome> {
    const address = await this.#addressOf(workload);
    if (address === null) return failed("it is not here", "absent", { again: false });
    if ((await this.#interface.addresses()).includes(address)) await this.#interface.remove(address);
    await this.#keep(workload, { wanted: "stopped" });
    return { kind: "done" };
  }

  async delete(workload: WorkloadId): Promise<void> {
    this.#known.delete(workload);
    await this.#places.delete(this.#places.of(workload));
  }

  async pack(workload: WorkloadId): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }> {
    const place = this.#places.of(workload);
    return { bytes: await bytesIn(place, parcelled), data: pack(place, parcelled) };
  }

  async unpack(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, beforeItStays: () => Promise<void>): Promise<void> {
    const folder = await this.#places.makeIncoming(workload);
    await unpack(folder, data);
    const [brought, own] = [await readAddress(folder), this.#addresses.get(workload)];
    if (own === undefined) throw new Error(`${workload} has no address in the configuration of this host`);
    // A copy has the address that this host keeps for it.
    if (brought?.workload === workload && brought.address !== own) throw new Error(`${workload} is ${brought.address} there, and ${own} in the configuration of this host`);
    await writeAddress(folder, workload, own);
    await beforeItStays();
    await this.#places.settle(workload, key);
  }

  dropIncoming(workload: WorkloadId): Promise<void> {
    return this.#places.delete(this.#places.incoming(workload));
  }

  async broughtBy(workload: WorkloadId): Promise<string | null> {
    return (await this.#places.state(workload))?.arrival ?? null;
  }

  /** Why it cannot be made; null when it is here now. */
  async #make(key: string, workload: WorkloadId): Promise<string | null> {
    const address = this.#addresses.get(workload);
    if (address === undefined) return `${workload} has no address in the configuration of this host`;
    if ((await this.#interface.addresses()).includes(address)) return `${address} is on the interface already, and nobody knows by whom`;
    const folder = await this.#places.makeIncoming(workload);
    await writeAddress(folder, workload, address);
    await this.#places.settle(workload, key);
    return null;
  }

  async #notTaken(workload: WorkloadId, isNew: boolean, because: string): Promise<Outcome> {
    if (isNew) await this.delete(workload);
    return failed(because, isNew ? "absent" : "stopped");
  }

  async #keep(workload: WorkloadId, { wanted }: Pick<State, "wanted">): Promise<void> {
    const state = await this.#places.state(workload);
    if (state !== null && state.wanted !== wanted) await this.#places.keep(workload, { ...state, wanted });
    this.#known.set(workload, wanted === "running" ? "running" : "stopped");
  }

  /** Tells of addresses that came or went without a task. */
  async #look(): Promise<void> {
    for (const { workload } of await this.#places.all()) {
      if (this.#turns.isTaken(folderName(workload))) continue;
      const found = await this.find(workload);
      if (found === this.#known.get(workload) || this.#turns.isTaken(folderName(workload))) continue;
      this.#known.set(workload, found);
      this.#changed(workload, found);
    }
  }

  async #addressOf(workload: WorkloadId): Promise<string | null> {
    return await this.#places.state(workload) === null ? null : (await readAddress(this.#places.of(workload)))?.address ?? null;
  }

  async #isIncoming(workload: WorkloadId): Promise<boolean> {
    return this.#places.has(this.#places.incoming(workload));
  }
}

async function readAddress(folder: string): Promise<{ readonly workload: string; readonly address: string } | null> {
  const value = jsonOf(await readFile(join(folder, "address.json"), "utf8"));
  return form.Check(value) ? value : null;
}

function writeAddress(folder: string, workload: WorkloadId, address: string): Promise<void> {
  return writeLasting(join(folder, "address.json"), JSON.stringify({ workload, address }));
}
