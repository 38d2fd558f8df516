import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { webcrypto } from "node:crypto";
import { jsonOf, systemClock, writeLasting, type AskedWish, type Wish } from "../../executor/index.ts";
import { compareIds } from "../../model/ids.ts";

const wishes: readonly Wish[] = ["pause", "resume", "cancel", "goBack"];

/** Leaves a wish beside the journal: whoever carries the execution out, now or after a crash, takes it. */
export async function leaveWish(folder: string, wish: AskedWish): Promise<void> {
  const place = join(folder, "wishes");
  await mkdir(place, { recursive: true, mode: 0o700 });
  const name = `${String(systemClock.utcMs()).padStart(15, "0")}-${webcrypto.randomUUID()}.json`;
  await writeLasting(join(place, name), JSON.stringify(wish));
}

/** Takes the wishes that were left, in their order. A wish that is taken twice because of a crash does nothing more. */
export async function takeWishes(folder: string): Promise<readonly AskedWish[]> {
  const place = join(folder, "wishes");
  const names = (await readdir(place).catch(() => [])).filter((name) => name.endsWith(".json")).sort(compareIds);
  const taken: AskedWish[] = [];
  for (const name of names) {
    const value = jsonOf(await readFile(join(place, name), "utf8").catch(() => ""));
    await rm(join(place, name), { force: true });
    const isWish = typeof value === "object" && value !== null && "wish" in value && "by" in value && typeof value.by === "string" && wishes.some((each) => each === value.wish);
    if (isWish) taken.push(value as AskedWish);
  }
  return taken;
}
