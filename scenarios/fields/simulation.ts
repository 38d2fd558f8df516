import { Type, type TSchema } from "typebox";
import { traceFormatNames } from "../../model/load.ts";
import { powerCurves } from "../../model/simulation.ts";
import { hostChoice, workloadChoice } from "../changes/choice.ts";
import { closed, duration, exactlyOne, id, ids, instant, labels, moment, oneOf, permille, whole, type Written } from "./common.ts";

const optional = Type.Optional;
const flag = (description: string) => Type.Boolean({ description });
const list = <Item extends TSchema>(item: Item, description: string, minItems = 0) => Type.Array(item, { minItems, maxItems: 100_000, description });

const tableFile = (description: string) => Type.String({ minLength: 1, maxLength: 4096, description: `${description} CSV, relative to this file.` });

const growth = closed({
  kind: oneOf(["linear", "compound"], "By a part of what it was then, or of what it has become."),
  permillePerMonth: Type.Integer({ minimum: -1000, maximum: 100_000, description: "Thousandths a month; below zero it shrinks." }),
  from: optional(moment("When it begins to grow. Default the beginning.")),
}, "How load grows.");

const trace = closed({
  files: list(Type.String({ minLength: 1, maxLength: 4096 }), "Files, folders or tar archives, relative to this file.", 1),
  format: optional(oneOf(traceFormatNames, "What the files are; found out when absent.")),
  step: optional(duration("Time between samples; as the format says, or found out, when absent.")),
  fill: optional(oneOf(["hold", "zero"], "What counts where nothing was measured: the last value (the default), or nothing.")),
  fullMillicores: optional(whole("What 100 % of a PlanetLab machine is: thousandths of a core. Default 1000.", 1, 1_000_000_000)),
  loadOf: optional(labels("Whose load in the trace counts for which workload of the fleet, by workload: { web-1: \"vm 7\" }. Those of the same id when absent.")),
  begins: optional(oneOf(["as-dated", "with-simulation", "same-weekday"],
    "When it counts: as it is dated (the default), from the beginning of the simulation on, or moved by whole weeks to the last such day before.")),
  repeat: optional(flag("Does it begin again when it is over? Default false.")),
  times: optional(oneOf(["slots", "exact"], "Averaged over the slots of the simulation (the default), or piece by piece at the times of the trace, processors only.")),
  factorPermille: optional(permille("What is used counts so many thousandths. Default 1000.")),
  growth: optional(growth),
}, "Load that was measured.");

const madeUp = {
  workloads: optional(workloadChoice),
  resources: optional(ids("Resources that follow it; the processor when absent. All others stay as expected.", 1)),
  usePermille: optional(permille("Mean use on a working day, per thousand of the expected use. Default 1000.")),
};

const synthetic = closed({
  ...madeUp,
  dailyPermille: optional(permille("How far the day swings around the mean, per thousand of it. Default 0.")),
  peakMinute: optional(whole("Minute of the day, UTC, at which it is highest. Default 840, 14:00.", 0, 1439)),
  weekendPermille: optional(permille("Use at a weekend, per thousand of a working day. Default 1000.")),
  noisePermille: optional(permille("Standard deviation from a slot to the next, per thousand of the mean. Default 0.")),
  burstsPerWeek: optional(whole("How often it bursts. Default 0.", 0, 7)),
  burstMinutes: optional(whole("How long a burst is: minutes. Default 60.", 1, 1440)),
  burstPermille: optional(permille("How much more a burst asks for, per thousand of the mean. Default 0.")),
  growth: optional(growth),
}, "Load that is made up: a daily swing, weekends, noise, bursts, growth.");

const usual = closed(madeUp, "Load of a usual mix, drawn for each workload: most follow the day, some burst, few grow.");

type LoadDocument = { readonly trace: Written<typeof trace> } | { readonly synthetic: Written<typeof synthetic> } | { readonly usual: Written<typeof usual> };

const distribution = Type.Union([
  closed({ fixed: duration("Always this.") }),
  closed({ exponential: closed({ mean: duration("Mean.") }, "Without a memory.") }),
  closed({ weibull: closed({ shapePermille: whole("Shape, per thousand: below 1000 the young fail more, above it the old.", 50, 1_000_000), scale: duration("Scale.") }, "Ages, or gets over its youth.") }),
  closed({ logNormal: closed({ median: duration("Median."), sigmaPermille: whole("Standard deviation of its logarithm, per thousand.", 0, 10_000) }, "Mostly short, sometimes very long.") }),
], { description: "A time that is drawn: fixed, exponential, weibull or logNormal." });

const failureTimes = { at: moment("When it fails."), repair: duration("How long until it is back.") };
const failureKinds = [
  closed({ ...failureTimes, host: id("The host that fails.") }),
  closed({ ...failureTimes, domain: Type.Record(id("Key: rack, power, site, ..."), id("Value."), { minProperties: 1, maxProperties: 1, description: "All hosts of this domain fail: { rack: r1 }; keys host and site too." }) }),
  closed({ ...failureTimes, link: Type.Array(id("Site."), { minItems: 2, maxItems: 2, description: "The link between these two sites fails." }) }),
] as const;
const failure = Type.Union([
  ...failureKinds,
  closed({ file: tableFile("Failures from a table with the columns at, repair and what, e.g. 2d,4h,rack:r1.") }),
], { description: "A failure that is known beforehand: of a host, a domain, or a link; or a table of such." });

/** A table of failures as a document has them. */
export const failureTable = closed({ failures: Type.Array(Type.Union([...failureKinds]), { maxItems: 100_000 }) });

const together = optional(id("All of the hosts in one such domain fail together: rack, site, or any other that hosts name."));

const breakdown = Type.Union([
  closed({ hosts: optional(hostChoice), together, lifetime: distribution, repair: distribution }),
  closed({
    hosts: optional(hostChoice), together,
    turns: list(closed({ after: duration("So long after the last repair."), repair: duration("How long until it is back.") }), "Failures one after the other.", 1),
    repeat: optional(flag("Again and again? Default false.")),
  }),
], { description: "Failures that come by themselves, to each host on its own, or to each domain as a whole: drawn, or one after the other as listed." });

const power = Type.Union([
  closed({
    hosts: optional(hostChoice), curve: oneOf(powerCurves, "How power grows between idle and peak."),
    idleMilliwatts: optional(whole("Default: what the host says.", 0, 1_000_000_000)), peakMilliwatts: optional(whole("Default: what the host says.", 0, 1_000_000_000)),
  }),
  closed({
    hosts: optional(hostChoice),
    points: list(closed({ usePermille: whole("Use of the processors, per thousand.", 0, 1000), milliwatts: whole("Power there.", 0, 1_000_000_000) }), "Measured points, joined by lines.", 1),
  }),
], { description: "How hosts draw power; in proportion to use between their idle and peak power when absent." });

const grams = whole("Grams of carbon dioxide for a kilowatt-hour.", 0, 1_000_000);
const carbon = closed({
  site: id("Site."),
  gramsPerKWh: optional(list(grams, "Hour by hour; or", 1)),
  file: optional(tableFile("a table of the hours: a column gramsPerKWh, and where it is dated a column at with instants an hour apart.")),
  from: optional(moment("When the first hour begins. Default the beginning, or what the table says.")),
  repeat: optional(flag("Begin again at the end, e.g. after 24 hours? Otherwise the last number goes on. Default false.")),
}, "Carbon intensity of a site over time, instead of its constant.");

/** A table of carbon intensity as a document has it. */
export const carbonTable = closed({ gramsPerKWh: Type.Array(closed({ at: optional(instant("When the hour begins.")), gramsPerKWh: grams }), { maxItems: 100_000 }) });

const task = closed({
  id: id("Task id."),
  host: optional(id("The host that it runs on; or")),
  workload: optional(id("the workload that it runs in, wherever that is.")),
  at: optional(moment("When it arrives. Default the beginning.")),
  processors: optional(whole("Whole processors of its host that it holds while it runs, and waits for; 0 to wait for none. Default 1.", 0, 1_000_000)),
  measure: optional(oneOf(["work", "time"], "A stage lasts until duration x demand has been granted (the default), or its duration whatever is granted.")),
  stages: list(closed({ duration: duration("How long."), demand: whole("What it asks for: millicores, or MHz where hosts are rated so.", 0, 2_147_483) }), "One after the other.", 1),
  checkpoints: optional(closed({
    interval: duration("After so much running."), duration: duration("How long saving takes."),
    demand: optional(whole("What saving asks for: millicores, or MHz. Default 0.", 0, 2_147_483)),
    intervalPermille: optional(whole("Each interval is so many thousandths of the one before. Default 1000.", 1, 1_000_000)),
  }, "Saves what was done, so that a failure takes only what came after.")),
}, "Work that begins, waits for processors, and ends.");

const checkpoint = closed({
  workloads: workloadChoice, interval: duration("From one to the next, of the time in which a workload serves."), duration: duration("How long writing one takes."),
  demand: optional(whole("What writing asks of the processors of the host beside the load: millicores, or MHz. Default 0.", 0, 2_147_483)),
}, "Checkpoints of workloads: a failure takes of their work what came after the last. Where several name a workload the last counts.");

const plan = closed({
  at: optional(moment("When it begins. Default the beginning.")),
  mode: optional(oneOf(["optimise", "repair", "evacuate", "place"], "What the planner is asked for. Default optimise.")),
  engine: optional(oneOf(["auto", "exact", "search"], "exact proves, search scales. Default auto.")),
  seed: optional(whole("Seed of the search. Default 1.")),
  iterations: optional(whole("Moves that the search tries. Default 100000.", 1, 1_000_000_000_000)),
}, "Carries out what the planner proposes.");

const recovery = closed({
  detect: optional(duration("From a failure until it is known. Default 10s.")),
  decide: optional(duration("From then until the planner has answered. Default 5s.")),
  mode: optional(oneOf(["place", "repair", "none"], "Asks for places for what has none (the default), for all musts to hold again, or nobody.")),
  iterations: optional(whole("Moves that the search tries for one answer. Default 20000.", 1, 1_000_000_000_000)),
  setAside: optional(ids("Policies that do not bind these answers, e.g. windows and savings.")),
  planUnderWay: optional(oneOf(["finish", "cancel"], "A plan under way when hosts fail with workloads on them: the answer waits for its end (the default), or it is cancelled: nothing new begins, and what is half-way ends.")),
}, "What is done about failures, and where further instances go.");

const scaling = closed({
  watch: optional(duration("How often use is compared with the limits of services. Default 60s.")),
  sustain: optional(duration("How long a limit must be passed. Default 60s.")),
  releasePermille: optional(whole("One instance fewer must stay below this part of the limit, per thousand, to let one go. Default 700.", 0, 1000)),
  release: optional(duration("For so long. Default 15min.")),
}, "When further instances are called for, and let go.");

const moves = closed({
  pause: optional(duration("A live move ends with a pause of at most this when it goes well. Default 300ms.")),
  roundsMax: optional(whole("After so many rounds it pauses whatever is left. Default 30.", 1, 10_000)),
  longestPause: optional(duration("Unless that would take longer: then it refuses. Default 10s.")),
  processorMillicores: optional(whole("What carrying asks of the processors of both hosts. Default 500.", 0, 2_000_000)),
}, "How live moves behave.");

const sharing = closed({
  by: optional(oneOf(["workload", "virtual-processor"], "Who shares the processors evenly when there is not enough. Default workload.")),
  limitToReservation: optional(flag("Does no workload get more of the processor than it has reserved? Default false.")),
  limits: optional(list(closed({ workloads: workloadChoice, most: whole("The most of the processor that each of them gets: millicores, or MHz where hosts are rated so.", 0, 2_147_483) }), "Limits of workloads' own. The lowest that is said of a workload counts.")),
  evenAmongInstances: optional(flag("Do instances of applications that may be scaled share their load evenly? Default true.")),
}, "Who gets what when there is not enough.");

const forecast = closed({
  history: optional(duration("How much load before the beginning to learn from, where load is made up. Default 60d.")),
  horizon: optional(duration("How far to look ahead. Default 90d.")),
  step: optional(duration("Length of a slot of the history. Default 1h.")),
  held: optional(duration("The forecast is tested on so much at the end of the history, learnt from all before that, and looked ahead over all of it. When absent: tested on the second half, up to seven days ahead each time.")),
  bandPermille: optional(whole("Part of the future that the band should hold, per thousand. Default 900.", 1, 999)),
  resources: optional(ids("Resources to look at; all that the load has when absent.", 1)),
  bufferPermille: optional(whole("Kept free of the capacity, per thousand. Default 0.", 0, 999)),
  failoverReserve: optional(Type.Union([
    oneOf(["none", "largest-host"], "Nothing, or the largest host of a group (the default)."),
    closed({ largestDomain: id("Or its largest domain of this key: rack, site, ...") }),
  ], { description: "What must be able to fail: none, largest-host, or { largestDomain: rack }." })),
  groupBy: optional(ids("Keys that make the groups of hosts that run out together: type, site, a domain, or label.NAME. Default type and site.", 1)),
  groups: optional(list(closed({ name: id("Name."), hosts: hostChoice, purchases: optional(ids("Purchases that would join it; those like its hosts when absent.")) }), "These groups instead.")),
  purchases: optional(list(closed({
    name: optional(id("Name; type or host, and site, when absent.")),
    type: optional(id("A host type; or")),
    like: optional(id("a host of the fleet.")),
    site: optional(id("Where it would stand; the host's own site when absent.")),
    microsPerMonth: optional(whole("Millionths of the currency for each month; what its prices say when absent.")),
    max: optional(whole("Never more than this. Default 1000.", 1, 1_000_000)),
  }), "What may be bought; when absent each host type at each site where one stands.")),
}, "How far and how carefully to look ahead.");

/** Everything about time: load, what happens, and what is taken for granted. Parts replace those of earlier files. */
export const simulationSchema = closed({
  start: optional(instant("When the simulation begins; when the traces begin, else asOf, when absent.")),
  length: optional(duration("How long it lasts; as long as the traces, or 7d, when absent.")),
  step: optional(duration("Length of a slot of the load; it must divide the day. Default 5min.")),
  seed: optional(whole("Same scenario and seed, same result. Default 1.")),
  load: optional(list(Type.Unsafe<LoadDocument>(exactlyOne({ trace, synthetic, usual }, "Load of some workloads: measured, made up, or of a usual mix.")), "What workloads ask for over time.")),
  otherLoad: optional(oneOf(["expected-use", "none"], "What workloads ask for of which load says nothing. Default expected-use.")),
  resources: optional(ids("Resources that are replayed; all that the load has when absent.", 1)),
  plan: optional(Type.Union([plan, Type.Null()])),
  failures: optional(list(failure, "Failures that are known beforehand.")),
  breakdowns: optional(list(breakdown, "Failures that come by themselves.")),
  recovery: optional(recovery),
  scaling: optional(scaling),
  moves: optional(moves),
  sharing: optional(sharing),
  failedHostsDrawPower: optional(flag("Does a failed host draw the power of an idle one? Default true.")),
  power: optional(list(power, "How hosts draw power.")),
  carbon: optional(list(carbon, "Carbon intensity over time.")),
  tasks: optional(list(task, "Work that begins, waits for processors, and ends.")),
  checkpoints: optional(list(checkpoint, "Checkpoints of workloads, taken while they serve.")),
  processors: optional(list(closed({ hosts: hostChoice, count: whole("How many.", 0, 1_000_000) }), "How many tasks hosts run at once, where not one for each whole processor.")),
  untilTasksAreDone: optional(flag("End as soon as every task is done? Default false.")),
  chartColumns: optional(whole("Columns of the charts. Default 480.", 1, 10_000)),
  happeningsMax: optional(whole("Happenings that are kept one by one. Default 50000.", 0, 10_000_000)),
  forecast: optional(forecast),
}, "What happens over time: load, failures, tasks, and how to look ahead.");

export type SimulationDocument = Written<typeof simulationSchema>;
export type SimulationKey = keyof SimulationDocument;
