import type { Condition } from "../model/policy.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Fact, FactType } from "./selection-facts.ts";

/** A problem of one condition, before json-rules-engine sees it: the engine itself accepts anything in silence. */
export interface ConditionProblem {
  /** Below the condition: `.all[1].operator`. */
  readonly path: string;
  readonly message: string;
  readonly advice: string;
}

const maxDepth = 16;

/** The operators of json-rules-engine that make sense for each type of fact. */
export const operatorsByType: Readonly<Record<FactType, readonly string[]>> = {
  text: ["equal", "notEqual", "in", "notIn"],
  number: ["equal", "notEqual", "lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive", "in", "notIn"],
  boolean: ["equal", "notEqual"],
  list: ["contains", "doesNotContain"],
};

const valueWords: Readonly<Record<FactType, string>> = {
  text: "a text", number: "a whole number", boolean: "true or false", list: "a text",
};

/** Everything that is wrong with a condition over these facts; empty when it may be evaluated. */
export function checkCondition(condition: unknown, facts: ReadonlyMap<string, Fact>, path = "", depth = 0): readonly ConditionProblem[] {
  if (depth > maxDepth) return [{ path, message: `the condition is nested deeper than ${maxDepth} levels`, advice: "Split the policy in two." }];
  if (!isRecord(condition)) return [{ path, message: "a condition must be an object", advice: "Write all, any, not, or fact, operator and value." }];
  const keys = Object.keys(condition);
  if (keys.length === 1) {
    if ("not" in condition) return checkCondition(condition["not"], facts, `${path}.not`, depth + 1);
    for (const joint of ["all", "any"]) {
      if (!(joint in condition)) continue;
      const inner = condition[joint];
      if (!Array.isArray(inner) || inner.length === 0) {
        return [{ path: `${path}.${joint}`, message: `"${joint}" must be a list with at least one condition`, advice: "Remove it or list conditions." }];
      }
      return inner.flatMap((each: unknown, i) => checkCondition(each, facts, `${path}.${joint}[${i}]`, depth + 1));
    }
  }
  return checkLeaf(condition, keys, facts, path);
}

function checkLeaf(leaf: Readonly<Record<string, unknown>>, keys: readonly string[], facts: ReadonlyMap<string, Fact>, path: string): readonly ConditionProblem[] {
  const wanted = ["fact", "operator", "value"];
  const missing = wanted.filter((key) => !Object.hasOwn(leaf, key));
  const unknown = keys.filter((key) => !wanted.includes(key));
  if (missing.length > 0 || unknown.length > 0) {
    return [{
      path,
      message: unknown.length > 0 ? `a condition knows no key "${unknown[0]}"` : `a condition lacks "${missing[0]}"`,
      advice: "Write exactly one of all, any, not; or the three keys fact, operator and value.",
    }];
  }
  const { fact: name, operator, value } = leaf;
  const fact = typeof name === "string" ? facts.get(name) : undefined;
  if (fact === undefined) {
    return [{ path: `${path}.fact`, message: `no fact is called ${JSON.stringify(name)}`, advice: didYouMean(String(name), [...facts.keys()], "Use a fact that the fleet has.") }];
  }
  const operators = operatorsByType[fact.type];
  if (typeof operator !== "string" || !operators.includes(operator)) {
    return [{
      path: `${path}.operator`, message: `operator ${JSON.stringify(operator)} does not fit the fact "${String(name)}", which is a ${fact.type}`,
      advice: didYouMean(String(operator), operators, "Use one that fits."),
    }];
  }
  return checkValue(value, operator, fact.type, String(name), `${path}.value`);
}

function checkValue(value: unknown, operator: string, type: FactType, name: string, path: string): readonly ConditionProblem[] {
  const many = operator === "in" || operator === "notIn";
  const fits = (one: unknown): boolean => {
    switch (type) {
      case "text": return typeof one === "string" || (one === null && !many);
      case "number": return Number.isSafeInteger(one);
      case "boolean": return typeof one === "boolean";
      case "list": return typeof one === "string";
    }
  };
  const good = many ? Array.isArray(value) && value.length > 0 && value.every(fits) : fits(value);
  if (good) return [];
  const wanted = many ? `a list, each ${valueWords[type]}` : valueWords[type];
  return [{ path, message: `value ${JSON.stringify(value)} cannot be compared with "${name}": it must be ${wanted}`, advice: `Write ${wanted}.` }];
}

/** The names of the facts that a checked condition asks for, each once. */
export function factsAskedBy(condition: Condition): readonly string[] {
  const names = new Set<string>();
  const visit = (each: Condition): void => {
    if ("all" in each) each.all.forEach(visit);
    else if ("any" in each) each.any.forEach(visit);
    else if ("not" in each) visit(each.not);
    else names.add(each.fact);
  };
  visit(condition);
  return [...names];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
