import type { FleetIndex } from "../model/snapshot.ts";

const ofWorkloads = new WeakMap<FleetIndex, Int32Array[]>();
const ofHosts = new WeakMap<FleetIndex, Int32Array[]>();

/** A list with one workload alone; the parts of all policies of a fleet share it, and nobody changes it. */
export function workloadAlone(index: FleetIndex, workload: number): Int32Array {
  return alone(ofWorkloads, index, workload);
}

/** The same with one host. */
export function hostAlone(index: FleetIndex, host: number): Int32Array {
  return alone(ofHosts, index, host);
}

function alone(lists: WeakMap<FleetIndex, Int32Array[]>, index: FleetIndex, element: number): Int32Array {
  const known = lists.get(index) ?? [];
  if (known.length === 0) lists.set(index, known);
  return (known[element] ??= Int32Array.of(element));
}
