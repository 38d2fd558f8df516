import type { Engine } from "./engine.ts";
import type { HostState } from "./world.ts";

const states: readonly HostState[] = ["off", "booting", "on", "stopping", "maintenance", "failed"];

/** What must hold after every event, in words where it does not. */
export function brokenNow(engine: Engine): readonly string[] {
  const { world } = engine.core;
  return [...workloadsInPlace(engine), ...engine.flows.overfull(), ...engine.tasks.misplaced(), ...engine.core.index.hosts.flatMap((host, h) => {
    const inStates = states.reduce((sum, state) => sum + engine.core.hostMs(h, state), 0);
    const problems = inStates === engine.core.nowMs ? [] : [`host ${host.id} was ${inStates} ms in its states, of ${engine.core.nowMs} ms`];
    const drawing = world.drawing(h);
    if (drawing.length > 0 && !world.runsWorkloads(h)) problems.push(`host ${host.id} is ${world.hostState(h)} and runs workloads`);
    if (new Set(drawing).size !== drawing.length) problems.push(`a workload draws twice on host ${host.id}`);
    return problems;
  })];
}

/** What must hold besides when all events of an instant are over. */
export function brokenAtRest({ tasks }: Engine): readonly string[] {
  return tasks.outdated();
}

/** Each workload is where it says and nowhere else, and serves on one host at most. */
function workloadsInPlace({ core: { world, index } }: Engine): readonly string[] {
  const problems: string[] = [];
  const servingOn = index.workloads.map(() => 0);
  index.hosts.forEach((_, h) => {
    for (const w of world.drawing(h)) servingOn[w] = (servingOn[w] ?? 0) + 1;
    for (const w of world.present(h)) {
      const { host, arriving, leaving } = world.where(w);
      if (host !== h && arriving !== h && leaving !== h) problems.push(`${index.workloads[w]?.id} is said to be on ${index.hosts[h]?.id}, but is not`);
    }
  });
  index.workloads.forEach(({ id }, w) => {
    const { host, arriving, activity } = world.where(w);
    const state = world.stateOf(w);
    const serves = world.serves(w);
    if (servingOn[w] !== Number(serves)) problems.push(`${id} is ${state} and draws on ${servingOn[w]} hosts`);
    if (serves && (host < 0 || !world.drawing(host).includes(w))) problems.push(`${id} is ${state} but draws nowhere`);
    if (host >= 0 && !world.present(host).includes(w)) problems.push(`${id} is not where it is`);
    if (arriving >= 0 && arriving === host) problems.push(`${id} arrives where it is`);
    if ((state === "running" || state === "moving" || state === "paused") !== (activity === "running")) problems.push(`${id} is ${state} and ${activity}`);
    if ((state === "absent" || state === "failed") && host >= 0) problems.push(`${id} is ${state} on a host`);
  });
  return problems;
}

/** What must hold once everything is settled: sums by host, by row, by workload and by column are the same sums. */
export function brokenTotals({ core, checkpoints }: Engine): readonly string[] {
  const { meters, window, bill, index } = core;
  const problems = window.resources.flatMap(({ name }, r) => {
    let [asked, stolen] = [0n, 0n];
    for (let row = 0; row < window.rows; row++) {
      const of = meters.ofRow(r, row);
      asked += of.demand;
      stolen += of.stolen;
      if (of.stolen > of.demand) return [`row ${row} was robbed of more ${name} than it asked for`];
    }
    const [ofHosts, stolenAtHosts] = [meters.demand[r]?.sum() ?? 0n, meters.stolen[r]?.sum() ?? 0n];
    return [...(asked === ofHosts ? [] : [`rows asked for ${asked} of ${name}, hosts were asked for ${ofHosts}`]),
      ...(stolen === stolenAtHosts ? [] : [`rows missed ${stolen} of ${name}, hosts ${stolenAtHosts}`])];
  });
  index.workloads.forEach(({ id }, w) => {
    const { demand, stolen } = meters.ofRow(meters.processor, w);
    const undone = checkpoints.record(w)?.undone ?? 0n;
    if (undone < 0n || undone > demand - stolen) problems.push(`${id} lost ${undone} of ${demand - stolen} that it was granted`);
  });
  const { byHost, byWorkload } = bill.reserved();
  if (byHost !== byWorkload) problems.push(`reservations cost ${byHost} by host, ${byWorkload} by workload`);
  index.hosts.forEach(({ id }, h) => {
    const { columns } = meters.options;
    const inColumns = meters.energyColumns.subarray(h * columns, (h + 1) * columns).reduce((sum, energy) => sum + BigInt(energy), 0n);
    if (inColumns !== meters.energy.exact(h)) problems.push(`host ${id} drew ${meters.energy.exact(h)} microjoules, ${inColumns} by column`);
    meters.capacity.forEach((capacity, r) => {
      if ((meters.grantedPeak[r]?.[h] ?? 0) > (capacity[h] ?? 0)) problems.push(`host ${id} gave more ${window.resources[r]?.name} than it has`);
    });
  });
  return problems;
}
