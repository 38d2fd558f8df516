import type { Plan } from "../../model/plan.ts";
import type { CostReport } from "../../reports/index.ts";

/** What a period has cost, and what it is of. */
export interface MadeCost {
  readonly scenario: string;
  readonly title: string;
  readonly cost: CostReport;
  /** Do its instants mean dates? Otherwise they count from a beginning that nobody has named. */
  readonly hasDate: boolean;
  /** The rules in force, and whose places they are about; null for everybody's. */
  readonly policies: readonly { readonly id: string; readonly digest: string; readonly workloads: readonly string[] | null }[];
  /** The plan that was taken to be done; null for none. */
  readonly plan: Plan | null;
}
