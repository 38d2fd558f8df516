import type { WallClock } from "../../../model/clock.ts";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found, FoundWorkload } from "../../protocol.ts";
import { CarryingDriver, type Hands, type Migrating } from "../carrying-driver.ts";
import { failed, type Changed, type Checkpointing, type Course, type Outcome } from "../driver.ts";
import { folderName } from "../place.ts";
import { Rates } from "../rates.ts";
import { Refusals } from "../refusals.ts";
import { Turns } from "../turns.ts";
import { Applications } from "./applications.ts";
import { backUp } from "./backup.ts";
import { carriedOf } from "./carried.ts";
import { Checkpoints } from "./checkpoints.ts";
import { deleteDomain } from "./delete-domain.ts";
import { packDisks } from "./disk-parcel.ts";
import { DomainEvents } from "./domain-events.ts";
import type { Domain } from "./domains.ts";
import { dropIncoming, isWhole, makeFromTemplate, takeIn } from "./incoming.ts";
import { LibvirtHost, messageOf, type LibvirtSettings, type LibvirtWorld } from "./libvirt-host.ts";
import { LiveMove } from "./live-move.ts";
import { factsOf } from "./machine-facts.ts";
import { startDomain, stopDomain } from "./power.ts";
import { awaitedBy, goOn } from "./waiting.ts";
import { writeXml } from "./xml.ts";

/** Opens the driver of virtual machines that libvirt keeps. */
export async function openLibvirtDriver(settings: LibvirtSettings, world: LibvirtWorld & { readonly clock: Pick<WallClock, "utcMs"> }): Promise<CarryingDriver> {
  const host = await LibvirtHost.open(settings, world);
  const turns = new Turns();
  return new CarryingDriver(new LibvirtHands(host, turns, () => world.clock.utcMs()), world, await Refusals.open(settings.root), turns);
}

/** What is done with virtual machines, each of which is a workload. */
class LibvirtHands implements Hands {
  readonly layer = "libvirt";
  readonly noun = "virtual machines";
  readonly #host: LibvirtHost;
  readonly #events: DomainEvents;
  readonly #rates: Rates;
  readonly #applications: Applications;
  readonly #kept: Checkpoints;
  readonly checkpoints: Checkpointing;

  constructor(host: LibvirtHost, turns: Turns, utcMs: () => number) {
    this.#host = host;
    this.#kept = new Checkpoints(host, utcMs);
    this.checkpoints = {
      list: async (workload) => (await this.#kept.list(workload)).map(({ name, takenAtMs }) => ({ name, takenAtMs })),
      take: async (workload, name) => void await this.#kept.take(workload, name),
      drop: (workload, name) => this.#kept.delete(workload, name),
    };
    this.#rates = new Rates(host.clock);
    this.#applications = new Applications(host);
    this.#events = new DomainEvents(host, () => this.#foundNow(), (workload) => turns.isTaken(folderName(workload)));
    this.#events.begin();
  }

  async find(workload: WorkloadId): Promise<Found> {
    return this.#foundAs(workload, await this.#host.domains.of(workload));
  }

  async workloads(): Promise<readonly FoundWorkload[]> {
    const [all, stats] = [await this.#host.domains.workloads(), await this.#host.domains.stats()];
    const facts: FoundWorkload[] = [];
    for (const { workload, domain } of all) {
      const found = await factsOf(this.#host, workload, domain, await this.#foundAs(workload, domain), stats.get(domain.name) ?? new Map(), this.#rates);
      const inside = await this.#applications.of(workload, domain).catch((error: unknown) => {
        this.#host.note(`the applications of ${workload} cannot be looked at: ${messageOf(error)}`);
        return null;
      });
      const from = domain.activity === "paused" ? await awaitedBy(this.#host, workload, domain) : null;
      facts.push({ ...found, ...(from === null ? {} : { waitsFor: from }), ...(inside === null ? {} : { applications: inside.map(({ application }) => application), inside }) });
    }
    return facts;
  }

  version(): Promise<string> {
    return this.#host.domains.version();
  }

  watch(changed: Changed): void {
    this.#events.onChange = changed;
  }

  close(): Promise<void> {
    this.#events.close();
    this.#host.close();
    return Promise.resolve();
  }

  async start(key: string, workload: WorkloadId, isNew: boolean, { signal }: Course): Promise<Outcome> {
    if (isNew) {
      const because = await makeFromTemplate(this.#host, workload, key).catch(messageOf);
      if (because !== null) {
        await dropIncoming(this.#host, workload, key);
        return failed(because, "absent", { again: false });
      }
    }
    const outcome = await startDomain(this.#host, workload, signal);
    if (outcome.kind === "done" || !isNew || outcome.found !== "stopped") return outcome;
    await deleteDomain(this.#host, workload);
    return { ...outcome, found: "absent" };
  }

  goOn(workload: WorkloadId): Promise<Outcome | null> {
    return goOn(this.#host, workload);
  }

  /** Done is what the restoring itself has done: whatever else runs there has not come from the checkpoint. */
  async startFrom(workload: WorkloadId, checkpoint: string): Promise<Outcome> {
    const because = await this.#kept.restore(workload, checkpoint).then(() => null, messageOf);
    if (because === null) return { kind: "done" };
    const found = await this.find(workload);
    if (found === "paused") throw new Error(because);
    return failed(because, found, { again: false, ran: true });
  }

  async resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome> {
    const found = await this.find(workload);
    if (found === "paused") throw new Error("its start has not ended yet");
    const left = await this.#kept.settle(workload);
    if (left !== null) return failed(left, found, { again: false, ran: true });
    if (found === "running") return { kind: "done" };
    if (!isNew) return failed("it does not run", found, { ran: found === "stopped" });
    await dropIncoming(this.#host, workload, key);
    // Only what this very task has made is taken away again.
    if (await this.broughtBy(workload) === key) await deleteDomain(this.#host, workload);
    return failed("it does not run", await this.find(workload), { ran: true });
  }

  stop(workload: WorkloadId, { signal }: Course): Promise<Outcome> {
    return stopDomain(this.#host, workload, signal);
  }

  async delete(workload: WorkloadId): Promise<void> {
    await deleteDomain(this.#host, workload);
    this.#rates.forget(workload);
  }

  async tellApplication(workload: WorkloadId, application: string, wish: "running" | "stopped"): Promise<string | null> {
    return this.#applications.tell(workload, await this.#host.domain(workload), application, wish);
  }

  migrate(key: string, work: Migrating, course: Course): Promise<Outcome> {
    return new LiveMove(this.#host, key, work, course).perform();
  }

  resolveMigrate(key: string, work: Migrating, course: Course): Promise<Outcome> {
    return new LiveMove(this.#host, key, work, course).resolve();
  }

  async pack(workload: WorkloadId, ended: AbortSignal): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }> {
    const domain = await this.#host.domain(workload);
    if (domain.activity === "off" && await this.#host.domains.hasSave(domain)) throw new Error("it was saved with its memory, which is not carried: start it, or drop that with `virsh managedsave-remove`");
    const carried = await carriedOf(this.#host.images, await this.#host.domains.definition(domain));
    const { definition, disks, files, drop } = domain.activity === "off" ? { ...carried, drop: () => Promise.resolve() } : await backUp(this.#host, workload, domain, carried, ended);
    const head = { kind: "carry" as const, workload, definition: writeXml(definition), disks: [...disks] };
    return { bytes: disks.reduce((sum, { usedBytes }) => sum + usedBytes, 0), data: this.#watched(packDisks(head, files, ended), domain, drop) };
  }

  unpack(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, beforeItStays: () => Promise<void>): Promise<void> {
    return takeIn(this.#host, workload, key, data, beforeItStays);
  }

  dropIncoming(workload: WorkloadId, key: string): Promise<void> {
    return dropIncoming(this.#host, workload, key);
  }

  async broughtBy(workload: WorkloadId): Promise<string | null> {
    if (!await isWhole(this.#host, workload)) return null;
    return (await this.#host.arrivals.of(workload))?.key ?? "";
  }

  /** Disks that were read while somebody started their machine are not sent to their end. */
  async *#watched(data: AsyncGenerator<Buffer>, { uuid, activity }: Domain, drop: () => Promise<void>): AsyncGenerator<Buffer> {
    try {
      let last: Buffer | null = null;
      for await (const chunk of data) {
        if (last !== null) yield last;
        last = chunk;
      }
      if (activity === "off" && (await this.#host.domains.byUuid(uuid))?.activity !== "off") throw new Error("it was started while its disks were read");
      if (last !== null) yield last;
    } finally {
      await drop();
    }
  }

  async #foundNow(): Promise<ReadonlyMap<WorkloadId, Found>> {
    const found = new Map<WorkloadId, Found>();
    for (const { workload, domain } of await this.#host.domains.workloads()) found.set(workload, await this.#foundAs(workload, domain));
    return found;
  }

  async #foundAs(workload: WorkloadId, domain: Domain | null): Promise<Found> {
    const note = domain === null || domain.activity === "paused" ? await this.#host.arrivals.of(workload) : null;
    switch (domain?.activity) {
      case undefined: return note === null || note.stage === "here" ? "absent" : "incoming";
      case "running": case "ending": return "running";
      case "paused": return note?.stage === "expected" ? "incoming" : "paused";
      case "off": return "stopped";
    }
  }
}
