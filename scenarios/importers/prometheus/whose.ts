import type { Fleet } from "../../../model/fleet.ts";
import { HostNames, idFrom } from "../names.ts";
import { nameIn, type SeriesRule } from "./rule.ts";

/** Whose load a series is: a workload's, a host's, or nobody's, and why. */
export type Whose =
  | { readonly kind: "workload" | "host"; readonly id: string; readonly application: string; readonly match: "exact" | "alike" | "guessed" }
  | { readonly kind: "nobody"; readonly reason: string };

type Named = { readonly name: string };

/** Finds the workloads and hosts of a fleet by the names that series give them; without a fleet every name is one. */
export class Owners {
  readonly #workloads: HostNames<Named> | null;
  readonly #hosts: HostNames<Named> | null;
  readonly #applications: ReadonlySet<string> | null;

  constructor(fleet: Fleet | null) {
    this.#workloads = fleet === null ? null : named(fleet.workloads);
    this.#hosts = fleet === null ? null : named(fleet.hosts);
    this.#applications = fleet === null ? null : new Set(fleet.applications.map(({ id }) => id));
  }

  of(rule: SeriesRule, labels: Readonly<Record<string, string>>): Whose {
    const name = nameIn(rule, labels);
    if (name === "") return { kind: "nobody", reason: `its label ${rule.label} gives no name` };
    const application = rule.application !== "" && Object.hasOwn(labels, rule.application) ? labels[rule.application] ?? "" : "";
    if (rule.application !== "" && application === "") return { kind: "nobody", reason: `its label ${rule.application} names no application` };
    if (application !== "" && this.#applications?.has(application) === false) return { kind: "nobody", reason: "the scenario has no application of this name" };
    const kinds = rule.of === "either" ? ["workload", "host"] as const : [rule.of];
    if (this.#workloads === null || this.#hosts === null) {
      const id = idFrom(name);
      return { kind: kinds[0], id, application: application === "" ? "" : idFrom(application), match: rule.of === "either" ? "guessed" : id === name ? "exact" : "alike" };
    }
    const found = kinds.flatMap((kind) => {
      const match = (kind === "workload" ? this.#workloads : this.#hosts)?.find(name);
      return match === null || match === undefined ? [] : [{ kind, id: match.host.name, application, match: match.isExact ? "exact" as const : "alike" as const }];
    });
    const [best] = [...found].sort((a, b) => Number(b.match === "exact") - Number(a.match === "exact"));
    return best ?? { kind: "nobody", reason: `the scenario has no ${rule.of === "either" ? "workload or host" : rule.of} of this name, or several that it could be` };
  }
}

function named(things: readonly { readonly id: string }[]): HostNames<Named> {
  return new HostNames(things.map(({ id }) => ({ name: id })));
}
