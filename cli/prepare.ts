import type { Diagnostic } from "../model/diagnostic.ts";
import type { Scenario } from "../model/scenario.ts";
import { indexFleet, type FleetIndex } from "../model/snapshot.ts";
import { compilePolicies, didYouMean, type Constraint } from "../policies/index.ts";
import { usageProblem } from "./failed.ts";
import type { ScenarioOptions } from "./options.ts";
import { applyChanges, filesAfter, loadScenario, type Loaded, type StandardInput } from "../scenarios/index.ts";

/** Which files, and what the command line changes about them. */
export interface Input {
  readonly paths: readonly string[];
  /** From `--as-of`; null when not given. */
  readonly asOf: string | null;
  /** Taken as the scenario's instant when a policy needs one and nobody gave it. */
  readonly nowUtc: string;
  /** Hosts to put in maintenance on top of the scenario's own changes. */
  readonly evacuate: readonly string[];
  /** What - stands for, where standard input was read before: in a worker there is none. */
  readonly standardInput?: StandardInput;
}

/** The input that the arguments and options of a command name. */
export function inputOf(paths: readonly string[], { asOf, evacuate }: ScenarioOptions, { nowUtc }: { readonly nowUtc: string }): Input {
  return { paths, asOf: asOf ?? null, nowUtc, evacuate: evacuate ?? [] };
}

/** A scenario ready to plan, explain or verify. */
export interface Ready {
  readonly scenario: Scenario;
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
}

/** What was made ready; null when the input has errors, which are then all in `diagnostics`. */
export interface Prepared {
  readonly ready: Ready | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What is found later, with its file and line. */
  readonly locate: (diagnostics: readonly Diagnostic[]) => readonly Diagnostic[];
}

/** Loads the files, applies what the command line changes, and compiles the policies. */
export async function prepare(input: Input): Promise<Prepared> {
  const { paths, asOf, standardInput } = input;
  const loaded = await loadScenario(paths, { ...(asOf === null ? {} : { asOf }), ...(standardInput === undefined ? {} : { files: filesAfter(standardInput) }) });
  const locate = (later: readonly Diagnostic[]): readonly Diagnostic[] => loaded.locate(later);
  if (loaded.scenario === null) return { ready: null, locate, diagnostics: [...loaded.diagnostics, ...await besideErrors(loaded, input.nowUtc)] };
  const evacuated = evacuate(loaded.scenario, input.evacuate);
  const diagnostics = [...loaded.diagnostics, ...evacuated.diagnostics];
  if (hasErrors(diagnostics)) return { ready: null, diagnostics, locate };

  const compiled = await compileAt(evacuated.scenario, input.nowUtc);
  const all = [...diagnostics, ...loaded.locate(compiled.diagnostics)];
  return { ready: hasErrors(all) ? null : compiled, diagnostics: all, locate };
}

/** What is wrong with the policies of an input that has other errors, so that all is told in one round. */
async function besideErrors(loaded: Loaded, nowUtc: string): Promise<readonly Diagnostic[]> {
  const { sound } = loaded;
  if (sound === null) return [];
  const { diagnostics } = await compilePolicies({ ...sound, asOf: sound.asOf ?? nowUtc }, indexFleet(sound.fleet), { lint: false });
  return loaded.locate(loaded.certain(diagnostics));
}

/** Compiles; when only the instant is missing, takes now and compiles again. */
async function compileAt(
  scenario: Scenario, nowUtc: string,
): Promise<Ready & { diagnostics: readonly Diagnostic[] }> {
  const index = indexFleet(scenario.fleet);
  const compiled = await compilePolicies(scenario, index);
  const needsTime = scenario.asOf === null && compiled.diagnostics.some(({ code }) => code === "policy-needs-time");
  if (needsTime) return compileAt({ ...scenario, asOf: nowUtc }, nowUtc);
  return { scenario, index, constraints: compiled.constraints, diagnostics: compiled.diagnostics };
}

function evacuate(scenario: Scenario, hosts: readonly string[]): { scenario: Scenario; diagnostics: readonly Diagnostic[] } {
  if (hosts.length === 0) return { scenario, diagnostics: [] };
  const known = scenario.fleet.hosts.map(({ id }) => id);
  const unknown = hosts.filter((host) => known.every((id) => id !== host));
  if (unknown.length > 0) {
    return { scenario, diagnostics: unknown.map((host) => usageProblem(`--evacuate names host "${host}", which the fleet does not have.`, didYouMean(host, known))) };
  }
  const changed = applyChanges(scenario.fleet, scenario.policies, [{ maintenance: { hosts: [...hosts] } }]);
  return {
    scenario: { ...scenario, fleet: changed.fleet, policies: changed.policies, changes: [...scenario.changes, ...changed.words] },
    diagnostics: changed.diagnostics,
  };
}

/** Is there one that forbids going on? */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}
