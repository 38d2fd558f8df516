import { Type, type TSchema } from "typebox";
import { objectiveNames } from "../../model/scenario.ts";
import { catalogue, selectorSchema } from "../../policies/index.ts";
import { closed, duration, groupBy, id, ids, instant, line, oneOf, permille, text, whole, type Written } from "./common.ts";

const optional = Type.Optional;

/** What the type of a requirement is, whatever the catalogue holds today. */
type RequirementDocument = string | Record<string, Record<string, unknown>>;

/** Entries that make sense without parameters may be written as a bare word. */
function mayBeBare(parameters: TSchema): boolean {
  const required: unknown = "required" in parameters ? parameters.required : [];
  return Array.isArray(required) && required.length === 0;
}

const entries = Object.entries(catalogue).map(([name, kind]) => ({ name, meaning: kind.meaning, parameters: kind.parameters }));

/** Exactly one entry of the catalogue with its parameters, read from the catalogue itself. */
const requirementSchema = Type.Unsafe<RequirementDocument>(Type.Union([
  Type.Enum(entries.filter(({ parameters }) => mayBeBare(parameters)).map(({ name }) => name), { description: "An entry of the catalogue, without parameters." }),
  ...entries.map(({ name, meaning, parameters }) => closed({ [name]: parameters }, meaning)),
], { description: "What is required: one entry of the catalogue with its parameters." }));

export const policySchema = closed({
  id: id("Policy id."),
  title: optional(line("One line that says what the policy does; the id when absent.")),
  why: optional(text("The reason, for the people who review it.")),
  enabled: optional(Type.Boolean({ description: "Default true; false keeps the policy in the file but leaves it out." })),
  select: optional(closed({
    workloads: optional(selectorSchema),
    hosts: optional(selectorSchema),
    services: optional(selectorSchema),
    groupBy: optional(groupBy),
  }, "What the policy is about.")),
  require: requirementSchema,
  strength: optional(oneOf(["must", "should", "audit"], "must: never broken; should: broken at the price of its weight; audit: reported only. Default must.")),
  weight: optional(whole("Price of breaking a should, relative to other shoulds. Default 1.", 1, 1_000_000)),
  holds: optional(Type.Union([oneOf(["continuously", "at-end"], "At every instant of the plan, or at its end; the entry's own default when absent."), Type.Null()])),
  mayBeEmpty: optional(Type.Boolean({ description: "Selecting nothing is a mistake unless this is true." })),
  exceptions: optional(Type.Array(closed({
    workloads: optional(ids("Workloads that the policy does not bind.")),
    hosts: optional(ids("Hosts that the policy does not bind.")),
    reason: text("Why the exception was granted."),
    expires: instant("After this the exception no longer counts."),
    approvedBy: optional(line("Who granted it.")),
  }), { description: "Exceptions, each with a reason and an expiry." })),
  tests: optional(Type.Array(closed({
    name: line("What the test shows."),
    place: Type.Record(id("Workload."), id("Host."), { description: "Host by workload; workloads that are not named stay where they are." }),
    expect: oneOf(["refused", "allowed"], "What the policy must say."),
  }), { description: "Placements that the policy must refuse, or allow." })),
}, "A rule as people write and review it.");

export const objectivesSchema = Type.Array(closed({
  terms: Type.Array(closed({
    objective: oneOf([...objectiveNames, "shoulds"], "What to have less of."),
    weight: optional(whole("Weight inside the level. Default 1.", 1, 1_000_000)),
  }), { minItems: 1, description: "Terms of the level, added up by weight." }),
}), { minItems: 1, description: "Levels in order of rank: the first that differs decides." });

export const approvalSchema = closed({
  approvers: optional(whole("How many people other than the author of a plan must approve it. Default 1.", 1, 100)),
  roles: optional(Type.Record(Type.String({ minLength: 1, maxLength: 253 }), Type.Integer({ minimum: 1, maximum: 100 }), { description: "Of them, at least so many with each of these roles." })),
  validFor: optional(duration("How long an approval counts. Default 1d.")),
  commentNeeded: optional(Type.Boolean({ description: "Whether an approval must say why. Default false." })),
}, "Who must approve a plan before it may be carried out.");

export type ApprovalDocument = Written<typeof approvalSchema>;

export const settingsSchema = closed({
  paybackHours: optional(whole("Over how many hours a saving must pay for the moves that bring it. Default 720.", 1, 1_000_000)),
  downtimeMicrosPerSecond: optional(whole("Price of a second in which a workload that does not move while it runs is being stopped or started for a move, what is between them not counted: millionths of the currency. Default 100.", 0, 1_000_000_000)),
  minimumGainPermille: optional(whole("Least improvement, per thousand of what it improves, for which a placement not proved best moves anything. Default 5.", 0, 1000)),
  moveMicros: optional(whole("Price of touching a workload at all: millionths of the currency. Default 10000.", 0, 1_000_000_000_000)),
  balance: optional(closed({
    of: oneOf(["reservation", "expectedUse"], "What is evened out: promised amounts, or those that workloads are expected to use."),
    dimensions: Type.Array(Type.Record(Type.String({ minLength: 1, maxLength: 253 }), Type.Integer({ minimum: 1, maximum: 1000 })), {
      minItems: 1, maxItems: 32,
      description: "Each is evened out by itself: the sum of the used parts of its resources, each times its weight.",
    }),
  }, "What the objective balance evens out; reserved cpuMillicores and memoryMiB, each by itself, when absent.")),
  headroom: optional(Type.Array(closed({
    resource: id("Resource."),
    usePermille: optional(permille("Safe use on a host that does not say itself, as a part of its capacity. Default 800.")),
    weight: optional(whole("Price of a unit above it, relative to the other resources. Default 1.", 1, 1_000_000)),
  }), { maxItems: 32, description: "What the objective headroom calls too much; 800 of a thousand cpuMillicores and memoryMiB when absent." })),
  proportion: optional(Type.Array(closed({
    room: id("Resource of which enough is to be free"),
    per: id("for what is free of this one."),
    target: whole("So many units for each.", 1, 1_000_000_000),
    weight: optional(whole("Price of a missing unit, relative to the others. Default 1.", 1, 1_000_000)),
  }), { maxItems: 32, description: "What the objective proportion keeps; 2 memoryMiB for each of cpuMillicores when absent." })),
}, "Prices that the planner weighs moves with, and what it balances.");

export type PolicyEntryDocument = Written<typeof policySchema>;
export type ObjectivesDocument = Written<typeof objectivesSchema>;
export type SettingsDocument = Written<typeof settingsSchema>;
