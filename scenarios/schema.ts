import { Type } from "typebox";
import { changeKinds } from "./changes/catalogue.ts";
import { closed, exactlyOne, id, instant, line, text, type Written } from "./fields/common.ts";
import { financeSchema } from "./fields/finance.ts";
import { applicationSchema, hostSchema, hostTypeSchema, linkSchema, resourceSchema, serviceSchema, siteSchema, workloadSchema } from "./fields/fleet.ts";
import { approvalSchema, objectivesSchema, policySchema, settingsSchema } from "./fields/policy.ts";
import { simulationSchema } from "./fields/simulation.ts";

const optional = Type.Optional;

/** A change as written: exactly one key, the kind of change, with its parameters. */
export type ChangeDocument = {
  readonly [Kind in keyof typeof changeKinds]: { readonly [Key in Kind]: Parameters<(typeof changeKinds)[Kind]["apply"]>[0] };
}[keyof typeof changeKinds];

const changeSchema = Type.Unsafe<ChangeDocument>(exactlyOne(
  Object.fromEntries(Object.values(changeKinds).map(({ name, schema }) => [name, schema])), "A change to try: one kind of change with its parameters."));

/**
 * The one source of the format: types, checks, published schemas and descriptions all come from here. A document may
 * be a part of a scenario: only apiVersion is needed in each file, and a name in one of them.
 */
export const documentSchema = closed({
  $schema: optional(line("Schema of this file, for editors.")),
  apiVersion: Type.Literal("stowage/v1", { description: "Version of the format." }),
  name: optional(id("Name of the scenario; of several files, the last one that has a name gives it.")),
  title: optional(line("One line for people.")),
  description: optional(text("What the scenario is about.")),
  asOf: optional(instant("The instant that expiries and windows are compared with.")),
  currency: optional(line("Currency of all prices. Default EUR.")),
  include: optional(Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { description: "Other scenario files that this one builds on, relative to this file." })),
  resources: optional(Type.Array(resourceSchema, { description: "Resources beside cpuMillicores, memoryMiB, storageMiB and networkMbps." })),
  sites: optional(Type.Array(siteSchema, { description: "Places." })),
  hostTypes: optional(Type.Record(id("Name of the type."), hostTypeSchema, { description: "What hosts of one type have in common, by name." })),
  hosts: optional(Type.Array(hostSchema, { description: "Physical machines." })),
  applications: optional(Type.Array(applicationSchema, { description: "What runs in workloads." })),
  workloads: optional(Type.Array(workloadSchema, { description: "What is placed." })),
  services: optional(Type.Array(serviceSchema, { description: "Applications that serve together." })),
  links: optional(Type.Array(linkSchema, { description: "The network between sites." })),
  policies: optional(Type.Array(policySchema, { description: "Rules." })),
  objectives: optional(objectivesSchema),
  settings: optional(settingsSchema),
  approval: optional(approvalSchema),
  simulation: optional(simulationSchema),
  finance: optional(financeSchema),
  changes: optional(Type.Array(changeSchema, { description: "What to try, in this order." })),
}, "A Stowage scenario: a fleet, its policies and the changes to try, or a part of one.");

/** A scenario, or a part of one, as it stands in a file. */
export type ScenarioDocument = Written<typeof documentSchema>;
