import { Type, type TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../model/ids.ts";
import type { Action } from "../model/plan.ts";

/**
 * Whom a message is for: the agent of a host, or whoever can switch the host on and off, also while it is off. One
 * program may be several of them.
 */
export interface Addressee {
  readonly host: HostId;
  readonly role: "agent" | "power";
}

/**
 * One try at one action. An agent performs an attempt at most once: a command that comes again gets the first answer.
 * Only numbers that were never sent before name new attempts.
 */
export interface Attempt {
  readonly run: RunId;
  readonly action: ActionId;
  readonly attempt: number;
}

/** An attempt as one text. Names may hold any sign, so they are not only joined. */
export function keyOf({ run, action, attempt }: Attempt): string {
  return JSON.stringify([run, action, attempt]);
}

/** What must be true where an action is performed; the agent looks again before it touches anything. */
export type Expectation = "running" | "stopped" | "present" | "absent" | "switched off" | "empty";

/** What the agent of a host finds of a workload there. `incoming`: data or memory on their way here, not serving. */
export type Found = "running" | "paused" | "stopped" | "incoming" | "absent";

/**
 * What an executor tells agents. `epoch` is a fencing token: whoever takes over an execution draws a larger one, and an
 * agent that has seen it refuses everything with a smaller one for good.
 */
export type Command =
  /**
   * `layer`: of which layer the workload is, so that an agent with several knows whom to ask. `permit`: with which data
   * are let in at the other host; the way to the agents puts it in.
   */
  | { readonly kind: "perform"; readonly epoch: number; readonly work: Action; readonly expects: Expectation; readonly deadlineMs: number; readonly layer?: string; readonly permit?: string } & Attempt
  /** Ends an attempt that takes too long, with everything as it was before, if that is still possible. */
  | { readonly kind: "abort"; readonly epoch: number } & Attempt
  /** Asks for the outcome of an attempt. One that has not begun by then never begins. */
  | { readonly kind: "settle"; readonly epoch: number } & Attempt
  /** Asks what a host knows of a workload: the other side of a move whose performer is silent. */
  | { readonly kind: "find"; readonly epoch: number; readonly run: RunId; readonly workload: WorkloadId }
  /** `withinMs`: so long a layer is waited for; one that has not answered by then is told of as silent. */
  | { readonly kind: "takeInventory"; readonly epoch: number; readonly run: RunId; readonly withinMs?: number }
  /** Has one application inside of a workload started or stopped. What is so already is left as it is, so it may come twice. Epoch 0: a person asks, not an execution. */
  | { readonly kind: "tellApplication"; readonly epoch: number; readonly run: RunId; readonly workload: WorkloadId; readonly application: string; readonly wish: "running" | "stopped" }
  /** Has a checkpoint of a workload taken or dropped, or asks which there are. It may come twice: with the same `run` it is the same wish. */
  | { readonly kind: "checkpoint"; readonly epoch: number; readonly run: RunId; readonly workload: WorkloadId; readonly wish: "list" | "take" | "drop"; readonly name?: string };

/** What agents tell an executor. */
export type Report =
  | { readonly kind: "begun"; readonly host: HostId; readonly permille: number } & Attempt
  | { readonly kind: "done"; readonly host: HostId; readonly tookMs: number } & Attempt
  /**
   * It did not succeed, and everything is as before it but for what `found` says of the workload on the performing host.
   * `ran`: the workload may have run there meanwhile, and data that it came from are older. An agent that cannot say all
   * this yet (the other side does not answer) reports nothing until it can.
   */
  | { readonly kind: "failed"; readonly host: HostId; readonly because: string; readonly again: boolean; readonly found: Found | null; readonly ran: boolean } & Attempt
  /** The attempt has not begun and never will. */
  | { readonly kind: "void"; readonly host: HostId } & Attempt
  /** The command was of an epoch that is over. */
  | { readonly kind: "fenced"; readonly host: HostId; readonly epoch: number } & Attempt
  | { readonly kind: "found"; readonly host: HostId; readonly run: RunId; readonly workload: WorkloadId; readonly found: Found }
  /** Something happened by itself: a guest died, or was started by hand. */
  | { readonly kind: "changed"; readonly host: HostId; readonly workload: WorkloadId; readonly found: Found }
  /** A new `incarnation` after each start of the agent. */
  | { readonly kind: "heartbeat"; readonly host: HostId; readonly incarnation: number }
  | { readonly kind: "inventory"; readonly host: HostId; readonly run: RunId; readonly inventory: Inventory }
  /** `because`: why an application is not as it was wished; null when it is. */
  | { readonly kind: "application"; readonly host: HostId; readonly run: RunId; readonly workload: WorkloadId; readonly application: string; readonly because: string | null }
  /** `because`: why it is not as it was wished; null when it is. */
  | { readonly kind: "checkpoints"; readonly host: HostId; readonly run: RunId; readonly workload: WorkloadId; readonly checkpoints: readonly KeptCheckpoint[]; readonly because: string | null };

/** A workload as it was at one instant, memory included, from which it can go on. */
export interface KeptCheckpoint {
  readonly name: string;
  /** UTC milliseconds. */
  readonly takenAtMs: number;
}

/** What is on one host, as its agent found it. */
export interface Inventory {
  readonly state: "on" | "maintenance";
  readonly capacity: Readonly<Record<string, number>>;
  readonly layers: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly workloads: readonly FoundWorkload[];
  /** Layers that do not answer: nothing is known of their workloads. */
  readonly silent?: readonly SilentLayer[];
}

/** A layer whose daemon is down or hangs. */
export interface SilentLayer {
  readonly layer: string;
  /** UTC milliseconds: when it was first found silent. */
  readonly sinceMs: number;
  readonly because: string;
}

/** A workload as an agent found it; what a layer cannot tell is left out. */
export interface FoundWorkload {
  readonly workload: WorkloadId;
  readonly found: Found;
  readonly layer?: string;
  /** What is reserved for it or limits it, by resource. */
  readonly reservation?: Readonly<Record<string, number>>;
  /** What it uses now, by resource. */
  readonly use?: Readonly<Record<string, number>>;
  /** What would have to be carried if it moved. */
  readonly dataMiB?: number;
  readonly applications?: readonly string[];
  /** Its applications one by one, where an agent inside of it tells of them. */
  readonly inside?: readonly FoundApplication[];
  /** Can it move while it runs? */
  readonly liveMove?: boolean;
  /** It is `incoming`, whole and with its memory, and goes on once this host is known to have let it go; `start` has it go on. */
  readonly waitsFor?: HostId;
}

/** An application inside of a workload, with what it alone uses. */
export interface FoundApplication {
  readonly application: string;
  readonly found: "running" | "stopped";
  readonly use?: Readonly<Record<string, number>>;
}

/** Who performs an action: the host where it takes place, or the one that data leave. */
export function performerOf(action: Action): Addressee {
  const host = "host" in action ? action.host : action.from;
  return { host, role: action.kind === "bootHost" || action.kind === "shutdownHost" ? "power" : "agent" };
}

/** What must be true for an action to begin; `isNew` of a workload that has never been anywhere. */
export function expectationOf(action: Action, isNew: boolean): Expectation {
  switch (action.kind) {
    case "bootHost": return "switched off";
    case "shutdownHost": return "empty";
    case "migrate": case "stop": return "running";
    case "transfer": case "deleteSource": case "remove": return "stopped";
    case "copy": return "present";
    case "start": return isNew ? "absent" : "stopped";
  }
}

const closed = { additionalProperties: false };
const id = Type.String({ minLength: 1, maxLength: 253 });
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const words = Type.String({ maxLength: 4000 });
const oneOf = (...values: readonly string[]): TSchema => Type.Union(values.map((value) => Type.Literal(value)));
const found = oneOf("running", "paused", "stopped", "incoming", "absent");
const attempt = { run: id, action: id, attempt: count };
const message = (kind: string, fields: Record<string, TSchema>): TSchema => Type.Object({ kind: Type.Literal(kind), ...fields }, closed);
const carried = { workload: id, from: id, to: id };
const placed = { workload: id, host: id };

const work = Type.Union([
  message("bootHost", { host: id }), message("shutdownHost", { host: id }), message("migrate", carried), message("transfer", carried),
  message("stop", placed), message("start", { ...placed, checkpoint: Type.Optional(id) }), message("deleteSource", placed), message("remove", placed),
  message("copy", { ...carried, source: id }),
]);

const amounts = Type.Record(Type.String({ maxLength: 253 }), count);
const inventory = Type.Object({
  state: oneOf("on", "maintenance"), capacity: amounts,
  layers: Type.Record(Type.String({ maxLength: 253 }), Type.String({ maxLength: 253 })), features: Type.Array(id, { maxItems: 10_000 }),
  workloads: Type.Array(Type.Object({
    workload: id, found, layer: Type.Optional(id), reservation: Type.Optional(amounts), use: Type.Optional(amounts), dataMiB: Type.Optional(count),
    applications: Type.Optional(Type.Array(id, { maxItems: 10_000 })),
    inside: Type.Optional(Type.Array(Type.Object({ application: id, found: oneOf("running", "stopped"), use: Type.Optional(amounts) }, closed), { maxItems: 10_000 })), liveMove: Type.Optional(Type.Boolean()), waitsFor: Type.Optional(id),
  }, closed), { maxItems: 100_000 }),
  silent: Type.Optional(Type.Array(Type.Object({ layer: id, sinceMs: count, because: words }, closed), { maxItems: 100 })),
}, closed);

const commands = byKind({
  perform: { ...attempt, epoch: count, work, expects: oneOf("running", "stopped", "present", "absent", "switched off", "empty"), deadlineMs: count, layer: Type.Optional(id), permit: Type.Optional(words) },
  abort: { ...attempt, epoch: count },
  settle: { ...attempt, epoch: count },
  find: { epoch: count, run: id, workload: id },
  takeInventory: { epoch: count, run: id, withinMs: Type.Optional(count) },
  tellApplication: { epoch: count, run: id, workload: id, application: id, wish: oneOf("running", "stopped") },
  checkpoint: { epoch: count, run: id, workload: id, wish: oneOf("list", "take", "drop"), name: Type.Optional(id) },
});

const reports = byKind({
  begun: { ...attempt, host: id, permille: Type.Integer({ minimum: 0, maximum: 1000 }) },
  done: { ...attempt, host: id, tookMs: count },
  failed: { ...attempt, host: id, because: words, again: Type.Boolean(), ran: Type.Boolean(), found: Type.Union([found, Type.Null()]) },
  void: { ...attempt, host: id },
  fenced: { ...attempt, host: id, epoch: count },
  found: { host: id, run: id, workload: id, found },
  changed: { host: id, workload: id, found },
  heartbeat: { host: id, incarnation: count },
  inventory: { host: id, run: id, inventory },
  application: { host: id, run: id, workload: id, application: id, because: Type.Union([words, Type.Null()]) },
  checkpoints: { host: id, run: id, workload: id, checkpoints: Type.Array(Type.Object({ name: id, takenAtMs: count }, closed), { maxItems: 10_000 }), because: Type.Union([words, Type.Null()]) },
});

interface Checker {
  Check(value: unknown): boolean;
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string; readonly keyword: string }[];
}

function byKind(kinds: Readonly<Record<string, Record<string, TSchema>>>): ReadonlyMap<string, Checker> {
  return new Map(Object.entries(kinds).map(([kind, fields]) => [kind, Compile(message(kind, fields))]));
}

/** A message that was read, or everything that is wrong with it. */
export interface Parsed<Message> {
  readonly message: Message | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** A command from outside, for agents. */
export function parseCommand(value: unknown): Parsed<Command> {
  return parse(value, "command", commands);
}

/** A report from outside, for executors. Whether its sender may speak for the host it names is for the caller to know. */
export function parseReport(value: unknown): Parsed<Report> {
  return parse(value, "report", reports);
}

/** `Message` is what the schemas of `kinds` describe. */
function parse<Message>(value: unknown, noun: string, kinds: ReadonlyMap<string, Checker>): Parsed<Message> {
  const kind: unknown = typeof value === "object" && value !== null && Object.hasOwn(value, "kind") && "kind" in value ? value.kind : undefined;
  const checker = typeof kind === "string" ? kinds.get(kind) : undefined;
  if (checker === undefined) {
    const known = [...kinds.keys()].join(", ");
    return refused([{ path: "kind", message: `${JSON.stringify(kind) ?? "nothing"} is no kind of ${noun}`, advice: `Known are ${known}. Maybe one side is of another version.` }]);
  }
  if (checker.Check(value)) return { message: value as Message, diagnostics: [] };
  const places = new Map<string, string>();
  for (const { instancePath, message, keyword } of checker.Errors(value)) {
    if (keyword !== "boolean" && !places.has(instancePath)) places.set(instancePath, message);
  }
  return refused([...places].map(([path, message]) => ({
    path: path.slice(1).replaceAll("/", "."), message: `${noun} ${String(kind)}: ${path === "" ? "the message" : path.slice(1).replaceAll("/", ".")} ${message}`,
    advice: "Maybe one side is of another version: both must be of the same.",
  })));
}

function refused(problems: readonly { readonly path: string; readonly message: string; readonly advice: string }[]): Parsed<never> {
  return {
    message: null,
    diagnostics: problems.map((problem) => ({ code: "bad-format", severity: "error", file: null, line: null, column: null, ...problem })),
  };
}
