import type { HostStatus } from "../lab/index.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";

/** The hosts of a lab with their guests, and how to reach each. */
export function renderLab(name: string, hosts: readonly HostStatus[], { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  const rows = hosts.map(({ host, address, state, libvirt, guests }) => [
    host, state === "on" ? paint.green("on") : paint.red("off"), address, libvirt ? "answers" : "silent",
    guests.map((guest) => `${guest.name} ${guest.state}${guest.address === "" ? "" : ` ${guest.address}`}`).join("\n"),
  ]);
  const table = renderTable([{ head: "Host" }, { head: "" }, { head: "Address" }, { head: "libvirt" }, { head: "Guests", wraps: 20 }], rows, columns);
  const [first] = hosts;
  const reach = first === undefined ? "" : `\nIn a host: stowage lab shell ${first.host} --name ${name}\nIts libvirt: virsh -c '${first.libvirtUri}'\n`;
  return `Lab ${name}\n\n${table}\n${reach}`;
}
