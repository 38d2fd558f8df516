import type { Lab } from "./lab.ts";

/** One host of a lab, as it is now. */
export interface HostStatus {
  readonly host: string;
  readonly address: string;
  readonly state: "on" | "off";
  /** Whether its libvirt answers. */
  readonly libvirt: boolean;
  readonly libvirtUri: string;
  /** Whether its agent runs. */
  readonly agent: boolean;
  readonly guests: readonly { readonly name: string; readonly state: string; readonly address: string }[];
}

/** Looks at every host of a lab. */
export function statusOf(lab: Lab): Promise<readonly HostStatus[]> {
  return Promise.all(lab.hosts.map(async (host) => {
    const { address, libvirtUri } = host;
    const isOn = await lab.isOn(host);
    const { status, out } = isOn ? await lab.virsh(host, ["list", "--all"]) : { status: 1, out: "" };
    const guests = out.split("\n").flatMap((line) => {
      const [, name = "", state = ""] = /^\s*\S+\s+(\S+)\s+(\S.*)$/.exec(line) ?? [];
      const known = lab.guests.some((guest) => guest.name === name);
      return name === "" ? [] : [{ name, state, address: known ? lab.addressOf(name) : "" }];
    });
    return { host: host.host, address, state: isOn ? "on" : "off", libvirt: status === 0, libvirtUri, agent: await lab.agentPid(host) !== null, guests };
  }));
}
