import type { Continuity, HostStatus } from "../lab/index.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";

/** A lab as it is now. */
interface LabView {
  readonly name: string;
  readonly operatorFile: string;
  readonly hosts: readonly HostStatus[];
}

/** The hosts of a lab with their guests, and how to reach each. */
export function renderLab({ name, operatorFile, hosts }: LabView, { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  const rows = hosts.map(({ host, address, state, libvirt, agent, guests }) => [
    host, state === "on" ? paint.green("on") : paint.red("off"), address, libvirt ? "answers" : "silent", agent ? "runs" : "none",
    guests.map((guest) => `${guest.name} ${guest.state}${guest.address === "" ? "" : ` ${guest.address}`}`).join("\n"),
  ]);
  const table = renderTable([{ head: "Host" }, { head: "" }, { head: "Address" }, { head: "libvirt" }, { head: "Agent" }, { head: "Guests", wraps: 20 }], rows, columns);
  const [first] = hosts;
  if (first === undefined) return `Lab ${name}\n`;
  const named = name === "lab" ? "" : ` --name ${name}`;
  const operator = hosts.some(({ agent }) => agent) ? `As its operator: export STOWAGE_CONFIG=${operatorFile}\n` : "";
  return `Lab ${name}\n\n${table}\n\n${operator}In a host: stowage lab shell ${first.host}${named}\nIts libvirt: virsh -c '${first.libvirtUri}'\n`;
}

/** What the clients of guests noticed. */
export function renderContinuity(seen: readonly (Continuity & { readonly guest: string })[], { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  const rows = seen.map(({ guest, sent, answered, wrong, longestGapMs, ended }) => [
    guest, ended === null ? paint.green("the same") : paint.red(ended), String(sent), String(sent - answered), String(wrong), `${longestGapMs} ms`,
  ]);
  return `\n${renderTable([{ head: "Guest" }, { head: "Connection" }, { head: "Lines", align: "right" }, { head: "Lost", align: "right" }, { head: "Wrong", align: "right" }, { head: "Longest silence", align: "right" }], rows, columns)}\n`;
}
