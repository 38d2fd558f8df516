import { Type } from "typebox";
import { absolutePath } from "../configuration-fields.ts";
import { layerKind } from "../layer-kind.ts";
import { TomcatDriver } from "./tomcat-driver.ts";

const settings = Type.Object({
  manager: Type.String({ pattern: "^(http://(127(\\.[0-9]{1,3}){3}|localhost|\\[::1\\])|https://[A-Za-z0-9.:\\[\\]-]+)(:[0-9]{1,5})?(/[A-Za-z0-9_-]+)+$", maxLength: 500, description: "Address of Tomcat's manager application, http://127.0.0.1:8080/manager. Another machine's must be https." }),
  credentials: absolutePath("A file with user:password in one line, of a user with the roles manager-script and manager-jmx; only its owner may read it."),
  folder: absolutePath("Where applications, their data and their sessions are kept; Tomcat must see it under the same path, and nothing else may be in it."),
  templates: Type.Optional(absolutePath("Where new workloads come from: a folder each, with application.json, app.war and data. Without it none are begun here.")),
  user: Type.Optional(Type.Object({
    uid: Type.Integer({ minimum: 0, maximum: 4_294_967_294, description: "Number of the user." }), gid: Type.Integer({ minimum: 0, maximum: 4_294_967_294, description: "Number of the group." }),
  }, { additionalProperties: false, description: "As whom Tomcat runs. Without it, as the agent does." })),
}, { additionalProperties: false, description: "Web applications, through the manager of a Tomcat." });

/** Web applications, from the configuration of an agent. */
export const tomcatLayer = layerKind("tomcat", settings, ({ manager, credentials, folder, templates, user }, world) => TomcatDriver.open({
  url: manager, credentials, root: folder, templates: templates ?? null, owner: user ?? null,
}, world));
