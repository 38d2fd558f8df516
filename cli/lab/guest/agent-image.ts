import { createHash } from "node:crypto";
import { access, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LabFault, must } from "../command.ts";
import { archiveOf, type ArchiveEntry } from "./archive.ts";
import type { GuestImage } from "./build.ts";

const program = "/usr/sbin/qemu-ga";

/** The same guest with the agent that hypervisors talk to, and two applications for it to look after. Built once. */
export async function withGuestAgent(image: GuestImage, cache: string): Promise<GuestImage> {
  const more = archiveOf(await agentFiles());
  const initrd = await readFile(image.initrd);
  const digest = createHash("sha256").update(initrd).update(more).digest("hex").slice(0, 12);
  const folder = join(cache, `agent-${digest}`);
  const made: GuestImage = { kernel: image.kernel, initrd: join(folder, "initrd") };
  if (await access(made.initrd).then(() => true, () => false)) return made;
  const making = await mkdtemp(join(cache, "build-"));
  // Kernels unpack archives that follow one another as one.
  await writeFile(join(making, "initrd"), Buffer.concat([initrd, more]));
  await rename(making, folder).catch(() => rm(making, { recursive: true, force: true }));
  return made;
}

async function agentFiles(): Promise<readonly ArchiveEntry[]> {
  const text = await must("ldd", [program]).catch(() => null);
  if (text === null) throw new LabFault(`There is no ${program}.`, "Package qemu-guest-agent has it.");
  const libraries = [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
  const files = await Promise.all([program, ...libraries].map(async (path): Promise<ArchiveEntry> => ({ path: path.slice(1), kind: "file", content: await readFile(path), mode: 0o755 })));
  const folders = new Set([...files.flatMap(({ path }) => foldersAbove(path)), "etc", "etc/stowage", "var", "var/run"]);
  return [
    ...[...folders].toSorted().map((path): ArchiveEntry => ({ path, kind: "folder", content: Buffer.alloc(0), mode: 0o755 })), ...files,
    script("start-more", startAgent, 0o755), script("application", application, 0o755), script("etc/stowage/applications.json", applications, 0o644),
  ];
}

function script(path: string, content: string, mode: number): ArchiveEntry {
  return { path, kind: "file", content: Buffer.from(content), mode };
}

function foldersAbove(path: string): readonly string[] {
  const above = dirname(path);
  return above === "." ? [] : [...foldersAbove(above), above];
}

/** A port has a name only in /sys where nothing like udev runs. */
const startAgent = `#!/bin/sh
for port in /sys/class/virtio-ports/*; do
  [ "$(cat $port/name)" = org.qemu.guest_agent.0 ] && device=/dev/\${port##*/}
done
(while :; do ${program} -m virtio-serial -p $device -t /tmp -f /tmp/agent.pid; sleep 1; done) > /dev/null 2>&1 &
export PATH=/bin
for name in shop mail; do /application $name start; done
`;

/** Two programs that work so much and then wait: the first all the time, the second hardly ever. */
const application = `#!/bin/sh
case $2 in
  start)
    [ -f /tmp/$1.pid ] && kill -0 $(cat /tmp/$1.pid) && exit
    setsid /application $1 run < /dev/null > /dev/null 2>&1 &
    while [ ! -f /tmp/$1.pid ]; do sleep 0.1; done ;;
  stop) kill $(cat /tmp/$1.pid); rm /tmp/$1.pid ;;
  run)
    echo $$ > /tmp/$1.pid
    while :; do
      if [ $1 = shop ]; then n=0; while [ $n -lt 2000 ]; do n=$((n + 1)); done; fi
      sleep 0.1
    done ;;
esac
`;

const applications = JSON.stringify(["shop", "mail"].map((name) => ({ application: name, start: ["/application", name, "start"], stop: ["/application", name, "stop"], pidFile: `/tmp/${name}.pid` })));
