import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { isThere } from "../needs.ts";

const run = promisify(execFile);

export const hasPodman = isThere("podman", { "/usr/bin/podman": "podman", "/usr/sbin/runc": "runc", "/bin/busybox": "busybox-static" });

/** A podman of its own: storage, state and service. Nothing of the machine's is touched. */
export class PodmanService {
  readonly folder: string;
  readonly socket: string;
  readonly #environment: NodeJS.ProcessEnv;
  #end: () => Promise<void> = () => Promise.resolve();
  #signal: (signal: "SIGSTOP" | "SIGCONT") => void = () => {};

  private constructor(folder: string) {
    this.folder = folder;
    this.socket = join(folder, "podman.sock");
    this.#environment = { ...process.env, CONTAINERS_CONF: join(folder, "containers.conf") };
  }

  /** `image`: an archive of the image `localhost/tiny:1`. */
  static async start(folder: string, image: string): Promise<PodmanService> {
    const service = new PodmanService(folder);
    for (const name of ["root", "run", "tmp"]) await mkdir(join(folder, name), { recursive: true });
    // As on machines without systemd: its cgroups and its journal are not there.
    await writeFile(join(folder, "containers.conf"), [
      "[containers]", 'default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]', "[engine]", 'cgroup_manager = "cgroupfs"', 'events_logger = "file"', 'runtime = "runc"', "",
    ].join("\n"));
    // On each host another image of the same name.
    await service.podman("import", "--change", `LABEL folder=${folder}`, image, "localhost/tiny:1");
    await service.serve();
    return service;
  }

  async podman(...args: readonly string[]): Promise<string> {
    return (await run("/usr/bin/podman", [...this.#places, ...args], { env: this.#environment })).stdout;
  }

  async serve(): Promise<void> {
    const child = spawn("/usr/bin/podman", [...this.#places, "system", "service", "--time", "0", `unix://${this.socket}`], { stdio: "ignore", env: this.#environment });
    this.#signal = (signal) => void child.kill(signal);
    this.#end = async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await rm(this.socket, { force: true });
    };
    for (let tries = 0; tries < 600; tries++) {
      if (await access(this.socket).then(() => true, () => false)) return;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    throw new Error("podman's service does not come up");
  }

  /** The service dies; containers go on. */
  kill(): Promise<void> {
    return this.#end();
  }

  /** The service takes connections and answers nothing, until it goes on. */
  hang(): void {
    this.#signal("SIGSTOP");
  }

  goOn(): void {
    this.#signal("SIGCONT");
  }

  /** Everything but the image that was there first. */
  async clear(): Promise<void> {
    await this.podman("rm", "--all", "--force", "--time", "0");
    await this.podman("volume", "prune", "--force");
    const names = (await this.podman("images", "--format", "{{.Repository}}:{{.Tag}}")).split("\n").filter((name) => name.includes("stowage-carried"));
    if (names.length > 0) await this.podman("rmi", ...names);
  }

  async end(): Promise<void> {
    await this.podman("rm", "--all", "--force", "--time", "0");
    await this.kill();
    // Podman keeps the folder of its images mounted on itself.
    await run("/bin/umount", ["--lazy", join(this.folder, "root", "overlay")]).catch(() => "");
    await rm(this.folder, { recursive: true, force: true });
  }

  get #places(): readonly string[] {
    return ["--root", join(this.folder, "root"), "--runroot", join(this.folder, "run"), "--tmpdir", join(this.folder, "tmp")];
  }
}

/** Podman services for the tests of one file. */
export function podmanServices(...names: readonly string[]): ReadonlyMap<string, PodmanService> {
  const services = new Map<string, PodmanService>();
  let folder = "";
  beforeAll(async () => {
    if (!hasPodman) return;
    folder = await mkdtemp(join(tmpdir(), "stowage-podman-"));
    const image = await tinyImage(folder);
    await Promise.all(names.map(async (name) => services.set(name, await PodmanService.start(join(folder, name), image))));
  }, 120_000);
  afterAll(async () => {
    const ends = await Promise.allSettled([...services.values()].map((service) => service.end()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    if (folder !== "") await rm(folder, { recursive: true, force: true });
  }, 120_000);
  return services;
}

/** The files of an image with nothing but busybox. */
async function tinyImage(folder: string): Promise<string> {
  const files = join(folder, "tiny");
  await mkdir(join(files, "bin"), { recursive: true });
  await cp("/bin/busybox", join(files, "bin", "busybox"));
  await chmod(join(files, "bin", "busybox"), 0o755);
  for (const name of ["sh", "sleep", "cat", "nc", "touch", "stat"]) await symlink("busybox", join(files, "bin", name));
  const archive = join(folder, "tiny.tar");
  await run("/bin/tar", ["--create", `--directory=${files}`, `--file=${archive}`, "."]);
  return archive;
}
