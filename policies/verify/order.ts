import type { DenseAction } from "./dense-action.ts";
import type { Precedence } from "./precedence.ts";
import type { Scope } from "./scopes.ts";

/** In scopes with more actions than this, every pair and not only those that matter must keep its order. */
const pairsMax = 3000;
/** So many missing edges are named; the rest is counted. */
const namedMax = 20;

/**
 * Does the order of the graph alone keep what the times of the schedule promise? For a rule that more presence can only
 * break, every action that frees something and had ended before another one brought something must always end before
 * it. Then any instant of any execution, also one in which an action never ends, differs from an instant replayed here
 * at most by having fewer actions under way. For other rules no two actions may ever overlap.
 */
export function missingOrder(scopes: readonly Scope[], actions: readonly DenseAction[], precedence: Precedence): readonly string[] {
  const pairs = scopes.flatMap((scope) => (scope.kind === "serial" ? neighbours(scope) : endedBefore(scope, actions)));
  pairs.sort((x, y) => x.before - y.before || x.action - y.action);
  const words = new Map<string, string>();
  for (const { before, action, about } of pairs) {
    if (precedence.precedes(before, action)) continue;
    const [first, second] = [actions[before]?.planned.id, actions[action]?.planned.id];
    words.set(`${first} ${second}`, `nothing makes ${second} wait for ${first}, which ${about} needs`);
  }
  const all = [...words.values()];
  return all.length <= namedMax ? all : [...all.slice(0, namedMax), `${all.length - namedMax} more pairs of actions lack their order`];
}

interface Pair {
  readonly before: number;
  readonly action: number;
  readonly about: string;
}

/** One after the other in the schedule, so one after the other in the graph. */
function neighbours({ actions, about }: Scope): readonly Pair[] {
  return actions.slice(1).map((action, i) => ({ before: actions[i] ?? action, action, about }));
}

function endedBefore(scope: Scope, actions: readonly DenseAction[]): readonly Pair[] {
  const startMs = (a: number): number => actions[a]?.planned.startMs ?? 0;
  const endMs = (a: number): number => actions[a]?.planned.endMs ?? 0;
  const everyPair = scope.actions.length > pairsMax;
  const byEnd = scope.actions.filter((a) => everyPair || scope.takesAway(a)).sort((a, b) => endMs(a) - endMs(b) || a - b);
  const pairs: Pair[] = [];
  let ended: number[] = [];
  let next = 0;
  let lastStartMs = -1;
  for (const action of scope.actions) {
    for (; next < byEnd.length; next++) {
      const before = byEnd[next] ?? 0;
      if (endMs(before) > startMs(action)) break;
      ended.push(before);
      lastStartMs = Math.max(lastStartMs, startMs(before));
    }
    // With every pair in order, what ended before another one of the scope began follows from that one.
    if (everyPair) ended = ended.filter((before) => endMs(before) > lastStartMs);
    if (everyPair || scope.adds(action)) for (const before of ended) pairs.push({ before, action, about: scope.about });
  }
  return pairs;
}
