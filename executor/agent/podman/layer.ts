import { Type } from "typebox";
import { absolutePath } from "../configuration-fields.ts";
import { layerKind } from "../layer-kind.ts";
import { PodmanDriver } from "./podman-driver.ts";

const settings = Type.Object({
  socket: Type.Optional(absolutePath("The socket of podman's service. Default /run/podman/podman.sock.")),
  folder: absolutePath("Where the agent keeps what it must remember of containers; nothing else may be in it."),
  templates: Type.Optional(absolutePath("Where new workloads come from: a folder each, with container.json. Without it none are begun here.")),
  networks: Type.Optional(Type.Array(Type.Union([Type.Literal("none"), Type.Literal("host"), Type.Literal("private")], { description: "A network." }), { maxItems: 3, description: "Which networks containers may have. Default none and private." })),
}, { additionalProperties: false, description: "Containers, at the socket of podman's service." });

/** Containers, from the configuration of an agent. */
export const podmanLayer = layerKind("podman", settings, ({ socket, folder, templates, networks }, world) => PodmanDriver.open({
  socket: socket ?? "/run/podman/podman.sock", root: folder, templates: templates ?? null, networks: networks ?? ["none", "private"],
}, world));
