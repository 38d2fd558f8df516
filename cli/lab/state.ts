import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { LabFault } from "./command.ts";
import type { LabNames } from "./names.ts";

const guest = Type.Object({
  name: Type.String({ pattern: "^[a-z][a-z0-9-]{0,30}$" }), number: Type.Integer({ minimum: 11, maximum: 99 }), host: Type.Integer({ minimum: 1 }),
  memoryMiB: Type.Integer({ minimum: 64 }), diskMiB: Type.Integer({ minimum: 1 }), ignoresPower: Type.Boolean(),
});
const form = Type.Object({
  format: Type.Literal("stowage/lab/v1"), hosts: Type.Integer({ minimum: 1, maximum: 9 }),
  /** Null until the switch has been made. */
  subnet: Type.Union([Type.Integer({ minimum: 1, maximum: 250 }), Type.Null()]),
  guests: Type.Array(guest),
});
const checker = Compile(form);

/** What a lab knows of itself. It is written before anything is made, and marks the folder as one that may be removed. */
export type LabState = Readonly<Static<typeof form>>;
export type GuestState = Readonly<Static<typeof guest>>;

export async function loadState({ name, folder }: LabNames): Promise<LabState | null> {
  const path = join(folder, "lab.json");
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const value: unknown = parsed(text);
  if (checker.Check(value)) return value;
  throw new LabFault(`${path} says nothing that can be read about lab ${name}.`, `Make sure that nothing in ${folder} is needed, and remove that file; then \`stowage lab down\`.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function saveState({ folder }: LabNames, state: LabState): Promise<void> {
  await writeFile(join(folder, "lab.json.new"), `${JSON.stringify(state, null, 2)}\n`);
  await rename(join(folder, "lab.json.new"), join(folder, "lab.json"));
}
