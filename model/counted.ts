/** `1 host`, `3 hosts`; a noun that does not just take an s brings its plural. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** An amount in a unit that the fleet names: `1 GPU`, `2 GPUs`. Rates such as Mbps and IOPS are no plurals. */
export function unitFor(amount: number, unit: string): string {
  return amount === 1 && unit.length > 2 && /[^ps/]s$/i.test(unit) && unit.endsWith("s") ? unit.slice(0, -1) : unit;
}
