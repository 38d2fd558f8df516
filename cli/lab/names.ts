import { join } from "node:path";
import { LabFault } from "./command.ts";

/** Where a lab keeps its files, unless told otherwise. */
export const defaultFolder = "/var/lib/stowage-lab";
/** Where the guests' kernel is kept from one lab to the next. */
export const cacheFolder = "/var/cache/stowage-lab";

/** What everything of a lab is called. */
export interface LabNames {
  readonly name: string;
  /** All that the lab keeps. */
  readonly folder: string;
  /** The network namespace that is the switch between its hosts. */
  readonly switch: string;
}

/** Names become namespaces, folders and parts of socket paths, so they are short and plain. */
export function labNames(name: string, folder: string): LabNames {
  if (!/^[a-z][a-z0-9]{0,11}$/.test(name)) throw new LabFault(`A lab cannot be called ${JSON.stringify(name)}.`, "Give it a name of at most 12 small letters and digits, a letter first.");
  if (!folder.startsWith("/") || folder.length > 60) throw new LabFault(`A lab cannot be kept in ${JSON.stringify(folder)}.`, "Give an absolute path of at most 60 characters: sockets are kept in it, and their paths are limited.");
  return { name, folder: join(folder, name), switch: `stowage-${name}-switch` };
}

/** One host of a lab. */
export interface HostNames {
  readonly host: string;
  readonly number: number;
  readonly namespace: string;
  readonly folder: string;
}

export function hostNames(lab: LabNames, number: number): HostNames {
  const host = `h${number}`;
  return { host, number, namespace: `stowage-${lab.name}-${host}`, folder: join(lab.folder, host) };
}

/** What lies on a host, seen from outside and from inside. */
export const mounts = [
  ["run", "/run"], ["lib", "/var/lib/libvirt"], ["cache", "/var/cache/libvirt"], ["log", "/var/log/libvirt"], ["etc", "/etc/libvirt"],
] as const;

/** The subnet of a lab, by its number. */
export function networkOf(subnet: number): string {
  return `10.213.${subnet}`;
}
