import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { freePort } from "../free-port.ts";
import { isThere } from "../needs.ts";

const run = promisify(execFile);
const home = "/usr/share/tomcat10";

export const hasTomcat = isThere("tomcat", { "/usr/bin/tomcat10-instance-create": "tomcat10-user", "/usr/share/tomcat10-admin/manager": "tomcat10-admin", "/usr/bin/java": "default-jre-headless" });

/** A Tomcat of its own with Debian's manager, on a port of its own. */
export class TomcatService {
  readonly folder: string;
  readonly port: number;
  #end: () => Promise<void> = () => Promise.resolve();

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  static async create(folder: string): Promise<TomcatService> {
    const service = new TomcatService(folder, await freePort());
    const made = run("/usr/bin/tomcat10-instance-create", ["-p", String(service.port), "-c", String(await freePort()), folder]);
    // It asks a person when it finds something odd.
    made.child.stdin?.end("\n");
    await made;
    const configuration = await readFile(join(folder, "conf/server.xml"), "utf8");
    // No port to shut it down by, and only this machine may connect.
    await service.write("conf/server.xml", configuration.replace(/<Server port="\d+"/, '<Server port="-1"').replace("<Connector port=", '<Connector address="127.0.0.1" port='));
    await service.write("conf/tomcat-users.xml", '<tomcat-users xmlns="http://tomcat.apache.org/xml"><user username="agent" password="s3cret:&amp;" roles="manager-script,manager-jmx"/><user username="guest" password="guest" roles="manager-script"/></tomcat-users>');
    await run("/bin/mkdir", ["-p", join(folder, "conf/Catalina/localhost")]);
    await service.write("conf/Catalina/localhost/manager.xml", '<Context path="/manager" docBase="/usr/share/tomcat10-admin/manager" privileged="true"/>');
    await writeFile(service.credentials, "agent:s3cret:&\n", { mode: 0o600 });
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/manager`;
  }

  get credentials(): string {
    return join(this.folder, "credentials");
  }

  write(path: string, content: string): Promise<void> {
    return writeFile(join(this.folder, path), content);
  }

  async serve(): Promise<void> {
    const child = spawn(join(home, "bin/catalina.sh"), ["run"], {
      stdio: "ignore", env: { ...process.env, CATALINA_HOME: home, CATALINA_BASE: this.folder, CATALINA_OPTS: "-Xmx128m -Xms32m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Djava.security.egd=file:/dev/urandom" },
    });
    this.#end = async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    };
    for (let tries = 0; tries < 600; tries++) {
      const status = await fetch(`${this.url}/text/list`).then((response) => response.status, () => 0);
      if (status === 401) return;
      if (child.exitCode !== null) throw new Error(`Tomcat has ended: ${await readFile(join(this.folder, "logs/catalina.out"), "utf8").catch(() => "")}`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    throw new Error("Tomcat does not come up");
  }

  /** kill -9. */
  kill(): Promise<void> {
    return this.#end();
  }

  /** What an application answers, with the cookie of its session. */
  async page(path: string, cookie = ""): Promise<{ readonly status: number; readonly text: string; readonly cookie: string }> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}/`, { headers: cookie === "" ? {} : { cookie } });
    return { status: response.status, text: await response.text(), cookie: response.headers.get("set-cookie")?.split(";")[0] ?? cookie };
  }

  /** A command to its manager, as a person would send it. */
  async manage(command: string): Promise<string> {
    const response = await fetch(`${this.url}/text/${command}`, { headers: { authorization: `Basic ${btoa("agent:s3cret:&")}` } });
    return response.text();
  }
}

/** Tomcats for the tests of one file. */
export function tomcatServices(...names: readonly string[]): ReadonlyMap<string, TomcatService> {
  const services = new Map<string, TomcatService>();
  let folder = "";
  beforeAll(async () => {
    if (!hasTomcat) return;
    folder = await mkdtemp(join(tmpdir(), "stowage-tomcat-"));
    for (const name of names) services.set(name, await TomcatService.create(join(folder, name)));
    await Promise.all([...services.values()].map((service) => service.serve()));
  }, 120_000);
  afterAll(async () => {
    for (const service of services.values()) await service.kill();
    if (folder !== "") await rm(folder, { recursive: true, force: true });
  }, 120_000);
  return services;
}
