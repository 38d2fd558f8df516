import type { CaseExpectation, RuleCase } from "./case.ts";
import { loadsPpm } from "./scenario.ts";

/** What the planner answered to a case, as far as an expectation can ask. */
export interface Answer {
  /** Null: no placement keeps all hard rules. */
  readonly target: ReadonlyMap<string, string> | null;
  /** Was an order of moves found that reaches the target? */
  readonly reached: boolean;
  /** Faults that the replay of the moves found. */
  readonly faults: readonly string[];
}

/** Where an answer falls short of what a case expects, in words; empty when it is right. */
export function shortfalls(ruleCase: RuleCase, { target, reached, faults }: Answer): readonly string[] {
  const { expect } = ruleCase;
  if (target === null) return expect.feasible ? ["said to be infeasible, but it is feasible"] : [];
  if (!expect.feasible) return ["a placement was given, but there is none"];
  const wrong: string[] = [...faults];
  if (!reached && expect.pathFeasible !== false) wrong.push("the target was found but not reached");
  if (reached && expect.pathFeasible === false) wrong.push("a path was given, but there is none");
  const broken = brokenRules(ruleCase, target);
  wrong.push(...broken.filter(({ hard }) => hard).map(({ words }) => words));
  if (expect.constraintsSatisfied === true) wrong.push(...broken.filter(({ hard }) => !hard).map(({ words }) => words));
  if (expect.constraintsSatisfied === false && broken.length === 0) wrong.push("every rule holds, but one was expected to be broken");
  return [...wrong, ...placementShortfalls(expect, target), ...countShortfalls(ruleCase, target)];
}

/** Each rule of the case that a placement breaks, on the numbers of the case alone. */
export function brokenRules(ruleCase: RuleCase, target: ReadonlyMap<string, string>): readonly { words: string; hard: boolean }[] {
  const { nodes, vms, rules, balancing } = ruleCase;
  const known = new Set(nodes.map(({ name }) => name));
  const broken: { words: string; hard: boolean }[] = [];
  for (const { name, vms: members, hard } of rules.together) {
    if (new Set(members.map((vm) => target.get(vm))).size > 1) broken.push({ words: `${name}: ${members.join(", ")} are not together`, hard });
  }
  for (const { name, vms: members, hard } of rules.apart) {
    if (new Set(members.map((vm) => target.get(vm))).size < members.length) broken.push({ words: `${name}: ${members.join(", ")} are not apart`, hard });
  }
  for (const { vm, nodes: allowed, hard } of rules.pins) {
    if (!allowed.includes(target.get(vm) ?? "")) broken.push({ words: `${vm} is on ${target.get(vm)}, not on ${allowed.join(" or ")}`, hard });
  }
  for (const { name, node } of vms) {
    if (rules.fixed.includes(name) && target.get(name) !== node) broken.push({ words: `${name} was to stay on ${node}`, hard: true });
    if (!known.has(target.get(name) ?? "")) broken.push({ words: `${name} has no node`, hard: true });
  }
  for (const node of nodes) {
    const here = vms.filter(({ name }) => target.get(name) === node.name);
    const memory = here.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0) - (node.memoryMiB - node.reserveMemoryMiB);
    const cpu = here.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0) -
      Math.floor(((node.cpuMillicores - node.reserveCpuMillicores) * balancing.cpuOvercommitPermille) / 1000);
    if (memory > 0) broken.push({ words: `memory of ${node.name} is over by ${memory} MiB`, hard: true });
    if (cpu > 0) broken.push({ words: `cpu of ${node.name} is over by ${cpu} millicores`, hard: true });
    if (node.closed && here.length > 0) broken.push({ words: `${node.name} is not empty`, hard: true });
  }
  return broken;
}

function placementShortfalls({ placements, emptyNodes }: CaseExpectation, target: ReadonlyMap<string, string>): readonly string[] {
  const wrong: string[] = [];
  for (const [vm, wanted] of placements) {
    const is = target.get(vm);
    const [, sign, other = ""] = /^(==|!=)\s*(.+)$/.exec(wanted.trim()) ?? [];
    const place = sign === undefined ? wanted.trim() : (target.get(other.trim()) ?? other.trim());
    if ((is === place) === (sign === "!=")) wrong.push(`${vm} is on ${is}, expected ${wanted}`);
  }
  for (const node of emptyNodes) {
    const left = [...target].filter(([, place]) => place === node).map(([vm]) => vm);
    if (left.length > 0) wrong.push(`${node} is not empty: ${left.join(", ")}`);
  }
  return wrong;
}

function countShortfalls(ruleCase: RuleCase, target: ReadonlyMap<string, string>): readonly string[] {
  const { expect, vms } = ruleCase;
  const moved = vms.filter(({ name, node }) => target.get(name) !== node).length;
  const wrong: string[] = [];
  if (expect.maxMigrations !== null && moved > expect.maxMigrations) wrong.push(`${moved} VMs move, at most ${expect.maxMigrations} were to`);
  if (expect.spreadImproved !== null) {
    const before = gapPpm(loadsPpm(ruleCase, new Map(vms.map(({ name, node }) => [name, node]))));
    const after = gapPpm(loadsPpm(ruleCase, target));
    if ((after < before) !== expect.spreadImproved) wrong.push(`the gap of load between nodes goes from ${percent(before)} to ${percent(after)}`);
  }
  return wrong;
}

function gapPpm(loads: readonly number[]): number {
  return loads.length === 0 ? 0 : Math.max(...loads) - Math.min(...loads);
}

function percent(ppm: number): string {
  return `${(ppm / 10_000).toFixed(1)} %`;
}
