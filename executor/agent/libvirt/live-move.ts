import { once } from "node:events";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Migrating } from "../carrying-driver.ts";
import { failed, type Course, type Outcome } from "../driver.ts";
import { carriedOf, type Carried } from "./carried.ts";
import { disksOf, memoryMiB } from "./definition.ts";
import { packDisks } from "./disk-parcel.ts";
import { deleteDomain } from "./delete-domain.ts";
import { Domains, offAsMigrated, pausedAsPostCopyFailed, type Domain } from "./domains.ts";
import { memoryRiskOf } from "./emulated.ts";
import { actMs, messageOf, type LibvirtHost, type LiveMoves, type Peer } from "./libvirt-host.ts";
import { hasEnded, processOf } from "./machine-process.ts";
import { beReadyToLeave, destroyDomain } from "./power.ts";
import { VirshShell } from "./virsh-shell.ts";
import type { Called } from "./virsh.ts";
import { writeXml } from "./xml.ts";

const moveMs = 24 * 3_600_000;
const lookEveryMs = 500;
const lookAgainMs = 50;
const lookForEndMs = 10;
const bytesPerMiB = 1_048_576;

/** The two ends of a move, as they are asked and told. */
interface Ends {
  readonly workload: WorkloadId;
  readonly uuid: string;
  readonly shell: VirshShell;
  readonly there: Domains;
}

/** Moves a machine while it runs; at every instant it runs in one place at most. */
export class LiveMove {
  readonly #host: LibvirtHost;
  readonly #work: Migrating;
  readonly #key: string;
  readonly #course: Course;
  /** Looks at two paused ends before the source is told to go on, and how often it is told. */
  #patience = 40;
  #resumes = 5;

  constructor(host: LibvirtHost, key: string, work: Migrating, course: Course) {
    this.#host = host;
    this.#key = key;
    this.#work = work;
    this.#course = course;
  }

  async perform(): Promise<Outcome> {
    const { workload, to } = this.#work;
    const live = this.#host.settings.live;
    const peer = live?.peers.get(to);
    if (live === null || live === undefined || peer === undefined) return failed(`the configuration does not say how the hypervisor of ${to} is reached`, "running", { again: false });
    const domain = await this.#host.domain(workload);
    const risk = await memoryRiskOf(this.#host, await this.#host.domains.definition(domain));
    if (risk !== null) return failed(risk, "running", { again: false });
    const ends = this.#endsAt(peer, domain.uuid);
    try {
      // It is connected while the guest is carried, and not only when it is needed.
      void ends.shell.read("hostname").catch(() => {});
      const carried = await this.#expectThere(domain);
      const because = typeof carried === "string" ? carried : (await this.#migrate(live, peer, ends, domain, carried)).because;
      return await this.#settle(ends, because === "" ? "it did not arrive" : because);
    } finally {
      ends.shell.close();
    }
  }

  /** After a crash: an ending that is under way is waited for, what has not ended is ended. */
  async resolve(): Promise<Outcome> {
    const { workload, to } = this.#work;
    const peer = this.#host.settings.live?.peers.get(to);
    if (peer === undefined) throw new Error(`the configuration does not say any more how the hypervisor of ${to} is reached`);
    const domain = await this.#host.domains.of(workload);
    if (domain === null && await this.#host.carrier.arrived(to, workload, this.#key) !== "whole") return failed("it is not here", "absent", { again: false });
    const ends = this.#endsAt(peer, domain?.uuid ?? "");
    return this.#settle(ends, "it was interrupted", true).finally(() => ends.shell.close());
  }

  #endsAt(peer: Peer, uuid: string): Ends {
    const shell = new VirshShell(peer.uri, this.#host);
    return { workload: this.#work.workload, uuid, shell, there: new Domains(shell) };
  }

  /** Tells the other side what is to come, or says why it cannot. */
  async #expectThere(domain: Domain): Promise<Carried | string> {
    const { workload, to } = this.#work;
    try {
      await beReadyToLeave(this.#host, domain);
      const definition = await this.#host.domains.definition(domain);
      const carried = await carriedOf(this.#host.images, definition);
      const drive = disksOf(definition).find(({ device, source }) => device !== "disk" && source !== null && !this.#host.images.isShared(source));
      if (drive !== undefined) throw new Error(`drive ${drive.target} holds ${JSON.stringify(drive.source)}, which the other host does not have: eject it first`);
      const head = { kind: "expect" as const, workload, from: this.#work.from, definition: writeXml(definition), disks: [...carried.disks] };
      await this.#host.carrier.send(to, workload, this.#key, packDisks(head, [], this.#course.signal), this.#course.signal);
      return carried;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #migrate(live: LiveMoves, peer: Peer, ends: Ends, domain: Domain, { disks, definition }: Carried): Promise<Called> {
    const { uuid } = domain;
    const over = new AbortController();
    const abort = async (): Promise<void> => {
      // The job may not have begun yet, and cannot be ended then.
      while (!over.signal.aborted) {
        await this.#host.virsh.call(["domjobabort", `--domain=${uuid}`], actMs);
        await this.#host.pause(lookEveryMs);
      }
    };
    const watching = this.#watch(uuid, disks.reduce((sum, { bytes }) => sum + bytes, memoryMiB(definition) * bytesPerMiB), live.postCopyAfterMs, over.signal);
    // Nobody waits for the last look at it.
    watching.catch(() => {});
    const aborting = (this.#course.signal.aborted ? abort() : once(this.#course.signal, "abort", { signal: over.signal }).then(abort)).catch(() => {});
    const handing = live.handOver ? this.#handOver(ends, await processOf(domain), over.signal).catch(() => {}) : Promise.resolve();
    const called = await this.#host.virsh.call(migrateArguments(live, peer, uuid, disks.map(({ target }) => target)), moveMs);
    over.abort();
    await Promise.all([aborting, handing]);
    return called;
  }

  /** The guest goes on there once its process here is seen to have ended, which libvirt says only some 0.2 s later. */
  async #handOver({ uuid, shell, there }: Ends, process: number | null, over: AbortSignal): Promise<void> {
    if (process === null) return;
    while (!hasEnded(process)) {
      if (over.aborted) return;
      await this.#host.pause(lookForEndMs);
    }
    // One that has not all of its memory yet waits too, but is not kept yet.
    if (await there.isPausedAndKept(uuid)) await shell.read("resume", `--domain=${uuid}`);
  }

  /** Of its disks and memory together; memory that changes is carried again, so the end is never told before it is there. */
  async #watch(uuid: string, bytes: number, postCopyAfterMs: number | null, over: AbortSignal): Promise<void> {
    let switchAtMs = postCopyAfterMs === null ? Number.POSITIVE_INFINITY : this.#host.clock.nowMs() + postCopyAfterMs;
    while (!over.aborted) {
      const domain = await this.#host.domains.byUuid(uuid);
      const job = domain === null ? null : await this.#host.domains.job(domain);
      if (job !== null) this.#course.progress(Math.min(990, Math.floor((1000 * job.processed) / Math.max(1, bytes))));
      // Before its memory is on its way the guest cannot go first.
      if (job !== null && job.memoryProcessed > 0 && this.#host.clock.nowMs() >= switchAtMs) {
        const called = await this.#host.virsh.call(["migrate-postcopy", `--domain=${uuid}`], actMs);
        if (called.kind === "ended" && called.ok) switchAtMs = Number.POSITIVE_INFINITY;
      }
      await this.#host.pause(lookEveryMs);
    }
  }

  async #settle(ends: Ends, because: string, interrupted = false): Promise<Outcome> {
    for (;;) {
      const outcome = await this.#look(ends, because, interrupted).catch((error: unknown) => {
        this.#host.note(`how the move of ${ends.workload} to ${this.#work.to} has ended is not known yet: ${messageOf(error)}`);
        return "unknown" as const;
      });
      if (outcome !== null && outcome !== "unknown") return outcome;
      await this.#host.pause(outcome === null ? lookAgainMs : lookEveryMs);
    }
  }

  /** Looks at both ends, and does the one thing that may be done about what it sees; null when it must look again. */
  async #look({ workload, uuid, shell, there }: Ends, because: string, interrupted: boolean): Promise<Outcome | null> {
    const here = await this.#host.domains.of(workload);
    if (here !== null && await this.#host.domains.job(here) !== null) {
      if (interrupted || this.#course.signal.aborted) await this.#host.virsh.call(["domjobabort", `--domain=${here.uuid}`], actMs);
      return null;
    }
    const other = await (uuid === "" ? there.of(workload) : there.byUuid(uuid));
    const isServing = other?.activity === "running" || other?.activity === "ending";
    switch (here?.activity) {
      case "running": case "ending":
        if (isServing) throw new Error("it runs on both hosts: somebody must switch one of them off");
        return this.#failed(because, "running");
      case "paused": return this.#lookAtPaused(here, other, because);
      case "off": case undefined:
        if (other?.activity === "paused" && (here === null || here.reason === offAsMigrated || await there.isPersistent(other))) {
          // The source has let go, and only now the guest goes on.
          await shell.read("resume", `--domain=${other.uuid}`);
          return null;
        }
        if (isServing || (other?.activity === "off" && here?.reason === offAsMigrated)) return this.#done();
        return this.#failed(here === null ? "it is not here any more" : `it went off while it was moved: ${because}`, here === null ? "absent" : "stopped");
    }
  }

  /** The target's copy has not run: the source goes on, and then the copy is of no use. */
  async #lookAtPaused(here: Domain, other: Domain | null, because: string): Promise<Outcome | null> {
    if (here.reason === pausedAsPostCopyFailed || other?.reason === pausedAsPostCopyFailed) await this.#goOnAfterwards(here);
    else if (other?.activity === "running") await destroyDomain(this.#host, here);
    else if (other !== null && this.#host.settings.live?.handOver === false && this.#patience > 0) {
      // The hypervisors may still be about to agree between themselves.
      this.#patience--;
    } else if (this.#resumes > 0) {
      this.#resumes--;
      await this.#host.virsh.call(["resume", `--domain=${here.uuid}`], actMs);
    } else return this.#failed(`${because}; and it does not go on`, "paused");
    return null;
  }

  /** Half of the memory is on each side: there is only one way, forwards. */
  async #goOnAfterwards(here: Domain): Promise<void> {
    const live = this.#host.settings.live;
    const peer = live?.peers.get(this.#work.to);
    if (live === null || live === undefined || peer === undefined) throw new Error("the configuration does not say how the other hypervisor is reached");
    await this.#host.virsh.call([...migrateArguments(live, peer, here.uuid, []), "--postcopy-resume"], moveMs);
  }

  /** It serves there, and the other side knows that it has all of it: what is here is deleted. */
  async #done(): Promise<Outcome | null> {
    const { workload, to } = this.#work;
    if (await this.#host.carrier.arrived(to, workload, this.#key) !== "whole") throw new Error(`${to} does not say that it has ${workload}`);
    await deleteDomain(this.#host, workload);
    return { kind: "done" };
  }

  /** It has failed only when nothing of it is left on the other side; null while that is not known. */
  async #failed(because: string, found: "running" | "paused" | "stopped" | "absent"): Promise<Outcome | null> {
    const { workload, to } = this.#work;
    await this.#host.carrier.discard(to, workload, this.#key);
    const arrival = await this.#host.carrier.arrived(to, workload, this.#key);
    if (arrival === "another") return failed(`${to} has ${workload} already`, found, { again: false });
    return arrival === "nothing" ? failed(because, found) : null;
  }
}

function migrateArguments(live: LiveMoves, { uri, memoryUri }: Peer, uuid: string, disks: readonly string[]): readonly string[] {
  return [
    "migrate", "--live", "--p2p", "--persistent", "--abort-on-error", `--domain=${uuid}`, `--desturi=${uri}`, ...(memoryUri === null ? [] : [`--migrateuri=${memoryUri}`]),
    ...(live.handOver ? ["--suspend"] : []), ...(disks.length === 0 ? [] : ["--copy-storage-all", `--migrate-disks=${disks.join(",")}`]),
    ...(live.bandwidth === null ? [] : [`--bandwidth=${live.bandwidth}`]), ...(live.compressed ? ["--compressed"] : []), ...(live.autoConverge ? ["--auto-converge"] : []),
    ...(live.postCopyAfterMs === null ? [] : ["--postcopy"]),
  ];
}
