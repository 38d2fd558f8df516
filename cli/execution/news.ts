import type { Addressee, Inventory, Report, RunState } from "../../executor/index.ts";
import type { HostId } from "../../model/ids.ts";
import type { Live } from "../context.ts";
import type { Link } from "./link.ts";
import type { Operator } from "./operator.ts";

/** A report, and as whom its sender has spoken. */
interface Heard {
  readonly report: Report;
  readonly role: Addressee["role"];
}

/** So long agents are waited for when an execution is taken over; who is silent is asked about its attempts afterwards. */
const newsWithinMs = 10_000;

/** Everything that is said from now until somebody takes it, in order. */
export class Ears {
  readonly #heard: Heard[] = [];
  readonly #end: () => void;

  constructor(link: Pick<Link, "listen">) {
    this.#end = link.listen((report, role) => this.#heard.push({ report, role }));
  }

  /** What has been heard since it was taken last. */
  take(): readonly Heard[] {
    return this.#heard.splice(0);
  }

  end(): void {
    this.#end();
  }
}

/**
 * What has happened to workloads by itself while nobody listened, and while agents were asked for that: what the journal
 * believes may be old, and a way back that rests on it would not lead there.
 */
export async function newsFor(state: RunState, { agents }: Pick<Operator, "agents">, link: Pick<Link, "inventories">, ears: Ears, live: Pick<Live, "status">): Promise<readonly Report[]> {
  const { index } = state.known;
  const hosts = index.hosts.filter((_, h) => state.known.isOn(h)).map(({ id }) => id).filter((id) => agents.has(id));
  live.status("asking the agents what has happened since");
  const inventories = await link.inventories(hosts, newsWithinMs);
  const found = [...inventories].flatMap(([host, inventory]) => changesIn(state, host, inventory));
  // What an agent says of a change is as true as its inventory, or newer.
  return [...found, ...ears.take().flatMap(({ report, role }) => (role === "agent" && report.kind === "changed" ? [report] : []))];
}

/** How each workload is that is on a host or was believed to be; nothing of those on layers that are silent. */
function changesIn({ known }: RunState, host: HostId, { workloads, silent = [] }: Inventory): readonly Report[] {
  const { index } = known;
  const h = index.hostIndex.get(host) ?? -1;
  const listed = new Set(workloads.map(({ workload }) => workload));
  const isSilent = new Set(silent.map(({ layer }) => layer));
  const gone = index.workloads.filter(({ id, layer }, w) => known.where(w).host === h && !listed.has(id) && !isSilent.has(layer));
  return [...workloads, ...gone.map(({ id }) => ({ workload: id, found: "absent" as const }))].map(({ workload, found }) => ({ kind: "changed", host, workload, found }));
}
