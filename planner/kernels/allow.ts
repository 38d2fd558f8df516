import type { AllowForm } from "../../policies/form.ts";

/** In a row of misfits: the workload must not be put there at all, whatever it gains. */
export const never = 255;

/** An allow form with the weight of the policy that it came from; 1 for musts. */
export interface WeightedAllow {
  readonly form: AllowForm;
  readonly weight: number;
}

type Row = Uint8Array | Float64Array;

/**
 * Which hosts speak against which workload. Workloads with the same forms are one class and share one row, since a
 * fleet of 50,000 workloads knows a few dozen different fences only.
 */
export class AllowRows<Kind extends Row> {
  readonly classOf: Int32Array;
  /** By class: for each host the sum of the weights of the forms that it breaks, or `never`. */
  readonly rows: readonly Kind[];
  readonly #candidates: (Int32Array | undefined)[] = [];

  constructor(
    workloadCount: number, makeRow: () => Kind,
    forms: readonly WeightedAllow[], forbidden: readonly { readonly workload: number; readonly host: number }[] = [],
  ) {
    const formsOf = new Map<number, WeightedAllow[]>();
    for (const entry of forms) listIn(formsOf, entry.form.workload).push(entry);
    const forbiddenOf = new Map<number, number[]>();
    for (const { workload, host } of forbidden) listIn(forbiddenOf, workload).push(host);
    const numbers = new Map<Uint8Array, number>();
    const classes = new Map<string, number>();
    const rows: Kind[] = [];
    this.classOf = new Int32Array(workloadCount);
    for (let w = 0; w < workloadCount; w++) {
      const own = formsOf.get(w) ?? [];
      const alone = forbiddenOf.get(w);
      const key = alone === undefined ? keyOf(own, numbers) : `alone ${w}`;
      let kind = classes.get(key);
      if (kind === undefined) {
        kind = rows.length;
        classes.set(key, kind);
        rows.push(fillRow(makeRow(), own, alone ?? []));
      }
      this.classOf[w] = kind;
    }
    this.rows = rows;
  }

  /** Hosts with nothing against the workload, ascending. */
  candidatesOf(workload: number): Int32Array {
    const kind = this.classOf[workload] as number;
    const known = this.#candidates[kind];
    if (known !== undefined) return known;
    const found: number[] = [];
    this.rows[kind]?.forEach((misfits, h) => { if (misfits === 0) found.push(h); });
    return (this.#candidates[kind] = Int32Array.from(found));
  }
}

function listIn<Item>(lists: Map<number, Item[]>, key: number): Item[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const made: Item[] = [];
  lists.set(key, made);
  return made;
}

function keyOf(forms: readonly WeightedAllow[], numbers: Map<Uint8Array, number>): string {
  let key = "";
  for (const { form, weight } of forms) {
    let number = numbers.get(form.allowed);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(form.allowed, number);
    }
    key += `${number}*${weight} `;
  }
  return key;
}

function fillRow<Kind extends Row>(row: Kind, forms: readonly WeightedAllow[], forbidden: readonly number[]): Kind {
  for (const { form, weight } of forms) {
    for (let h = 0; h < row.length; h++) if (form.allowed[h] !== 1) row[h] = (row[h] as number) + weight;
  }
  for (const h of forbidden) row[h] = never;
  return row;
}
