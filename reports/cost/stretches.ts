import type { Course, Stay } from "./course.ts";

/** A time in which nothing changes on a host: it is on or not, and these are there. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOn: boolean;
  readonly members: readonly Stay[];
}

/** The stretches of each host, in order of time, without those in which it is off and empty. */
export function stretchesOf(hostCount: number, { stays, on }: Course): readonly (readonly Stretch[])[] {
  const staysOf: Stay[][] = Array.from({ length: hostCount }, () => []);
  const onOf: { readonly fromMs: number; readonly toMs: number }[][] = Array.from({ length: hostCount }, () => []);
  for (const stay of stays) staysOf[stay.host]?.push(stay);
  for (const time of on) onOf[time.host]?.push(time);
  return staysOf.map((own, host) => cut(own.sort((a, b) => a.fromMs - b.fromMs || a.workload - b.workload), onOf[host] ?? []));
}

function cut(stays: readonly Stay[], on: readonly { readonly fromMs: number; readonly toMs: number }[]): readonly Stretch[] {
  const ends = [...new Set([...stays, ...on].flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  let [present, arriving] = [[] as Stay[], 0];
  for (const [i, fromMs] of ends.slice(0, -1).entries()) {
    const toMs = ends[i + 1] ?? fromMs;
    present = present.filter((stay) => stay.toMs > fromMs);
    for (let stay = stays[arriving]; stay !== undefined && stay.fromMs <= fromMs; stay = stays[++arriving]) present.push(stay);
    const members = present.toSorted((a, b) => a.workload - b.workload);
    const isOn = on.some((time) => time.fromMs <= fromMs && time.toMs >= toMs);
    if (isOn || members.length > 0) stretches.push({ fromMs, toMs, isOn, members });
  }
  return stretches;
}
