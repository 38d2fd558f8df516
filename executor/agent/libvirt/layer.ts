import { Type } from "typebox";
import type { HostId } from "../../../model/ids.ts";
import { absolutePath, hostName } from "../configuration-fields.ts";
import { layerKind } from "../layer-kind.ts";
import { openLibvirtDriver } from "./libvirt-hands.ts";

const closed = { additionalProperties: false };
const uri = (description: string) => Type.String({ pattern: "^[a-z][a-z0-9+]*://[^\\s\\u0000-\\u001f\\u007f]*$|^[a-z][a-z0-9+]*:///[^\\s\\u0000-\\u001f\\u007f]*$", maxLength: 1000, description });
const network = Type.String({ pattern: "^[A-Za-z0-9_.:-]{1,100}$" });

const settings = Type.Object({
  folder: absolutePath("Where the agent remembers what comes and goes; nothing else may be in it."),
  uri: Type.Optional(uri("The hypervisor, as virsh --connect takes it. Default qemu:///system.")),
  images: Type.Object({
    folder: absolutePath("The folder of disk images, as this agent finds it."),
    seenAs: Type.Optional(absolutePath("The same folder as the hypervisor finds it. Default: the same path.")),
    shared: Type.Optional(Type.Array(absolutePath("A folder."), { maxItems: 100, description: "Folders, as the hypervisor finds them, that are the same on every host: their files are not carried." })),
    others: Type.Optional(Type.Array(absolutePath("A folder."), { maxItems: 100, description: "More folders with files that machines may use, such as kernels, firmware and media. Default /usr/share." })),
  }, { ...closed, description: "Where the disks of machines are." }),
  templates: Type.Optional(absolutePath("Where new machines come from: a folder each, with domain.xml and the files of its disks. Without it none are begun here.")),
  networks: Type.Optional(Type.Array(network, { maxItems: 1000, description: "Bridges and networks that machines may be on. Without it any." })),
  graceMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000, description: "So long a guest may take to shut down. Default 60000." })),
  mayDestroy: Type.Optional(Type.Boolean({ description: "Whether a guest that does not shut down in time may be switched off. Default true." })),
  settleMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000, description: "A machine counts as started when it still runs after so long. Default 1000." })),
  live: Type.Optional(Type.Object({
    peers: Type.Array(Type.Object({
      host: hostName("Another host."), uri: uri("Its hypervisor, as that of this host reaches it and this agent too, e.g. qemu+tls://h2/system."),
      memoryUri: Type.Optional(uri("Where memory and disks are sent, e.g. tcp://10.0.0.2. Default: what the hypervisors agree on.")),
    }, closed), { maxItems: 10_000, description: "Hosts that machines can move to while they run." }),
    bandwidthMiBps: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: "The most that a move may take of the network. Default: no limit." })),
    compressed: Type.Optional(Type.Boolean({ description: "Whether memory is compressed. Default false." })),
    autoConverge: Type.Optional(Type.Boolean({ description: "Whether a guest is slowed down that changes its memory faster than it can be carried. Default true." })),
    postCopyAfterMs: Type.Optional(Type.Integer({ minimum: 1000, maximum: 86_400_000, description: "After so long the guest goes first and its memory follows. Default: never, since a guest is lost if a host fails then." })),
    handOver: Type.Optional(Type.Boolean({ description: "Whether a guest goes on only when the source is known to have let go, so that it never runs twice even if the network breaks at the very instant of the hand-over. Without it the hypervisors agree on it, which is a little faster. Default true, unless postCopyAfterMs is given, which excludes it." })),
    emulated: Type.Optional(Type.Boolean({ description: "Whether emulated guests (type qemu, without KVM) may move while they run although QEMU before 9.0 may lose some of their memory then. Default false." })),
  }, { ...closed, description: "How machines move while they run. Without it they do not." })),
}, { ...closed, description: "Virtual machines that libvirt keeps." });

/** Virtual machines that libvirt keeps, from the configuration of an agent. */
export const libvirtLayer = layerKind("libvirt", settings, ({ folder, images, live, networks, ...more }, world) => openLibvirtDriver({
  root: folder, uri: more.uri ?? "qemu:///system",
  images: { folder: images.folder, seenAs: images.seenAs ?? images.folder, shared: images.shared ?? [], others: images.others ?? ["/usr/share"] },
  templates: more.templates ?? null, networks: networks === undefined ? null : new Set(networks),
  graceMs: more.graceMs ?? 60_000, mayDestroy: more.mayDestroy ?? true, settleMs: more.settleMs ?? 1000,
  live: live === undefined ? null : {
    peers: new Map(live.peers.map(({ host, uri: peer, memoryUri }) => [host as HostId, { uri: peer, memoryUri: memoryUri ?? null }])),
    bandwidth: live.bandwidthMiBps ?? null, compressed: live.compressed ?? false, autoConverge: live.autoConverge ?? true, postCopyAfterMs: live.postCopyAfterMs ?? null, handOver: live.handOver ?? live.postCopyAfterMs === undefined, emulated: live.emulated ?? false,
  },
}, world));
