import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "../../trust/index.ts";

const element = "[A-Za-z0-9_-][A-Za-z0-9_.-]{0,220}";
const applicationForm = Type.Object({
  /** Where people find it, `/shop`; what it is called on this host when nothing is said. */
  path: Type.Optional(Type.String({ pattern: `^/${element}(/${element}){0,4}$`, maxLength: 230 })),
}, { additionalProperties: false });
const checker = Compile(applicationForm);

/** What is deployed, as `application.json` beside its WAR says. */
export type Application = Static<typeof applicationForm>;

/** Null when it is not in order. */
export function applicationOf(text: string): Application | null {
  const value = jsonOf(text);
  return checker.Check(value) ? value : null;
}

/** What Tomcat's own managers answer at: whoever sat there would be sent our password. */
const taken = ["/manager", "/host-manager"];

/** The path of the application in a place, or why it may not be deployed. */
export async function pathIn(place: string, name: string): Promise<{ readonly path: string } | { readonly because: string }> {
  const application = applicationOf(await readFile(join(place, "application.json"), "utf8").catch(() => ""));
  if (application === null) return { because: "its application.json is missing or not in order" };
  const path = application.path ?? `/${name}`;
  const owner = taken.find((each) => path === each || path.startsWith(`${each}/`));
  return owner === undefined ? { path } : { because: `path ${path} belongs to Tomcat itself` };
}

/**
 * What Tomcat is told of an application: where its data lie, and that its sessions are kept in files, so that they live on
 * wherever it is started next.
 */
export function contextOf(folders: { readonly data: string; readonly sessions: string }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Context>
  <Parameter name="stowage.data" value="${escaped(folders.data)}" override="false"/>
  <Manager className="org.apache.catalina.session.PersistentManager" saveOnRestart="true" maxIdleBackup="5">
    <Store className="org.apache.catalina.session.FileStore" directory="${escaped(folders.sessions)}"/>
  </Manager>
</Context>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0) ?? 0};`);
}
