import type { Path } from "./problem.ts";

/** How deep lists and objects may nest: far more than the format needs, far less than a stack holds. */
export const depthLimit = 64;

/** Keys that would reach into the machinery of objects; nothing in a scenario is called so. */
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** What a walk over a value that was read finds. */
export interface ValueSurvey {
  /** Members of all objects together. */
  readonly members: number;
  /** Ways to keys that are forbidden; they have been removed from the value. */
  readonly forbidden: readonly Path[];
  /** Ways to texts with half a character in them. */
  readonly broken: readonly Path[];
}

const halfCharacter = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Counts members and takes out what no part of the program may see. The value nests no deeper than the limit. */
export function survey(root: unknown, mayBreak: boolean): ValueSurvey {
  let members = 0;
  const forbidden: Path[] = [];
  const broken: Path[] = [];
  const way: (string | number)[] = [];
  const look = (value: unknown): void => {
    if (typeof value === "string") {
      if (mayBreak && halfCharacter.test(value)) broken.push([...way]);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const keys: readonly (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    if (!Array.isArray(value)) members += keys.length;
    for (const key of keys) {
      way.push(key);
      if (typeof key === "string" && forbiddenKeys.has(key)) {
        forbidden.push([...way]);
        Reflect.deleteProperty(value, key);
      } else {
        if (mayBreak && typeof key === "string" && halfCharacter.test(key)) broken.push([...way]);
        const item: unknown = Reflect.get(value, key);
        if (Object.is(item, -0)) Reflect.set(value, key, 0);
        look(item);
      }
      way.pop();
    }
  };
  look(root);
  return { members, forbidden, broken };
}
