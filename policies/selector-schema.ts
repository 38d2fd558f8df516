import { Type } from "typebox";

const identifier = Type.String({ minLength: 1, maxLength: 253 });

/** A condition of json-rules-engine; `all`, `any`, `not` nest, leaves compare one flat fact. */
const conditionSchema = Type.Cyclic({
  Condition: Type.Union([
    Type.Object({ all: Type.Array(Type.Ref("Condition"), { minItems: 1 }) }, { additionalProperties: false }),
    Type.Object({ any: Type.Array(Type.Ref("Condition"), { minItems: 1 }) }, { additionalProperties: false }),
    Type.Object({ not: Type.Ref("Condition") }, { additionalProperties: false }),
    Type.Object({ fact: identifier, operator: identifier, value: Type.Unknown() }, { additionalProperties: false }),
  ]),
}, "Condition");

/** Chooses workloads, hosts or services: `everything`, `ids`, `labels`, or a condition `where`. */
export const selectorSchema = Type.Union([
  Type.Object({ everything: Type.Literal(true) }, { additionalProperties: false }),
  Type.Object({ ids: Type.Array(identifier, { minItems: 1 }) }, { additionalProperties: false }),
  Type.Object({
    labels: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })])),
  }, { additionalProperties: false }),
  Type.Object({ where: conditionSchema }, { additionalProperties: false }),
]);
