import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "../../trust/index.ts";
import { bytesIn } from "../parcel.ts";
import { join, split, type Section } from "../sections.ts";
import { containerOf, type Container } from "./container-file.ts";
import type { Making } from "./making.ts";
import type { Inspected, Podman } from "./podman.ts";
import { archiveOf } from "./volume-data.ts";

const headForm = Compile(Type.Object({ container: Type.String({ maxLength: 1_000_000 }), image: Type.String({ pattern: "^[0-9a-f]{64}$" }) }, { additionalProperties: false }));
const headBytesMax = 2_000_000;

/** About how many bytes of image and volumes a container has. */
export async function bytesOf(podman: Podman, { Image, Mounts }: Inspected): Promise<number> {
  let bytes = (await podman.image(Image))?.Size ?? 0;
  for (const { Type: type, Source } of Mounts) bytes += type === "volume" ? await bytesIn(Source, ["."]) : 0;
  return bytes;
}

/** A container on its way: what it is, its image and its volumes. */
export async function pack(podman: Podman, container: Inspected, text: string): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }> {
  const { Image, State, Mounts } = container;
  const volumes = volumesOf(containerOf(text), Mounts);
  const sections: Section[] = [
    { name: "container", data: once(Buffer.from(JSON.stringify({ container: text, image: Image }))) },
    { name: "image", data: podman.imageArchive(Image) },
    ...volumes.map(({ name, folder }) => ({ name: `volume ${name}`, data: archiveOf(folder, State.Status !== "running") })),
  ];
  return { bytes: await bytesOf(podman, container), data: join(sections) };
}

/** Makes what was packed, up to the container that has not settled yet. `check` throws when it may not run here. */
export async function unpack(podman: Podman, making: Making, data: AsyncIterable<Buffer>, check: (container: Container) => void): Promise<void> {
  let head: { readonly container: Container; readonly text: string; readonly image: string } | null = null;
  const volumes = new Set<string>();
  for await (const { name, data: content } of split(data)) {
    if (head === null) {
      if (name !== "container") throw new Error("a container must come before its data");
      head = headOf(await textOf(content));
      check(head.container);
    } else if (name === "image") {
      await podman.loadImage(head.image, content);
    } else {
      const volume = name.startsWith("volume ") ? name.slice("volume ".length) : "";
      if (!Object.hasOwn(head.container.volumes ?? {}, volume) || volumes.has(volume)) throw new Error(`${JSON.stringify(name)} is nothing that belongs to the container`);
      volumes.add(volume);
      await making.volume(volume, content);
    }
  }
  if (head === null) throw new Error("the data are not in order");
  for (const name of Object.keys(head.container.volumes ?? {})) {
    if (!volumes.has(name)) throw new Error(`volume ${name} is missing`);
  }
  await making.container(head.container, head.text, head.image);
}

function headOf(text: string): { readonly container: Container; readonly text: string; readonly image: string } {
  const head = jsonOf(text);
  const container = headForm.Check(head) ? containerOf(head.container) : null;
  if (!headForm.Check(head) || container === null) throw new Error("what the container is, is not in order");
  return { container, text: head.container, image: head.image };
}

function volumesOf(container: Container | null, mounts: Inspected["Mounts"]): readonly { readonly name: string; readonly folder: string }[] {
  return Object.entries(container?.volumes ?? {}).map(([name, path]) => {
    const mount = mounts.find(({ Destination, Type: type }) => Destination === path && type === "volume");
    if (mount === undefined) throw new Error(`volume ${name} at ${path} is not among those of the container`);
    return { name, folder: mount.Source };
  });
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

async function textOf(data: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of data) {
    bytes += chunk.length;
    if (bytes > headBytesMax) throw new Error("what the container is, is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
