import type { Form, SurviveForm } from "../../policies/form.ts";
import { encodeForm } from "./encode-form.ts";
import { Sum } from "./milp.ts";
import { Spots } from "./spots.ts";

/** New binaries, over all losses, up to which failover is put into the model; beyond it is only looked at after each solve. */
const binariesMax = 15_000;

/**
 * Failover as copies: for each loss, where the lost members go is a second placement, on which every rule of `keep`
 * holds. Right when all of `keep` holds before the loss too, hence only in a model where its forms are musts; false
 * when that is not so, or when the copies would be too many, and nothing has been added.
 */
export function encodeSurvive(spots: Spots, form: SurviveForm, musts: ReadonlySet<Form>): boolean {
  const keep = form.keep();
  if (!keep.every((each) => each.kind !== "survive" && musts.has(each))) return false;
  const mayBeOn = allowedBy(keep);
  const takers = Array.from(form.takers.keys()).filter((h) => form.takers[h] === 1);
  const copies = form.losses.map((loss) => affectedBy(spots, form, loss));
  const binaries = copies.reduce((sum, affected) => sum + affected.length * takers.length, 0);
  if (binaries > binariesMax) return false;
  form.losses.forEach((loss, i) => {
    const affected = copies[i] ?? [];
    if (affected.length === 0) return;
    const left = takers.filter((h) => !loss.includes(h));
    const after = new Spots(spots.milp, spots.index);
    const members = new Set(affected);
    for (let w = 0; w < spots.index.workloads.length; w++) {
      after.place(w, members.has(w) ? moved(spots, w, loss, left.filter((h) => mayBeOn(w, h))) : unmoved(spots, w));
    }
    const grown = new Set(left);
    for (const each of keep) {
      if (each.kind === "allow" || each.kind === "survive") continue; // columns exist only where allowed
      if (each.kind === "fill" && !each.hosts.some((h) => grown.has(h))) continue; // only ever emptied
      encodeForm(after, each, false);
    }
  });
  return true;
}

/** Members that can be on a lost host at all. */
function affectedBy(spots: Spots, form: SurviveForm, loss: Int32Array): readonly number[] {
  return Array.from(form.members).filter((w) => loss.some((h) => spots.at(w, h) !== null));
}

function unmoved(spots: Spots, workload: number): readonly Sum[] {
  return Array.from({ length: spots.hostCount }, (_, h) => spots.at(workload, h) ?? new Sum());
}

/** Where a member is after a loss: where it was when that is left, and on one of `targets` when it is not. */
function moved(spots: Spots, workload: number, loss: Int32Array, targets: readonly number[]): readonly Sum[] {
  const { milp } = spots;
  const lost = spots.atAny(workload, [...new Set(loss)]) ?? new Sum();
  const everywhere = new Sum().addSum(lost, -1);
  const atHost = unmoved(spots, workload).map((there, h) => (loss.includes(h) ? new Sum() : new Sum().addSum(there, 1)));
  for (const h of targets) {
    const column = milp.column(0, 1, true);
    everywhere.add(column, 1);
    atHost[h]?.add(column, 1);
  }
  milp.row(everywhere, 0, 0);
  return atHost;
}

/** Where what is lost may start anew. */
function allowedBy(keep: readonly Form[]): (workload: number, host: number) => boolean {
  const rows = new Map<number, Uint8Array[]>();
  for (const form of keep) {
    if (form.kind !== "allow") continue;
    const row = form.allowedAnew ?? form.allowed;
    const known = rows.get(form.workload);
    if (known === undefined) rows.set(form.workload, [row]);
    else known.push(row);
  }
  return (workload, host) => (rows.get(workload) ?? []).every((allowed) => allowed[host] === 1);
}
