import { UnreadableImport } from "./unreadable.ts";
import { readXml } from "./xml.ts";

/** A small document as a tree. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Open { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly children: XmlElement[]; text: string }

const elementsMax = 200_000;

export async function readXmlTree(text: string, name: string): Promise<XmlElement> {
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  let elements = 0;
  await readXml(once(text), name, {
    open: (element, attributes) => {
      if (++elements > elementsMax) throw new UnreadableImport("file-too-large", `${name} has more than ${elementsMax} elements; that is the limit.`, "Export the file again: no definition is like this.");
      const made: Open = { name: element, attributes, children: [], text: "" };
      open.at(-1)?.children.push(made);
      open.push(made);
    },
    close: () => void open.pop(),
    text: (part) => {
      const last = open.at(-1);
      if (last !== undefined) last.text += part;
    },
  });
  const [first] = root.children;
  if (first === undefined) throw new UnreadableImport("bad-syntax", `${name} is XML without an element.`, "Export it again.");
  return first;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

/** The first element along a way of names; null when there is none. */
export function elementAt(element: XmlElement, ...way: readonly string[]): XmlElement | null {
  let at: XmlElement | undefined = element;
  for (const name of way) at = at?.children.find((child) => child.name === name);
  return at ?? null;
}

/** All elements along a way of names. */
export function elementsAt(element: XmlElement, ...way: readonly string[]): readonly XmlElement[] {
  return way.reduce<readonly XmlElement[]>((found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)), [element]);
}
