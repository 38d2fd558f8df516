import type { FleetIndex } from "../model/snapshot.ts";
import type { Form } from "./form.ts";
import { plainAmount } from "./plain-amount.ts";
import { surviveAmount } from "./survive.ts";

/** The amount of a form on a settled placement, from scratch: slow and obvious, what every fast counter must equal. */
export function formAmount(form: Form, index: FleetIndex, hostOf: ArrayLike<number>): number {
  return form.kind === "survive" ? surviveAmount(form, index, hostOf) : plainAmount(form, index, hostOf);
}
