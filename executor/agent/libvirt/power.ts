import type { WorkloadId } from "../../../model/ids.ts";
import { failed, type Outcome } from "../driver.ts";
import { offAsFailed, type Domain } from "./domains.ts";
import { actMs, type LibvirtHost } from "./libvirt-host.ts";

/** Presses of the power button: a guest that was still booting has not seen the first. */
const pressEveryMs = 10_000;
const lookAgainMs = 5000;
/** A machine that was saved is read back into memory. */
const startMs = 600_000;

/** Starts a machine that is off. What virsh says of it only explains; whether it runs is seen. */
export async function startDomain(host: LibvirtHost, workload: WorkloadId, ended: AbortSignal): Promise<Outcome> {
  const { uuid } = await host.domain(workload);
  const called = await host.virsh.call(["start", `--domain=${uuid}`], startMs);
  const because = called.because === "" ? "it has ended by itself at once" : called.because;
  // When virsh was silent the hypervisor may still be at it.
  if (called.kind === "silent") await host.until(async () => (await host.domains.byUuid(uuid))?.activity === "running", lookAgainMs);
  const untilMs = host.clock.nowMs() + host.settings.settleMs;
  for (;;) {
    const domain = await host.domain(workload);
    if (domain.activity !== "running") return failedStart(host, domain, because, called.kind === "ended" && !called.ok);
    if (ended.aborted) {
      await destroyDomain(host, domain);
      return failed("it was ended", "stopped", { ran: true });
    }
    if (host.clock.nowMs() >= untilMs) return { kind: "done" };
    await host.pause(Math.min(500, Math.max(1, untilMs - host.clock.nowMs())));
  }
}

async function failedStart(host: LibvirtHost, domain: Domain, because: string, isRefused: boolean): Promise<Outcome> {
  if (domain.activity === "off") return failed(because, "stopped", { ran: !(isRefused && domain.reason === offAsFailed) && !(isRefused && domain.reason === 0) });
  await destroyDomain(host, domain);
  return failed(`${because}; it was ${domain.activity}`, "stopped", { ran: true });
}

/** Tells a guest to shut down, and switches its machine off when that may be and it does not. */
export async function stopDomain(host: LibvirtHost, workload: WorkloadId, ended: AbortSignal): Promise<Outcome> {
  const before = await host.domain(workload);
  if (before.activity === "off") return { kind: "done" };
  await beReadyToLeave(host, before);
  const { graceMs, mayDestroy } = host.settings;
  const untilMs = host.clock.nowMs() + graceMs;
  let isOff = false;
  for (let press = 0; !isOff && !ended.aborted && host.clock.nowMs() < untilMs; press++) {
    // A guest that is paused hears nothing.
    if ((await host.domains.byUuid(before.uuid))?.activity === "paused") await host.virsh.call(["resume", `--domain=${before.uuid}`], actMs);
    await host.virsh.call(["shutdown", `--domain=${before.uuid}`, press % 2 === 0 ? "--mode=acpi" : "--mode=acpi,agent"], Math.min(actMs, pressEveryMs));
    isOff = await host.until(() => isDomainOff(host, before.uuid), Math.min(pressEveryMs, Math.max(0, untilMs - host.clock.nowMs())), ended);
  }
  if (isOff) return { kind: "done" };
  if (ended.aborted || !mayDestroy) {
    return failed(ended.aborted ? "it was ended before the guest had shut down" : `the guest has not shut down in ${graceMs} ms, and may not be switched off`, "running");
  }
  host.note(`${workload} has not shut down in ${graceMs} ms and is switched off`);
  await destroyDomain(host, before);
  return { kind: "done" };
}

/** Ends when it is off. */
export async function destroyDomain(host: LibvirtHost, { uuid }: Domain): Promise<void> {
  for (const more of [["--graceful"], []]) {
    await host.virsh.call(["destroy", `--domain=${uuid}`, ...more], actMs);
    if (await host.until(() => isDomainOff(host, uuid), lookAgainMs)) return;
  }
  throw new Error("its machine cannot be switched off");
}

async function isDomainOff(host: LibvirtHost, uuid: string): Promise<boolean> {
  const domain = await host.domains.byUuid(uuid);
  return domain === null || domain.activity === "off";
}

/**
 * Before a machine is stopped or moved: it must be there when it is off, and not start by itself when its host boots, since
 * it may run elsewhere by then.
 */
export async function beReadyToLeave(host: LibvirtHost, domain: Domain): Promise<void> {
  if (!await host.domains.isPersistent(domain)) await host.define(await host.domains.definition(domain), domain.uuid);
  if (!await host.domains.startsByItself(domain)) return;
  const called = await host.virsh.call(["autostart", `--domain=${domain.uuid}`, "--disable"], actMs);
  if (await host.domains.startsByItself(domain)) throw new Error(`it would start by itself with its host: ${called.because}`);
  host.note(`${domain.name} does not start any more by itself when this host boots, since it is stopped or moved`);
}
