import { spawn, type ChildProcess } from "node:child_process";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found } from "../../protocol.ts";
import type { Changed } from "../driver.ts";
import { messageOf, type LibvirtHost } from "./libvirt-host.ts";
import { connectTo, virshEnvironment } from "./virsh.ts";

const againMs = 5000;
const settleMs = 200;
const lookEveryMs = 60_000;

/** Tells of machines that change by themselves. An event is only a reason to look: what is found then is what counts. */
export class DomainEvents {
  onChange: Changed = () => {};
  readonly #host: LibvirtHost;
  readonly #find: () => Promise<ReadonlyMap<WorkloadId, Found>>;
  /** Is somebody at work with it, who will tell? */
  readonly #isBusy: (workload: WorkloadId) => boolean;
  #last: ReadonlyMap<WorkloadId, Found> | null = null;
  #child: ChildProcess | null = null;
  #cancel: () => void = () => {};

  constructor(host: LibvirtHost, find: () => Promise<ReadonlyMap<WorkloadId, Found>>, isBusy: (workload: WorkloadId) => boolean) {
    this.#host = host;
    this.#find = find;
    this.#isBusy = isBusy;
  }

  begin(): void {
    this.#listen();
    this.#lookIn(0);
  }

  close(): void {
    this.#cancel();
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  #listen(): void {
    if (this.#host.isClosed) return;
    const child = spawn("virsh", [...connectTo(this.#host.settings.uri), "event", "--all", "--loop"], { stdio: ["ignore", "pipe", "ignore"], env: virshEnvironment });
    this.#child = child;
    child.stdout.on("data", () => this.#lookIn(settleMs));
    child.once("error", () => {});
    child.once("close", () => {
      if (this.#child !== child) return;
      this.#host.note("the hypervisor tells no events any more; it is asked again");
      this.#host.clock.after(againMs, () => this.#listen());
    });
  }

  #lookIn(ms: number): void {
    this.#cancel();
    if (!this.#host.isClosed) this.#cancel = this.#host.clock.after(ms, () => { void this.#look(); });
  }

  async #look(): Promise<void> {
    try {
      const [last, now] = [this.#last, await this.#find()];
      this.#last = now;
      const names = last === null ? [] : new Set([...last.keys(), ...now.keys()]);
      for (const workload of names) {
        const found = now.get(workload) ?? "absent";
        if (found !== (last?.get(workload) ?? "absent") && !this.#isBusy(workload)) this.onChange(workload, found);
      }
    } catch (error) {
      if (!this.#host.isClosed) this.#host.note(`the hypervisor cannot be looked at: ${messageOf(error)}`);
    }
    this.#lookIn(lookEveryMs);
  }
}
