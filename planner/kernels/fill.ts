import type { FillForm } from "../../policies/form.ts";

/** One resource: the same members and sizes in all its forms. */
export interface FillGroup {
  readonly members: Int32Array;
  readonly sizes: Float64Array;
  /** Per member, where its size counts wherever it is. */
  readonly home: Int32Array | undefined;
  /** Limits of single hosts; several forms about one host are several layers. */
  readonly forms: readonly { readonly form: FillForm; readonly weight: number; readonly must: boolean }[];
}

/** Limits of all cells that one layer knows; infinite where it says nothing. */
export interface FillLayer {
  readonly limits: Float64Array;
  /** 0 for musts; the weight of the policy for shoulds. */
  readonly weight: number;
}

/**
 * All single-host fill forms as one dense table of hosts by resources: the hottest counters, because every move of
 * every workload reads them. Cells are `host * resources + resource`, needs are `workload * resources + resource`.
 */
export class FillTable {
  readonly resources: number;
  readonly need: Float64Array;
  /** The same without resources that a workload keeps on its home: what coming there adds, and leaving it frees. */
  readonly #needAtHome: Float64Array;
  /** By workload; -1 for those that keep nothing anywhere. */
  readonly #home: Int32Array;
  readonly load: Float64Array;
  readonly mustLayers: readonly Float64Array[];
  readonly shouldLayers: readonly FillLayer[];
  /** By cell, how much one unit above a must counts while searching; grows where a breach will not go away. */
  readonly guide: Float64Array;
  /** Results of the last `delta`. */
  mustChange = 0;
  guideChange = 0;
  shouldChange = 0;

  constructor(workloadCount: number, hostCount: number, groups: readonly FillGroup[]) {
    const resources = groups.length;
    this.resources = resources;
    this.need = new Float64Array(workloadCount * resources);
    this.load = new Float64Array(hostCount * resources);
    this.guide = new Float64Array(hostCount * resources);
    const musts: Float64Array[] = [];
    const shoulds = new Map<number, Float64Array[]>();
    groups.forEach((group, r) => {
      group.members.forEach((w, i) => { this.need[w * resources + r] = group.sizes[i] ?? 0; });
      const unit = 1 / Math.max(1, mean(group.sizes));
      for (let h = 0; h < hostCount; h++) this.guide[h * resources + r] = unit;
      for (const { form, weight, must } of group.forms) {
        const layers = must ? musts : (shoulds.get(weight) ?? []);
        if (!must) shoulds.set(weight, layers);
        setLimit(layers, hostCount * resources, (form.hosts[0] as number) * resources + r, form.limit);
      }
    });
    this.#home = new Int32Array(workloadCount).fill(-1);
    this.#needAtHome = groups.some(({ home }) => home !== undefined) ? this.need.slice() : this.need;
    groups.forEach((group, r) => this.#keepHomes(group, r));
    this.mustLayers = musts;
    this.shouldLayers = [...shoulds].flatMap(([weight, layers]) => layers.map((limits) => ({ limits, weight })));
  }

  #keepHomes({ members, sizes, home }: FillGroup, r: number): void {
    home?.forEach((host, i) => {
      const w = members[i] as number;
      if (host < 0) return;
      this.#home[w] = host;
      this.#needAtHome[w * this.resources + r] = 0;
      this.load[host * this.resources + r] = (this.load[host * this.resources + r] as number) + (sizes[i] as number);
    });
  }

  /** Fills `mustChange`, `guideChange` and `shouldChange` with what the move would change. */
  delta(workload: number, from: number, to: number): void {
    this.mustChange = 0;
    this.guideChange = 0;
    this.shouldChange = 0;
    for (let i = 0; i < this.mustLayers.length; i++) this.#deltaOfMust(this.mustLayers[i] as Float64Array, workload, from, to);
    for (let i = 0; i < this.shouldLayers.length; i++) this.#deltaOfShould(this.shouldLayers[i] as FillLayer, workload, from, to);
  }

  #deltaOfMust(limits: Float64Array, workload: number, from: number, to: number): void {
    const { resources, load, guide } = this;
    let must = 0;
    let guided = 0;
    const own = workload * resources;
    const home = this.#home[workload] as number;
    if (to >= 0) {
      const need = to === home ? this.#needAtHome : this.need;
      const start = to * resources;
      for (let r = 0; r < resources; r++) {
        const size = need[own + r] as number;
        const after = (load[start + r] as number) + size - (limits[start + r] as number);
        if (after <= 0 || size === 0) continue;
        const over = after < size ? after : size;
        must += over;
        guided += over * (guide[start + r] as number);
      }
    }
    if (from >= 0) {
      const need = from === home ? this.#needAtHome : this.need;
      const start = from * resources;
      for (let r = 0; r < resources; r++) {
        const before = (load[start + r] as number) - (limits[start + r] as number);
        const size = need[own + r] as number;
        if (before <= 0 || size === 0) continue;
        const over = before < size ? before : size;
        must -= over;
        guided -= over * (guide[start + r] as number);
      }
    }
    this.mustChange += must;
    this.guideChange += guided;
  }

  #deltaOfShould({ limits, weight }: FillLayer, workload: number, from: number, to: number): void {
    const { resources, load } = this;
    const home = this.#home[workload] as number;
    const needThere = to === home ? this.#needAtHome : this.need;
    const needHere = from === home ? this.#needAtHome : this.need;
    let should = 0;
    for (let r = 0; r < resources; r++) {
      const own = workload * resources + r;
      if (to >= 0) {
        const size = needThere[own] as number;
        const after = (load[to * resources + r] as number) + size - (limits[to * resources + r] as number);
        if (after > 0) should += after < size ? after : size;
      }
      if (from >= 0) {
        const size = needHere[own] as number;
        const before = (load[from * resources + r] as number) - (limits[from * resources + r] as number);
        if (before > 0) should -= before < size ? before : size;
      }
    }
    this.shouldChange += weight * should;
  }

  apply(workload: number, from: number, to: number): void {
    const { resources, load } = this;
    const home = this.#home[workload] as number;
    const needThere = to === home ? this.#needAtHome : this.need;
    const needHere = from === home ? this.#needAtHome : this.need;
    for (let r = 0; r < resources; r++) {
      const own = workload * resources + r;
      if (to >= 0) load[to * resources + r] = (load[to * resources + r] as number) + (needThere[own] as number);
      if (from >= 0) load[from * resources + r] = (load[from * resources + r] as number) - (needHere[own] as number);
    }
  }

  /** Sum of what is above the musts of a host, each unit weighted by its guide. */
  guidedExcess(host: number): number {
    let sum = 0;
    for (let r = 0; r < this.resources; r++) {
      const cell = host * this.resources + r;
      sum += this.#mustExcess(cell, this.load[cell] as number) * (this.guide[cell] as number);
    }
    return sum;
  }

  /** Makes what is above the musts now count more from here on. */
  raiseGuides(host: number, factor: number): void {
    for (let r = 0; r < this.resources; r++) {
      const cell = host * this.resources + r;
      if (this.#mustExcess(cell, this.load[cell] as number) > 0) this.guide[cell] = (this.guide[cell] as number) * factor;
    }
  }

  /** Amounts over all cells as they are: of musts, and of shoulds by weight. */
  totals(): { readonly must: number; readonly should: number } {
    let must = 0;
    let should = 0;
    for (let cell = 0; cell < this.load.length; cell++) {
      must += this.#mustExcess(cell, this.load[cell] as number);
      for (const { limits, weight } of this.shouldLayers) should += weight * Math.max(0, (this.load[cell] as number) - (limits[cell] as number));
    }
    return { must, should };
  }

  #mustExcess(cell: number, load: number): number {
    const layers = this.mustLayers;
    let excess = 0;
    for (let i = 0; i < layers.length; i++) {
      const over = load - ((layers[i] as Float64Array)[cell] as number);
      if (over > 0) excess += over;
    }
    return excess;
  }
}

function mean(sizes: Float64Array): number {
  return sizes.length === 0 ? 0 : sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

/** Puts a limit into the first layer that has none for the cell. */
function setLimit(layers: Float64Array[], cells: number, cell: number, limit: number): void {
  for (const layer of layers) {
    if (layer[cell] === Infinity) {
      layer[cell] = limit;
      return;
    }
  }
  const layer = new Float64Array(cells).fill(Infinity);
  layer[cell] = limit;
  layers.push(layer);
}
