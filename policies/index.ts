export { catalogue } from "./catalogue.ts";
export type { AnyConstraintKind } from "./constraint.ts";
export { selectorSchema } from "./selector-schema.ts";
