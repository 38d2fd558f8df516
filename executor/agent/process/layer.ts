import { Type } from "typebox";
import { absolutePath } from "../configuration-fields.ts";
import { layerKind } from "../layer-kind.ts";
import { ProcessDriver } from "./process-driver.ts";

const settings = Type.Object({
  folder: absolutePath("Where programs and their files are kept; nothing else may be in it."),
  templates: Type.Optional(absolutePath("Where new workloads come from: a folder each, with program.json and files. Without it none are begun here.")),
  programs: Type.Optional(Type.Array(absolutePath("A program."), { maxItems: 1000, description: "Programs outside of their own files that may be run." })),
  user: Type.Optional(Type.Object({
    uid: Type.Integer({ minimum: 0, maximum: 4_294_967_294, description: "Number of the user." }), gid: Type.Integer({ minimum: 0, maximum: 4_294_967_294, description: "Number of the group." }),
  }, { additionalProperties: false, description: "As whom programs run. Without it they run as the agent does." })),
  startAtBoot: Type.Optional(Type.Boolean({ description: "Whether what ran when the host went down runs again by itself. Default false: only where nothing else takes it over." })),
}, { additionalProperties: false, description: "Plain programs." });

/** Plain programs, from the configuration of an agent. */
export const processLayer = layerKind("process", settings, ({ folder, templates, programs, user, startAtBoot }, world) => ProcessDriver.open({
  root: folder, templates: templates ?? null, allowed: programs ?? [], owner: user ?? null, startAtBoot: startAtBoot ?? false,
}, world));
