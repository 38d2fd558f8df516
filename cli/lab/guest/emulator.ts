import { existsSync } from "node:fs";
import type { Accelerator } from "./accelerator.ts";

/** Another emulator outside of a lab, that no guest of a lab needs; on its hosts the program below is there instead. */
export const unevenEmulator = "/usr/bin/qemu-system-i386";

/**
 * Gives an emulated guest 8 KiB more than it is asked for. QEMU before 9.0 looks at memory that changes 64 pages at a time
 * while it is carried, and forgets to tell the processor it emulates that they count as unchanged again: what is written to
 * them next is not carried, and the guest goes on with old pages (mended by "physmem: Fix migration dirty bitmap coherency
 * with TCG memory access"). Memory that is no multiple of 256 KiB it looks at page by page, which was always right; but
 * libvirt knows whole MiB only.
 */
export const unevenEmulatorProgram = `#!/bin/sh
real=/usr/bin/qemu-system-x86_64
last=
memory=
for word; do
  [ "$last" = -m ] && memory=$word
  last=$word
done
case $memory in
  size=*k) memory=\${memory#size=}; memory=\${memory%k} ;;
  "" | *[!0-9]*) exec "$real" "$@" ;;
  *) memory=$((memory * 1024)) ;;
esac
memory=$((memory + 8))
exec "$real" "$@" -m "\${memory}k" -object "memory-backend-ram,id=uneven,size=\${memory}k" -machine memory-backend=uneven
`;

/** What a guest runs in: where it is emulated and can be, what keeps its memory whole while it moves. */
export function emulatorFor(accelerator: Accelerator): string {
  return accelerator === "qemu" && existsSync(unevenEmulator) ? unevenEmulator : "/usr/bin/qemu-system-x86_64";
}
