import type { LibvirtHost } from "./libvirt-host.ts";
import type { Element } from "./xml.ts";

const wholeSince = 9;

/**
 * Why a machine might not keep its memory if it moved while it runs; null when it would. QEMU before 9.0 may forget that an
 * emulated processor writes to a page again that has been carried already: the guest then goes on with old pages.
 */
export async function memoryRiskOf({ settings, domains }: LibvirtHost, definition: Element): Promise<string | null> {
  if (definition.attributes["type"] !== "qemu" || settings.live?.emulated === true) return null;
  const version = await domains.emulatorVersion();
  if (Number.parseInt(version, 10) >= wholeSince) return null;
  return `it is emulated (type "qemu"), and QEMU ${version} may lose some of its memory while it is carried; ${wholeSince}.0 does not: move it stopped, or allow it with live.emulated`;
}
