import { Type, type TObject, type TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { Plan } from "../model/plan.ts";

const id = Type.String({ minLength: 1, maxLength: 253 });
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const micros = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
const words = Type.String();
const instant = Type.String({ pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,3})?)?|24:00(:00(\\.0{1,3})?)?)Z$" });
const closed = { additionalProperties: false };
const orNull = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);

const onHost = (kind: string): TObject => Type.Object({ kind: Type.Literal(kind), host: id }, closed);
const workloadOnHost = (kind: string): TObject => Type.Object({ kind: Type.Literal(kind), workload: id, host: id }, closed);
const carried = (kind: string): TObject => Type.Object({ kind: Type.Literal(kind), workload: id, from: id, to: id }, closed);

const action = Type.Union([
  onHost("bootHost"), onHost("shutdownHost"),
  carried("migrate"), carried("transfer"),
  workloadOnHost("stop"), workloadOnHost("deleteSource"), workloadOnHost("remove"),
  Type.Object({ kind: Type.Literal("start"), workload: id, host: id, checkpoint: Type.Optional(id) }, closed),
  Type.Object({ kind: Type.Literal("copy"), workload: id, source: id, from: id, to: id }, closed),
]);

const plannedAction = Type.Object({
  id, action, after: Type.Array(id), startMs: count, endMs: count, reason: words, ifItFails: words, critical: Type.Boolean(),
}, closed);

const move = Type.Object({
  workload: id, from: orNull(id), to: orNull(id),
  how: Type.Union(["live", "cold", "start", "stop", "remove", "copy"].map((how) => Type.Literal(how))),
  reason: words, gainMicrosPerHour: micros,
}, closed);

const claim = Type.Union([
  Type.Object({ kind: Type.Literal("optimal") }, closed),
  Type.Object({ kind: Type.Literal("within"), permille: count }, closed),
  Type.Object({ kind: Type.Literal("best-found") }, closed),
  Type.Object({ kind: Type.Literal("incomplete") }, closed),
  Type.Object({ kind: Type.Literal("infeasible"), proved: Type.Literal(true) }, closed),
]);

const planSchema = Type.Object({
  format: Type.Literal("stowage/plan/v1"),
  scenario: words,
  mode: Type.Union(["optimise", "repair", "evacuate", "place"].map((mode) => Type.Literal(mode))),
  engine: words, seed: count, claim, asOf: orNull(instant), currency: words,
  levels: Type.Array(Type.Object({ name: words, before: Type.Number(), after: Type.Number(), bound: orNull(Type.Number()) }, closed)),
  placedCount: count, wantedCount: count,
  unplaced: Type.Array(Type.Object({ workload: id, reasons: Type.Array(words) }, closed)),
  unreached: Type.Array(Type.Object({ workload: id, from: orNull(id), to: orNull(id), because: words }, closed)),
  moves: Type.Array(move),
  actions: Type.Array(plannedAction),
  makespanMs: count,
  target: Type.Array(Type.Object({ workload: id, host: id }, closed)),
  hourlyCostBeforeMicros: micros, hourlyCostAfterMicros: micros,
  basis: Type.Array(Type.Object({ about: words, value: words }, closed)),
  remarks: Type.Array(words),
  digest: words,
}, { ...closed, $id: "https://stowage.example/plan.schema.json", title: "Plan" });

const compiled = Compile(planSchema);

/** The JSON Schema of a plan file. */
export function planDocumentSchema(): Readonly<Record<string, unknown>> {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...planSchema };
}

/** Where a document is not a plan, and why: one problem for each place. */
export interface PlanProblem {
  /** As people write it: `actions[3].action`. */
  readonly path: string;
  /** What stands there, and what should. */
  readonly message: string;
}

/** A plan from outside: checked key by key, so that what follows may rely on the types. */
export function parsePlan(document: unknown): { readonly plan: Plan | null; readonly problems: readonly PlanProblem[] } {
  const fits: boolean = compiled.Check(document);
  if (fits) return { plan: document as Plan, problems: [] };
  const places = new Map<string, string>();
  for (const { instancePath, message, keyword } of compiled.Errors(document)) {
    if (keyword === "boolean") continue;
    const choice = choices.exec(instancePath)?.[0];
    const place = choice ?? instancePath;
    if (!places.has(place)) places.set(place, choice === undefined ? message : "is none of the forms that it may have");
  }
  return {
    plan: null,
    problems: [...places].map(([place, message]) => ({
      path: place.slice(1).replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]").replaceAll("/", "."), message,
    })),
  };
}

/** Places where one of several forms may stand; that none fits is one problem, not one for each form. */
const choices = /^\/(?:asOf|actions\/\d+\/action|claim|mode|moves\/\d+\/how)(?=\/|$)/;
