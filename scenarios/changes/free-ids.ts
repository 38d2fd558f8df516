/** The first ids `prefix-1`, `prefix-2`, ... that are not taken. */
export function freeIds(prefix: string, count: number, taken: { has(id: string): boolean }): readonly string[] {
  const free: string[] = [];
  for (let number = 1; free.length < count; number++) {
    const id = `${prefix}-${number}`;
    if (!taken.has(id)) free.push(id);
  }
  return free;
}
