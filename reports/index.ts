export { compareSides, type Comparison, type Measure, type Side } from "./compare.ts";
export type { CostSplit } from "./cost-split.ts";
export { figuresOf, placedByPlan, placedNow, type Figures, type Placed } from "./figures.ts";
export { ruleStates, type RuleState } from "./rules.ts";
export { useByHost, type HostUse } from "./usage.ts";
