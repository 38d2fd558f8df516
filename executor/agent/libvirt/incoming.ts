import { cp, mkdir, readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { WorkloadId } from "../../../model/ids.ts";
import { folderName } from "../place.ts";
import { isMissing } from "../../trust/index.ts";
import { disksOf, withDiskFiles, withIdentity, withOwnAddresses } from "./definition.ts";
import { DiskParcel, refusalOfDisk, type Head } from "./disk-parcel.ts";
import { domainName, markedWorkload } from "./domains.ts";
import type { LibvirtHost } from "./libvirt-host.ts";
import { destroyDomain } from "./power.ts";
import { childOf, parseXml, textOf, type Element } from "./xml.ts";

/** A machine that is being made here: its definition, and parts of its disks with the places that they will have. */
interface Making {
  readonly workload: WorkloadId;
  readonly key: string;
  readonly definition: Element;
  readonly disks: readonly { readonly part: string; readonly way: string }[];
}

/** Takes in a machine that another host brings. */
export async function takeIn(host: LibvirtHost, workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, beforeItStays: () => Promise<void>): Promise<void> {
  const parcel = new DiskParcel(data);
  try {
    await takeParcel(host, workload, key, parcel, beforeItStays);
  } finally {
    await parcel.close();
  }
}

async function takeParcel(host: LibvirtHost, workload: WorkloadId, key: string, parcel: DiskParcel, beforeItStays: () => Promise<void>): Promise<void> {
  const head = await parcel.head();
  const other = await host.arrivals.of(workload);
  if (other !== null && other.key !== key && other.stage !== "here") throw new Error(`${workload} is on its way here already`);
  const definition = await definitionFor(host, workload, head);
  host.admit(definition);
  await mustBeNew(host, definition);
  await host.images.mustHold(head.disks.reduce((sum, { usedBytes }) => sum + usedBytes, 0));
  const ways = new Map(disksOf(definition).flatMap(({ target, source }) => {
    const way = source === null ? null : host.images.ours(source);
    return way === null ? [] : [[target, way] as const];
  }));
  const disks = head.disks.map((disk) => ({ ...disk, way: ways.get(disk.target) ?? "" }));
  if (disks.some(({ way }) => way === "") || new Set(disks.map(({ way }) => way)).size !== ways.size) throw new Error("its disks are not those of its definition");
  const shares = disksOf(definition).find(({ target, device, source, isReadonly, isShareable }) => device === "disk" && source !== null && !isReadonly && !isShareable && !ways.has(target));
  if (shares !== undefined && head.workload !== workload) throw new Error(`its disk ${shares.target} would be that of ${head.workload}`);
  for (const { way } of disks) await host.images.coming(way);
  await host.arrivals.keep({ workload, key, stage: head.kind === "expect" ? "expected" : "arriving", ways: disks.map(({ way }) => way), ...(head.kind === "expect" && head.from !== undefined ? { from: head.from } : {}) });
  if (head.kind === "expect") {
    for (const { way, bytes, format } of disks) await host.images.make(way, bytes, format);
    await parcel.end();
    return beforeItStays();
  }
  const making: Making = { workload, key, definition, disks: disks.map(({ way }, n) => ({ way, part: join(host.images.incoming(workload), String(n)) })) };
  await host.images.dropIncoming(workload);
  await mkdir(host.images.incoming(workload), { mode: 0o700 });
  for (const [n, { bytes, format, target }] of disks.entries()) {
    const part = join(host.images.incoming(workload), String(n));
    await parcel.disk(part, bytes);
    const because = await refusalOfDisk(part, format);
    if (because !== null || disksOf(definition).find((disk) => disk.target === target)?.format !== format) throw new Error(`disk ${target}: ${because ?? "it is of another format than its definition says"}`);
  }
  await parcel.end();
  await beforeItStays();
  await becomeWhole(host, making);
}

/** What it will be here: the same, or of a copy what this host keeps for it, or else the same with a name of its own. */
async function definitionFor(host: LibvirtHost, workload: WorkloadId, head: Head): Promise<Element> {
  const sent = parseXml(head.definition);
  const isCopy = head.workload !== workload;
  const named = textOf(childOf(sent, "name"));
  if (head.kind === "expect" || !isCopy) {
    if (isCopy || (named !== workload && (named !== domainName(workload) || markedWorkload(sent) !== workload))) throw new Error(`it is sent as ${workload}, and its definition is of ${JSON.stringify(named)}`);
    return withDiskFiles(sent, new Map(head.kind === "expect" ? [] : head.disks.map(({ target, way }) => [target, host.images.seen(way)])));
  }
  const kept = await templateOf(host, workload);
  const own = kept === null ? withOwnAddresses(withIdentity(sent, workload), workload) : withIdentity(kept, workload);
  return withDiskFiles(own, new Map(head.disks.map(({ target }) => [target, ownDisk(host, workload, target)])));
}

/** The disks of machines that are made here lie in a folder each. */
function ownDisk(host: LibvirtHost, workload: WorkloadId, target: string): string {
  return host.images.seen(join(folderName(workload), `${target.replace(/[^A-Za-z0-9]/g, "_")}.img`));
}

async function templateOf({ settings: { templates } }: LibvirtHost, workload: WorkloadId): Promise<Element | null> {
  if (templates === null) return null;
  try {
    return parseXml(await readFile(join(templates, folderName(workload), "domain.xml"), "utf8"));
  } catch (error) {
    if (isMissing(error)) return null;
    throw new Error(`${join(templates, folderName(workload), "domain.xml")}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Makes a new machine of what this host keeps for it. Null when it was made, else why not. */
export async function makeFromTemplate(host: LibvirtHost, workload: WorkloadId, key: string): Promise<string | null> {
  const kept = await templateOf(host, workload);
  const { templates } = host.settings;
  if (kept === null || templates === null) return `there is no template of ${workload} on this host`;
  const folder = join(templates, folderName(workload));
  const files = new Set(await readdir(folder));
  const disks = disksOf(kept).flatMap(({ device, source, target }) => (device === "disk" && source !== null && files.has(basename(source)) ? [{ target, name: basename(source) }] : []));
  const definition = withDiskFiles(withIdentity(kept, workload), new Map(disks.map(({ target }) => [target, ownDisk(host, workload, target)])));
  host.admit(definition);
  await mustBeNew(host, definition);
  const making: Making = {
    workload, key, definition,
    disks: disks.map(({ target }, n) => ({ part: join(host.images.incoming(workload), String(n)), way: host.images.ours(ownDisk(host, workload, target)) ?? "" })),
  };
  await host.arrivals.keep({ workload, key, stage: "arriving", ways: making.disks.map(({ way }) => way) });
  await host.images.dropIncoming(workload);
  await mkdir(host.images.incoming(workload), { mode: 0o700 });
  for (const [n, { name }] of disks.entries()) await cp(join(folder, name), join(host.images.incoming(workload), String(n)));
  await becomeWhole(host, making);
  return null;
}

/** Its disks get their places, then it gets its definition: with that it is here. */
async function becomeWhole(host: LibvirtHost, { workload, key, definition, disks }: Making): Promise<void> {
  for (const { part, way } of disks) await host.images.settle(part, way);
  await host.define(definition, textOf(childOf(definition, "uuid")) || folderName(workload));
  await host.arrivals.keep({ workload, key, stage: "here", ways: disks.map(({ way }) => way) });
  await host.images.dropIncoming(workload);
}

/** A definition with a name or number that is here already would replace it. */
async function mustBeNew(host: LibvirtHost, definition: Element): Promise<void> {
  const [name, uuid] = [textOf(childOf(definition, "name")), textOf(childOf(definition, "uuid"))];
  if ((await host.domains.all()).some((domain) => domain.name === name || domain.uuid === uuid)) throw new Error(`a machine with the name ${JSON.stringify(name)} or the number ${uuid} is here already`);
}

/**
 * Deletes what a task has brought in part. A machine that waits for its memory goes with it: whoever asks for this knows
 * that the source serves.
 */
export async function dropIncoming(host: LibvirtHost, workload: WorkloadId, key: string): Promise<void> {
  const note = await host.arrivals.of(workload);
  if (note === null || note.key !== key || note.stage === "here") return;
  const domain = await host.domains.of(workload);
  if (domain !== null) {
    if (await isWhole(host, workload)) return;
    await destroyDomain(host, domain);
    if (await host.domains.byUuid(domain.uuid) !== null) throw new Error(`what is left of ${workload} here does not go away`);
  }
  for (const [n, way] of note.ways.entries()) {
    // What has got its place is the same file as its part; anything else there is not ours.
    if (note.stage === "expected" || await host.images.isSame(join(host.images.incoming(workload), String(n)), way)) await host.images.delete(way);
  }
  await host.images.dropIncoming(workload);
  await host.arrivals.forget(workload);
}

/** Has all of it come? One that the hypervisor brings is whole when it serves, or has a definition here and does nothing. */
export async function isWhole(host: LibvirtHost, workload: WorkloadId): Promise<boolean> {
  const [domain, note] = [await host.domains.of(workload), await host.arrivals.of(workload)];
  if (domain === null) return false;
  if (note === null || note.stage === "here") return true;
  if (note.stage === "expected" && domain.activity === "paused") return false;
  await host.arrivals.keep({ ...note, stage: "here" });
  await host.images.dropIncoming(workload);
  return true;
}
