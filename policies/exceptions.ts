import type { PolicyDocument } from "../model/policy.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { PolicyReport } from "./policy-report.ts";
import { positionsOf } from "./select.ts";

/** Dense indices that exceptions still in force take out of a policy. */
export interface Excepted {
  readonly workloads: ReadonlySet<number>;
  readonly hosts: ReadonlySet<number>;
}

/** The exceptions of a policy that count at `asOf`; those that have run out are named and ignored. */
export function exceptionsInForce(document: PolicyDocument, asOf: string | null, index: FleetIndex, report: PolicyReport): Excepted {
  const excepted = { workloads: new Set<number>(), hosts: new Set<number>() };
  if (document.exceptions.length > 0 && asOf === null) {
    report.error("policy-needs-time", ".exceptions", "it has exceptions that run out, but the scenario does not say what time it is",
      "Set asOf to a UTC instant such as 2026-11-21T00:00:00Z.");
    return excepted;
  }
  document.exceptions.forEach((exception, i) => {
    const path = `.exceptions[${i}]`;
    const expiresMs = Date.parse(exception.expires);
    if (Number.isNaN(expiresMs)) {
      report.error("bad-format", `${path}.expires`, `expires is "${exception.expires}"; it must be a UTC instant`, "Write it like 2026-12-31T00:00:00Z.");
    } else if (expiresMs <= Date.parse(asOf ?? "")) {
      report.warning("policy-exception-expired", path, `the exception "${exception.reason}" ran out on ${exception.expires} and no longer counts`,
        "Remove it, or have it approved again with a later expires.");
      return;
    }
    for (const sort of ["workloads", "hosts"] as const) {
      const known = positionsOf(index, sort);
      exception[sort].forEach((id, j) => {
        const found = known.get(id);
        if (found !== undefined) excepted[sort].add(found);
        else report.error("unknown-reference", `${path}.${sort}[${j}]`, `no ${sort.slice(0, -1)} is called "${id}"`,
          didYouMean(id, [...known.keys()], "Remove it from the exception."));
      });
    }
  });
  return excepted;
}
