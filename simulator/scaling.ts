import type { Fleet, ScaleLimit, Workload } from "../model/fleet.ts";
import { compareIds, type ApplicationId, type ServiceId, type WorkloadId } from "../model/ids.ts";
import { amountOf } from "../model/resource.ts";
import type { Core } from "./core.ts";
import { instancesByApplication } from "./services.ts";

/** When instances are called for, and when they are let go. */
export interface ScalingSettings {
  /** How often use is compared with the limits; the step of the load when that is longer. */
  readonly watchMs: number;
  /** The limit must be passed for so long before another instance is called for. */
  readonly sustainMs: number;
  /** With one instance less the others would use less than this part of the limit, per thousand, */
  readonly releasePermille: number;
  /** for so long: then one is let go. */
  readonly releaseMs: number;
}

export const defaultScaling: ScalingSettings = { watchMs: 60_000, sustainMs: 60_000, releasePermille: 700, releaseMs: 900_000 };

/** How the use of an application stood to the limit of a service, column by column of the charts; NaN where nobody looked. */
export interface ScalingRecord {
  readonly service: ServiceId;
  readonly application: ApplicationId;
  readonly resource: string;
  readonly abovePermille: number;
  readonly maxInstances: number;
  /** Highest use of what the instances that served have reserved, and the most and the fewest instances that served. */
  readonly usePermille: Float64Array;
  readonly instances: Float64Array;
  readonly fewestInstances: Float64Array;
  /** The fewest and the most instances that served at any look: the least and the greatest of the columns. */
  readonly fewest: number;
  readonly most: number;
}

/** One rule of a service and where it stands. */
interface Rule {
  readonly service: number;
  readonly limit: ScaleLimit;
  readonly resource: number;
  readonly members: readonly number[];
  aboveSinceMs: number | null;
  belowSinceMs: number | null;
  /** Instances that were called for, in order. */
  readonly called: number[];
  retryMs: number;
  readonly usePermille: Float64Array;
  readonly instances: Float64Array;
  readonly fewestInstances: Float64Array;
  fewest: number;
  most: number;
}

/** Another instance was called for, or let go. */
export type Verdict = { readonly kind: "one more"; readonly workload: number } | { readonly kind: "one less"; readonly workload: number };

/** The fleet with the instances that its services may call for: copies of the last one of each kind, that run nowhere yet. */
export function withSpareInstances(fleet: Fleet): Fleet {
  const taken = new Set<string>(fleet.workloads.map(({ id }) => id));
  const most = new Map<string, number>();
  for (const { application, maxInstances } of fleet.services.flatMap(({ scale }) => scale)) most.set(application, Math.max(most.get(application) ?? 0, maxInstances));
  const spares = [...most].sort(([a], [b]) => compareIds(a, b)).flatMap(([application, maxInstances]) => {
    const instances = fleet.workloads.filter(({ applications }) => applications.some((id) => id === application));
    const template = instances.at(-1);
    return template === undefined ? [] : Array.from({ length: Math.max(0, maxInstances - instances.length) }, () => spareOf(template, taken));
  });
  return { ...fleet, workloads: [...fleet.workloads, ...spares].sort((a, b) => compareIds(a.id, b.id)) };
}

function spareOf(template: Workload, taken: Set<string>): Workload {
  const stem = template.id.replace(/-?\d+$/, "");
  let number = 1;
  while (taken.has(`${stem}-${number}`)) number++;
  const id = `${stem}-${number}` as WorkloadId;
  taken.add(id);
  const { lostFrom: _lost, ...kept } = template;
  return { ...kept, id, host: null, state: "new", desired: "running", copyOf: null };
}

/** Compares what instances are asked for with the limits of their services. */
export class Scaling {
  readonly #core: Core;
  readonly #settings: ScalingSettings;
  readonly #rules: Rule[];

  constructor(core: Core, settings: ScalingSettings) {
    this.#core = core;
    this.#settings = settings;
    const instances = instancesByApplication(core.index);
    const unseen = (): Float64Array => new Float64Array(core.meters.options.columns).fill(Number.NaN);
    this.#rules = core.index.fleet.services.flatMap(({ scale }, service) => scale.map((limit) => ({
      service, limit, resource: core.window.resources.findIndex(({ name }) => name === limit.resource),
      members: instances.get(limit.application) ?? [], aboveSinceMs: null, belowSinceMs: null, called: [], retryMs: 0,
      usePermille: unseen(), instances: unseen(), fewestInstances: unseen(), fewest: Infinity, most: 0,
    }))).filter(({ resource }) => resource >= 0);
  }

  get watches(): boolean {
    return this.#rules.length > 0;
  }

  records(): readonly ScalingRecord[] {
    return this.#rules.flatMap(({ service, limit, usePermille, instances, fewestInstances, fewest, most }) => {
      const found = this.#core.index.fleet.services[service];
      return found === undefined ? [] : [{ service: found.id, ...limit, usePermille, instances, fewestInstances, fewest: fewest === Infinity ? 0 : fewest, most }];
    });
  }

  /** Looks at every rule now. */
  watch(): readonly Verdict[] {
    return this.#rules.flatMap((rule) => this.#look(rule) ?? []);
  }

  /** An instance that was called for has found no place: it is asked for again, but not at once. */
  refused(workload: number): void {
    for (const rule of this.#rules) {
      if (!rule.called.includes(workload)) continue;
      rule.called.splice(rule.called.indexOf(workload), 1);
      rule.retryMs = this.#core.nowMs + this.#settings.releaseMs;
    }
  }

  #look(rule: Rule): Verdict | null {
    const { nowMs, world, window, index } = this.#core;
    const serving = rule.members.filter((w) => world.serves(w));
    const name = rule.limit.resource;
    const perUnit = window.resources[rule.resource]?.perUnit ?? 1;
    const asked = serving.reduce((sum, w) => sum + window.at(rule.resource, w, nowMs), 0);
    const reserved = serving.reduce((sum, w) => sum + amountOf(index.workloads[w]?.reservation ?? {}, name) * perUnit, 0);
    const usePermille = reserved === 0 ? 0 : Math.floor((1000 * asked) / reserved);
    this.#note(rule, usePermille, serving.length);
    const wouldUse = serving.length < 2 ? Infinity : (usePermille * serving.length) / (serving.length - 1);
    rule.aboveSinceMs = usePermille > rule.limit.abovePermille ? (rule.aboveSinceMs ?? nowMs) : null;
    rule.belowSinceMs = wouldUse < (rule.limit.abovePermille * this.#settings.releasePermille) / 1000 ? (rule.belowSinceMs ?? nowMs) : null;
    return this.#call(rule, usePermille) ?? this.#release(rule, usePermille);
  }

  #note(rule: Rule, use: number, serving: number): void {
    const { usePermille, instances, fewestInstances } = rule;
    rule.fewest = Math.min(rule.fewest, serving);
    rule.most = Math.max(rule.most, serving);
    const column = Math.min(instances.length - 1, Math.floor(this.#core.nowMs / this.#core.meters.options.columnMs));
    const isFirstLook = Number.isNaN(instances[column]);
    usePermille[column] = isFirstLook ? use : Math.max(use, usePermille[column] as number);
    instances[column] = isFirstLook ? serving : Math.max(serving, instances[column] as number);
    fewestInstances[column] = isFirstLook ? serving : Math.min(serving, fewestInstances[column] as number);
  }

  #call(rule: Rule, usePermille: number): Verdict | null {
    const { nowMs, world } = this.#core;
    if (rule.aboveSinceMs === null || nowMs - rule.aboveSinceMs < this.#settings.sustainMs || nowMs < rule.retryMs) return null;
    if (rule.called.some((w) => !world.serves(w))) return null;
    const wanted = rule.members.filter((w) => world.isWanted(w)).length;
    const spare = rule.members.find((w) => !world.isWanted(w) && world.stateOf(w) === "absent");
    if (wanted >= rule.limit.maxInstances || spare === undefined) return null;
    rule.called.push(spare);
    rule.aboveSinceMs = null;
    this.#tell(rule, usePermille, "one more");
    return { kind: "one more", workload: spare };
  }

  #release(rule: Rule, usePermille: number): Verdict | null {
    const { nowMs, world } = this.#core;
    const last = rule.called.at(-1);
    if (rule.belowSinceMs === null || nowMs - rule.belowSinceMs < this.#settings.releaseMs || last === undefined || world.stateOf(last) !== "running") return null;
    rule.called.pop();
    rule.belowSinceMs = null;
    this.#tell(rule, usePermille, "one less");
    return { kind: "one less", workload: last };
  }

  #tell(rule: Rule, usePermille: number, wants: "one more" | "one less"): void {
    const service = this.#core.index.fleet.services[rule.service];
    if (service !== undefined) this.#core.timeline.add(this.#core.nowMs, { kind: "limit", service: service.id, application: rule.limit.application, usePermille, wants });
  }
}
