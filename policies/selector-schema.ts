import { Type } from "typebox";

const identifier = Type.String({ minLength: 1, maxLength: 253 });

const facts = "Workloads have id, layer, layerVersion, feature, application, service, replicaGroup, securityLevel, offsiteBanned, priority, state, desired, "
  + "liveMove, mayStop, dataMiB, copyOf, host, and their reservations by resource (cpuMillicores, memoryMiB, ...); hosts have id, state, powerManaged, "
  + "securityLevel, cpuVendor, cpuLevel, feature, layer, idlePowerWatts, peakPowerWatts, onMicrosPerHour, and their capacities by resource; services have id, "
  + "application, virtualAddress. All three have label.NAME; workloads (of the host where they are now) and hosts have site, siteKind, region, siteLabel.NAME, domain.NAME.";
const operators = "Texts: equal, notEqual, in, notIn. Numbers: these, and lessThan, lessThanInclusive, greaterThan, greaterThanInclusive. "
  + "True or false: equal, notEqual. Lists (feature, application, service, the layer of a host): contains, doesNotContain.";

/** A condition of json-rules-engine; `all`, `any`, `not` nest, leaves compare one flat fact. */
const conditionSchema = Type.Cyclic({
  Condition: Type.Union([
    Type.Object({ all: Type.Array(Type.Ref("Condition"), { minItems: 1, description: "Every one of these conditions holds." }) }, { additionalProperties: false }),
    Type.Object({ any: Type.Array(Type.Ref("Condition"), { minItems: 1, description: "At least one of these conditions holds." }) }, { additionalProperties: false }),
    Type.Object({ not: Type.Ref("Condition") }, { additionalProperties: false, description: "This condition does not hold." }),
    Type.Object({
      fact: Type.String({ minLength: 1, maxLength: 253, description: `The fact that is compared. ${facts}` }),
      operator: Type.String({ minLength: 1, maxLength: 253, description: `How it is compared with the value. ${operators}` }),
      value: Type.Unknown({ description: "What the fact is compared with: of its type, and a list for in and notIn." }),
    }, { additionalProperties: false }),
  ], { description: "What holds for those that are chosen: all, any or not of other conditions; or a fact with an operator and a value." }),
}, "Condition");

/** Chooses workloads, hosts or services: `everything`, `ids`, `labels`, or a condition `where`. */
export const selectorSchema = Type.Union([
  Type.Object({ everything: Type.Literal(true, { description: "All of them." }) }, { additionalProperties: false }),
  Type.Object({ ids: Type.Array(identifier, { minItems: 1, description: "Those with these ids." }) }, { additionalProperties: false }),
  Type.Object({
    labels: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]), {
      description: "Those with all these labels; a list of values means any of them.",
    }),
  }, { additionalProperties: false }),
  Type.Object({ where: conditionSchema }, { additionalProperties: false }),
], { description: "Which ones: { everything: true }, { ids: [...] }, { labels: ... }, or { where: ... } with a condition." });
