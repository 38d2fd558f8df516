import { alg, Graph } from "graphlib";
import { compareIds } from "../model/ids.ts";
import type { Service } from "../model/fleet.ts";

/**
 * Applications that wait for each other, also through several services: each cycle as the way round, beginning with the
 * smallest id. Services share applications, so the order must hold for all of them together.
 */
export function startOrderCycles(services: Iterable<Service>): readonly (readonly string[])[] {
  const graph = new Graph();
  for (const service of services) {
    for (const { application, needs } of service.startOrder) graph.setEdge(application, needs);
  }
  const cycles = components(graph).flatMap((members) => wayRound(graph, members));
  return cycles.sort((a, b) => compareIds(a[0] ?? "", b[0] ?? ""));
}

/** Sets of applications that all reach each other. Chains long enough to overflow a recursive search are peeled off first. */
function components(graph: Graph): readonly (readonly string[])[] {
  const left = new Map(graph.nodes().map((node) => [node, (graph.successors(node) ?? []).length]));
  const done = [...left].filter(([, count]) => count === 0).map(([node]) => node);
  for (let node = done.pop(); node !== undefined; node = done.pop()) {
    left.delete(node);
    for (const before of graph.predecessors(node) ?? []) {
      const count = (left.get(before) ?? 0) - 1;
      left.set(before, count);
      if (count === 0) done.push(before);
    }
  }
  const rest = new Graph();
  for (const node of left.keys()) {
    for (const needed of graph.successors(node) ?? []) if (left.has(needed)) rest.setEdge(node, needed);
  }
  if (rest.nodeCount() > recursionLimit) return [rest.nodes()];
  return alg.tarjan(rest).filter((members) => members.length > 1 || rest.hasEdge(String(members[0]), String(members[0])));
}

/** Tarjan's search is recursive; above this many applications in cycles one cycle is told instead of all. */
const recursionLimit = 3000;

/** A shortest way from the smallest member back to itself; nothing when it is on no cycle. */
function wayRound(graph: Graph, members: readonly string[]): readonly (readonly string[])[] {
  const inside = new Set(members);
  for (const start of [...members].sort(compareIds)) {
    const from = new Map<string, string>();
    const queue = [start];
    for (let at = 0; at < queue.length; at++) {
      const node = String(queue[at]);
      for (const next of (graph.successors(node) ?? []).filter((one) => inside.has(one)).sort(compareIds)) {
        if (next === start) return [unrolled(from, start, node)];
        if (from.has(next)) continue;
        from.set(next, node);
        queue.push(next);
      }
    }
  }
  return [];
}

function unrolled(from: ReadonlyMap<string, string>, start: string, end: string): readonly string[] {
  const way = [start];
  for (let node = end; node !== start; node = from.get(node) ?? start) way.splice(1, 0, node);
  return [...way, start];
}
