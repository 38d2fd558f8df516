import { Type } from "typebox";
import { closed, duration, id, instant, line, text, whole, type Written } from "../fields/common.ts";

const optional = Type.Optional;

const files = (description: string, minItems: number) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { minItems, maxItems: 100, description });

const move = closed({
  workload: id("The workload that would be elsewhere."),
  to: optional(id("The host; away from all of them when absent.")),
}, "One workload elsewhere.");

/** The one source of the format of studies. */
export const studySchema = closed({
  $schema: optional(line("Schema of this file, for editors.")),
  apiVersion: Type.Literal("stowage/study/v1", { description: "Version of the format." }),
  name: id("Name of the study."),
  title: optional(line("One line for people.")),
  description: optional(text("What is to be found out.")),
  scenarios: Type.Array(closed({
    name: id("Name in tables."),
    title: optional(line("One line for people.")),
    files: files("The scenario's files, base first, relative to this file.", 1),
  }, "A scenario of the study."), { minItems: 1, maxItems: 100, description: "What may happen." }),
  policies: optional(Type.Array(closed({
    name: id("Name in tables."),
    title: optional(line("One line for people.")),
    files: files("What is laid over each scenario, relative to this file; none for the policies as they are.", 0),
  }, "A set of policies."), { minItems: 1, maxItems: 100, description: "What may be decided; the policies as they are when absent. Every scenario is tried with every set." })),
  seeds: optional(closed({
    first: optional(whole("The first seed. Default 1.", 0, 2 ** 31)),
    count: optional(whole("How many, one after the other. Default 10.", 1, 10_000)),
  }, "With which chance: each scenario and set of policies meets the same seeds.")),
  baseline: optional(closed({
    scenario: optional(id("Default the first.")),
    policies: optional(id("Default the first.")),
  }, "What everything is compared with.")),
  start: optional(instant("When the simulations begin, instead of what the scenarios say.")),
  length: optional(duration("How long they last, instead of what the scenarios say.")),
  runway: optional(Type.Boolean({ description: "Find the runway of each run too; takes longer. Default false." })),
  whatIfs: optional(Type.Array(closed({
    name: id("Name in tables."),
    moves: Type.Array(move, { minItems: 1, maxItems: 10_000, description: "Who would be elsewhere." }),
  }, "Some workloads elsewhere."), { maxItems: 100_000, description: "What would it change on the hosts concerned if some workloads were elsewhere all the time? Nothing else is simulated." })),
}, "A Stowage study: scenarios x policies x seeds, simulated and compared.");

/** A study as it stands in a file. */
export type StudyDocument = Written<typeof studySchema>;
