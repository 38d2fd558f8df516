import { Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { Plan } from "../../model/plan.ts";
import { settledInstant, currentInstant, type FleetIndex } from "../../model/snapshot.ts";
import { compareSides, figuresOf, placedByPlan, placedNow, ruleStates, type Placed, type Side } from "../../reports/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, type ScenarioOptions } from "../options.ts";
import { isPlanFile, readPlanFile } from "../plan-file.ts";
import { inputOf, prepare, type Prepared } from "../prepare.ts";
import { renderComparison } from "../render/comparison.ts";

interface DiffOptions extends ScenarioOptions {
  readonly fleet?: readonly string[];
  readonly full?: boolean;
  readonly detailedExitcode?: boolean;
}

type Ready = NonNullable<Prepared["ready"]>;

/** `stowage diff`: two plans or scenarios side by side. */
export function addDiff(program: Command, context: Context, finish: Finish): void {
  program.command("diff")
    .description("Put two plans, two scenarios, or one of each side by side: cost, power, carbon, rules kept and broken, and who is elsewhere.")
    .argument("<a>", "a plan file, or a scenario; several files of one scenario are joined with +, e.g. fleet.yaml+close-site.yaml")
    .argument("<b>", "the same")
    .addOption(new Option("--fleet <files...>", "the scenario of a plan: needed for power, carbon and rules when neither side is a scenario"))
    .addOption(new Option("--detailed-exitcode", "exit with 2 when the two differ"))
    .addOption(new Option("--full", "do not cut long lists"))
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage diff fleet.yaml plan.json", "what does the plan change?"],
        ["stowage diff cheap.json green.json --fleet fleet.yaml", "two plans for one fleet"],
        ["stowage diff fleet.yaml fleet.yaml+growth.yaml", "a fleet before and after a change"],
      ],
      codes: ["done", "error", "changesPending"],
    }))
    .action(async (a: string, b: string, options: DiffOptions) => finish(await diff(a, b, options, context)));
}

async function diff(a: string, b: string, options: DiffOptions, context: Context): Promise<CommandResult> {
  const [readA, readB] = [await read(a, options, context), await read(b, options, context)];
  const fleet = options.fleet === undefined ? null : await prepare(inputOf(options.fleet, options, context));
  const diagnostics = [...readA.diagnostics, ...readB.diagnostics, ...(fleet?.diagnostics ?? [])];
  const home = fleet?.ready ?? readA.ready ?? readB.ready;
  if (diagnostics.some(({ severity }) => severity === "error")) return failed(diagnostics);
  const [sideA, sideB] = [sideOf(readA, home), sideOf(readB, home)];
  if (sideA === null || sideB === null) return failed(diagnostics);

  const comparison = compareSides(sideA, sideB);
  const differ = comparison.places.length > 0 || comparison.measures.some((each) => each.a !== each.b) || comparison.rules.some((each) => each.a !== each.b);
  return {
    exitCode: differ && options.detailedExitcode === true ? exitCodes.changesPending : exitCodes.done, diagnostics,
    document: { format: "stowage/comparison/v1", a: nameAndCurrency(sideA), b: nameAndCurrency(sideB), ...comparison, diagnostics },
    text: () => renderComparison(sideA, sideB, comparison, { ...context, full: options.full ?? false }),
  };
}

function nameAndCurrency({ name, currency }: Side): { name: string; currency: string } {
  return { name, currency };
}

interface ReadSide {
  readonly name: string;
  readonly plan: Plan | null;
  readonly ready: Ready | null;
  readonly diagnostics: readonly Diagnostic[];
}

async function read(name: string, options: ScenarioOptions, context: Context): Promise<ReadSide> {
  if (await isPlanFile(name)) {
    const { plan, diagnostics } = await readPlanFile(name);
    return { name, plan, ready: null, diagnostics };
  }
  const { ready, diagnostics } = await prepare(inputOf(name.split("+"), options, context));
  return { name, plan: null, ready, diagnostics };
}

/** A side with all its figures; a plan without a fleet at hand tells what it carries itself. */
function sideOf({ name, plan, ready }: ReadSide, home: Ready | null): Side | null {
  if (plan === null) return ready === null ? null : scenarioSide(name, ready);
  const common = { name, currency: plan.currency, costMicrosPerHour: plan.hourlyCostAfterMicros, moves: plan.moves.length, makespanMs: plan.makespanMs };
  const hostOf = new Map<WorkloadId, HostId | null>([
    ...plan.unplaced.map(({ workload }): [WorkloadId, null] => [workload, null]),
    ...plan.target.map(({ workload, host }): [WorkloadId, HostId] => [workload, host]),
  ]);
  if (home === null) return { ...common, hostOf, figures: null, rules: null };
  const placed = placedByPlan(home.index, plan);
  const rules = ruleStates(home.constraints, settledInstant(home.index, placed.hostOf));
  return { ...common, hostOf, figures: figuresOf(placed), rules };
}

function scenarioSide(name: string, { scenario, index, constraints }: Ready): Side {
  const placed = placedNow(index);
  const figures = figuresOf(placed);
  return {
    name, currency: scenario.fleet.currency, figures, moves: null, makespanMs: null,
    costMicrosPerHour: figures.cost.totalMicrosPerHour,
    hostOf: placesOf(index, placed),
    rules: ruleStates(constraints, currentInstant(index)),
  };
}

function placesOf(index: FleetIndex, { hostOf }: Placed): ReadonlyMap<WorkloadId, HostId | null> {
  return new Map(index.workloads.map(({ id }, w) => [id, index.hosts[hostOf[w] ?? -1]?.id ?? null]));
}
