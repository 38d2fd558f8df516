import type { Importer } from "./importer.ts";
import { libvirt } from "./libvirt.ts";
import { netbox } from "./netbox.ts";
import { openstack } from "./openstack.ts";
import { plainCsv } from "./plain-csv.ts";
import { proxmox } from "./proxmox.ts";
import { rvtools } from "./rvtools.ts";

/** The tools whose inventories can be read, by the name that the command line knows them by. */
export const importers: Readonly<Record<string, Importer>> = { rvtools, libvirt, proxmox, openstack, netbox, csv: plainCsv };
