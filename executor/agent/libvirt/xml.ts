import { SaxesParser, type SaxesTagPlain } from "saxes";

/** An element of a definition with what is in it, in order. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: readonly (Element | string)[];
}

interface Open { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly content: (Element | string)[] }

const lettersMax = 4_194_304;
const elementsMax = 100_000;
const depthMax = 64;

/** Reads a small document. Document types are refused, and with them entities of their own, which can name other files. */
export function parseXml(text: string): Element {
  if (text.length > lettersMax) throw new Error(`the definition is longer than ${lettersMax} letters`);
  const root: Open = { name: "", attributes: {}, content: [] };
  const open: Open[] = [root];
  let elements = 0;
  const parser = new SaxesParser();
  parser.on("doctype", () => { throw new Error("the definition declares a document type, which is refused"); });
  parser.on("opentag", ({ name, attributes }: SaxesTagPlain) => {
    if (++elements > elementsMax || open.length > depthMax) throw new Error("the definition has too many elements, or too deep ones");
    const made: Open = { name, attributes, content: [] };
    open.at(-1)?.content.push(made);
    open.push(made);
  });
  parser.on("closetag", () => void open.pop());
  const keep = (words: string): void => {
    if (words.trim() !== "") open.at(-1)?.content.push(words);
  };
  parser.on("text", keep);
  parser.on("cdata", keep);
  parser.write(text).close();
  const first = root.content.find((each) => typeof each !== "string");
  if (first === undefined || typeof first === "string") throw new Error("the definition has no element");
  return first;
}

export function element(name: string, attributes: Readonly<Record<string, string>> = {}, ...content: readonly (Element | string)[]): Element {
  return { name, attributes, content };
}

export function writeXml({ name, attributes, content }: Element): string {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(" ");
  if (content.length === 0) return `<${head}/>`;
  return `<${head}>${content.map((each) => (typeof each === "string" ? escaped(each) : writeXml(each))).join("")}</${name}>`;
}

/** Signs that no XML can hold are refused, not dropped: what is read back would be something else. */
function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(text)) throw new Error(`${JSON.stringify(text)} cannot be written as XML`);
  return text.replace(/[&<>"'\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Elements in it, of a name or all. */
export function childrenOf({ content }: Element, name?: string): readonly Element[] {
  return content.flatMap((each) => (typeof each === "string" || (name !== undefined && each.name !== name) ? [] : [each]));
}

/** The first element along a way of names; null when there is none. */
export function childOf(from: Element, ...way: readonly string[]): Element | null {
  let at: Element | undefined = from;
  for (const name of way) at = at === undefined ? undefined : childrenOf(at, name)[0];
  return at ?? null;
}

export function textOf(from: Element | null): string {
  return from === null ? "" : from.content.filter((each) => typeof each === "string").join("").trim();
}

/** With each element in it replaced by what `change` makes of it: others, or none. */
export function withChildren(parent: Element, change: (child: Element) => readonly Element[]): Element {
  return { ...parent, content: parent.content.flatMap((each): readonly (Element | string)[] => (typeof each === "string" ? [each] : change(each))) };
}

/** With one element of that name: in the place of those it had, or first. */
export function withChild(parent: Element, child: Element): Element {
  let isThere = false;
  const changed = withChildren(parent, (each) => {
    if (each.name !== child.name) return [each];
    if (isThere) return [];
    isThere = true;
    return [child];
  });
  return isThere ? changed : { ...parent, content: [child, ...parent.content] };
}

/** Everything in it, itself first. */
export function* everyElement(from: Element): Generator<Element> {
  yield from;
  for (const child of childrenOf(from)) yield* everyElement(child);
}
