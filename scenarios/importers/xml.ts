import { SaxesParser, type SaxesTagPlain } from "saxes";
import { UnreadableImport } from "./unreadable.ts";

/** What a reader of XML is told. Names come without their prefix. */
export interface XmlEvents {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text(text: string): void;
}

const depthMax = 64;
/** No tag, comment or text of an inventory is longer. */
const quietBytesMax = 8 * 1_048_576;
/** So much is read before it is asked again how long a piece is. */
const pieceBytes = 65_536;

/**
 * Reads XML as a stream. Document types are refused, and with them entities of their own: they can name other files,
 * and stand for a billion letters. Memory is bounded by the longest piece that is allowed.
 */
export async function readXml(chunks: AsyncIterable<Uint8Array>, name: string, events: XmlEvents): Promise<void> {
  const parser = new SaxesParser();
  let [depth, quietBytes] = [0, 0];
  parser.on("doctype", () => {
    throw new UnreadableImport("not-allowed", `${name} declares a document type (<!DOCTYPE ...>), which is refused: its entities could name other files.`, "Export the file again, or take the declaration out.");
  });
  parser.on("opentag", (tag: SaxesTagPlain) => {
    quietBytes = 0;
    if (++depth > depthMax) throw new UnreadableImport("too-deep", `${name} nests its elements more than ${depthMax} deep; the limit is ${depthMax}.`, "Export the file again: no inventory is like this.");
    events.open(localName(tag.name), tag.attributes);
  });
  parser.on("closetag", (tag) => {
    quietBytes = 0;
    depth--;
    events.close(localName(tag.name));
  });
  parser.on("text", (text) => events.text(text));
  parser.on("cdata", (text) => events.text(text));
  try {
    const decoder = new TextDecoder();
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        quietBytes += piece.length;
        parser.write(decoder.decode(piece, { stream: true }));
        if (quietBytes > quietBytesMax) throw new UnreadableImport("file-too-large", `${name} has a piece of more than ${quietBytesMax / 1_048_576} MiB without an end; that is the limit.`, "Export the file again: no inventory is like this.");
      }
    }
    parser.write(decoder.decode()).close();
  } catch (error) {
    if (error instanceof UnreadableImport) throw error;
    throw new UnreadableImport("bad-syntax", `${name} is no sound XML: ${firstLine(error)}.`, "It may be cut off or damaged: export it again.");
  }
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n", 1)[0] ?? "").replace(/\.$/, "").slice(0, 200);
}
