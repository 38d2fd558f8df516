import { assert } from "../model/assert.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { Form } from "./form.ts";
import { plainAmount } from "./plain-amount.ts";

/** The amount of a form on a settled placement, from scratch: slow and obvious, what every fast counter must equal. */
export function formAmount(form: Form, index: FleetIndex, hostOf: ArrayLike<number>): number {
  assert(form.kind !== "survive", "the amount of survive is computed in survive.ts");
  return plainAmount(form, index, hostOf);
}
