export { catalogue } from "./catalogue.ts";
export type { AnyConstraintKind } from "./constraint.ts";
export type { Constraint, Violation } from "./constraint.ts";
export { carbonMilligramsPerHour, chargeMicrosPerHour, dynamicMilliwatts, hostOnMicrosPerHour, idleMilliwatts } from "./cost.ts";
export type { Form, PackForm } from "./form.ts";
export { parsePlan, planDocumentSchema, type PlanProblem } from "./plan-document.ts";
export { selectorSchema } from "./selector-schema.ts";
export { limitsOf, startOrdersOf, windowsOf, type ActionWindow, type MoveLimit, type OrderRule } from "./way-rules.ts";
