import type { HostId, WorkloadId } from "../../../model/ids.ts";
import { failed, type Outcome } from "../driver.ts";
import { Domains, type Domain } from "./domains.ts";
import { isWhole } from "./incoming.ts";
import { actMs, messageOf, type LibvirtHost } from "./libvirt-host.ts";
import { VirshShell } from "./virsh-shell.ts";

const goesOnMs = 5000;

/** The host that must let go of a machine which has come whole and waits here; null when none waits, or not all of it is here. */
export async function awaitedBy(host: LibvirtHost, workload: WorkloadId, domain: Domain): Promise<HostId | null> {
  const note = await host.arrivals.of(workload);
  return note?.stage === "expected" && note.from !== undefined && await host.domains.waitsWhole(domain) ? note.from as HostId : null;
}

/**
 * A machine that waits whole goes on as it is; null when none does. Whoever asks for this knows that its source has let go,
 * or that a person has said it to be dead; what the source's hypervisor says all the same counts for more.
 */
export async function goOn(host: LibvirtHost, workload: WorkloadId): Promise<Outcome | null> {
  const domain = await host.domains.of(workload);
  const from = domain === null ? null : await awaitedBy(host, workload, domain);
  if (domain === null || from === null) return null;
  const there = await activityOn(host, from, domain);
  if (there !== null) return failed(`it waits here for ${from} to let it go, where it is ${there}`, "incoming");
  const called = await host.virsh.call(["resume", `--domain=${domain.uuid}`], actMs);
  const isServing = await host.until(async () => (await host.domains.byUuid(domain.uuid))?.activity === "running", goesOnMs);
  if (!isServing) return failed(`it does not go on: ${called.because}`, "incoming");
  await isWhole(host, workload);
  return { kind: "done" };
}

/** What a machine is doing on the host that it comes from; null when it is off there, gone, or the host is silent. */
async function activityOn(host: LibvirtHost, from: HostId, { uuid }: Domain): Promise<string | null> {
  const peer = host.settings.live?.peers.get(from);
  if (peer === undefined) return null;
  const shell = new VirshShell(peer.uri, host);
  try {
    const there = await new Domains(shell).byUuid(uuid);
    return there === null || there.activity === "off" ? null : there.activity;
  } catch (error) {
    host.note(`the hypervisor of ${from} does not say whether it has let go: ${messageOf(error)}; it is said to be dead`);
    return null;
  } finally {
    shell.close();
  }
}
