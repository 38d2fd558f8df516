import { Type, type Static, type TSchema } from "typebox";

type DeepReadonly<Value> = Value extends readonly (infer Item)[] ? readonly DeepReadonly<Item>[]
  : Value extends object ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> } : Value;

/** A value as a document holds it: of the schema's type, and read-only. */
export type Written<Schema extends TSchema> = DeepReadonly<Static<Schema>>;

/** The largest whole number that every part of Stowage adds up without rounding: 2^53 - 1. */
export const largestWhole = Number.MAX_SAFE_INTEGER;

/** One year: no single step of a plan takes longer, so that sums of durations stay whole. */
const longestMs = 31_536_000_000;

/** Characters that no name carries: control characters, line separators and those that turn the direction of writing. */
const invisible = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff";

const idPattern = `^(?![- ])[^${invisible}]*[^${invisible} ]$`;
const textPattern = `^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]*$`;
const linePattern = `^[^${invisible}]*$`;
const instantPattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,3})?)?Z$";
const durationForm = "(?=[0-9])([0-9]{1,4}d)?([0-9]{1,6}h)?([0-9]{1,8}min)?([0-9]{1,9}s)?([0-9]{1,12}ms)?";
const durationPattern = `^${durationForm}$`;
const momentPattern = `^(${durationForm}|${instantPattern.slice(1, -1)})$`;
const groupByPattern = "^(replicaGroup|service|application|layer|label\\.[^\\u0000-\\u001f\\u007f-\\u009f]+)$";

/** What each pattern asks for, in the words of a message. */
export const patternMeanings: Readonly<Record<string, string>> = {
  [idPattern]: "must not start with \"-\" or a space, end with a space, or contain control characters",
  [textPattern]: "must not contain control characters (line ends and tabs are fine)",
  [linePattern]: "must be one line without control characters",
  [instantPattern]: "must be a UTC instant such as 2026-11-21T18:30:00Z",
  [durationPattern]: "must be a duration such as 90d, 1d12h, 30min, 300s or 250ms",
  [momentPattern]: "must be a time after the beginning, such as 2h or 1d30min, or a UTC instant such as 2026-11-21T18:30:00Z",
  [groupByPattern]: "must be replicaGroup, service, application, layer, or label.NAME",
};

/** Has a text the form of an id? */
export function isId(value: unknown): value is string {
  return typeof value === "string" && value.length <= 253 && new RegExp(idPattern).test(value);
}

/** An id: it is compared by code unit and becomes an argument of commands. */
export const id = (description: string) => Type.String({ minLength: 1, maxLength: 253, pattern: idPattern, description });

/** A list of ids, each once. */
export const ids = (description: string, minItems = 0) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: idPattern }), { minItems, description });

/** Prose for people; may have several lines. */
export const text = (description: string) => Type.String({ maxLength: 10_000, pattern: textPattern, description });

/** A short text on one line. */
export const line = (description: string) => Type.String({ maxLength: 1000, pattern: linePattern, description });

/** A whole number from `minimum` to `maximum`. */
export const whole = (description: string, minimum = 0, maximum: number = largestWhole) => Type.Integer({ minimum, maximum, description });

/** A duration in milliseconds, at most one year. */
export const durationMs = (description: string) => whole(`${description} Milliseconds, at most a year.`, 0, longestMs);

/** A duration with its units, `1d12h`. */
export const duration = (description: string) => Type.String({ pattern: durationPattern, maxLength: 60, description: `${description} For example 90d, 1d12h, 30min, 300s, 250ms.` });

/** A time of a simulation: a duration after its beginning, or an instant. */
export const moment = (description: string) => Type.String({ pattern: momentPattern, maxLength: 60, description: `${description} So long after the beginning (2h, 1d30min), or a UTC instant.` });

/** Has a text the form of a duration? */
export function isDuration(value: string): boolean {
  return new RegExp(durationPattern).test(value);
}

/** A part per thousand. */
export const permille = (description: string, minimum = 0) => whole(`${description} Per thousand (1000 is all of it).`, minimum, 1_000_000);

/** An instant in UTC, ISO 8601 with Z. */
export const instant = (description: string) => Type.String({ pattern: instantPattern, description: `${description} UTC, ISO 8601 with Z.` });

/** What the groups of a policy's workloads are made by. */
export const groupBy = Type.String({
  maxLength: 260, pattern: groupByPattern,
  description: "One constraint for each value of this: replicaGroup, service, application, layer, or label.NAME.",
});

const nameOfMap = Type.String({ pattern: `^[^${invisible}]{1,253}$` });

/** Free words by key, e.g. labels or failure domains. */
export const labels = (description: string) => Type.Record(nameOfMap, Type.String({ maxLength: 253, pattern: linePattern }), { description });

/** Amounts by resource name; names other than the standard four are declared under `resources`. */
export const amounts = (description: string, maximum: number = largestWhole) => Type.Record(nameOfMap, Type.Integer({ minimum: 0, maximum }), {
  description: `${description} By resource: cpuMillicores, memoryMiB, storageMiB, networkMbps, and those declared under resources.`,
});

/** A closed object: keys that it does not know are refused. */
export const closed = <Properties extends Record<string, TSchema>>(properties: Properties, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });

/** One of a few words. */
export const oneOf = <Words extends readonly string[]>(words: readonly [...Words], description: string) =>
  Type.Unsafe<Words[number]>(Type.Enum([...words], { description }));

/** An object with exactly one of these keys, as changes and requirements are written. */
export const exactlyOne = (branches: Readonly<Record<string, TSchema>>, description: string): TSchema => Type.Union(
  Object.entries(branches).map(([key, schema]) => closed({ [key]: schema })), { description });
