import type { DiagnosticCode } from "../model/diagnostic.ts";
import type { Host, Service, SiteLink, Workload } from "../model/fleet.ts";
import { compareIds } from "../model/ids.ts";
import { amountOf, type Resources } from "../model/resource.ts";
import { didYouMean } from "../policies/index.ts";
import type { Draft } from "./draft.ts";
import { isInstant } from "./instant.ts";
import { pathWords, shown, thingAt, type Path, type Problems, type Source } from "./problem.ts";

type Noun = "site" | "host" | "host type" | "application" | "workload" | "service" | "policy" | "resource";

const lists: Readonly<Record<Noun, string>> = {
  site: "sites", host: "hosts", "host type": "hostTypes", application: "applications", workload: "workloads", service: "services", policy: "policies", resource: "resources",
};

interface Known {
  has(id: string): boolean;
  keys(): Iterable<string>;
}

/**
 * Checks what a schema cannot say: that references lead somewhere and that values fit each other. Works on values of
 * one source; ids of things that were refused for their shape count as known, so that one mistake is told once.
 */
export class Checker {
  readonly #source: Source;
  readonly #problems: Problems;
  readonly #refused: ReadonlySet<string>;

  constructor(source: Source, problems: Problems, refused: ReadonlySet<string>) {
    this.#source = source;
    this.#problems = problems;
    this.#refused = refused;
  }

  problem(code: DiagnosticCode, path: Path, words: () => { readonly message: string; readonly advice: string }, onKey = false): void {
    this.#problems.error(code, { source: this.#source, path }, words, onKey);
  }

  /** The subject of a message: `host h17: capacity.memoryMiB`. */
  subject(path: Path): string {
    return subjectOf(this.#source.value, path);
  }

  /** Is there such a thing? Reports it when not; silent about things that were refused for their shape. */
  exists(noun: Noun, id: string, known: Known, path: Path): boolean {
    if (known.has(id)) return true;
    if (!this.#refused.has(`${noun} ${id}`)) {
      this.problem("unknown-reference", path, () => ({
        message: `${this.subject(path)} is ${shown(id)}; there is no ${noun} with this id.`,
        advice: this.#adviceFor(id, [...known.keys()].sort(compareIds), lists[noun]),
      }));
    }
    return false;
  }

  #adviceFor(id: string, known: readonly string[], list: string): string {
    return known.length === 0 ? `There is none yet: declare it under ${list}.` : `${didYouMean(id, known)} Otherwise declare it under ${list}.`;
  }

  /** Are all resources of a map declared? */
  amounts(amounts: Resources | undefined, draft: Draft, path: Path): void {
    for (const name of Object.keys(amounts ?? {})) {
      if (draft.resources.some((resource) => resource.name === name)) continue;
      this.problem("unknown-key", [...path, name], () => ({
        message: `${this.subject(path)}: ${shown(name)} is no resource of this fleet.`,
        advice: `${didYouMean(name, draft.resources.map((resource) => resource.name))} To add a resource: resources: [{ name: ${name}, unit: units }].`,
      }), true);
    }
  }

  host(host: Host, draft: Draft, path: Path): void {
    this.exists("site", host.site, draft.sites, [...path, "site"]);
    if (Object.keys(host.capacity).length === 0) {
      this.problem("missing-key", [...path, "capacity"], () => ({ message: `host ${host.id}: capacity is missing, and no type gives it.`, advice: "Add capacity: { cpuMillicores: 32000, memoryMiB: 131072 }, or a type." }));
    }
    if (host.peakPowerWatts < host.idlePowerWatts) {
      this.problem("out-of-range", [...path, "peakPowerWatts"], () => ({
        message: `host ${host.id}: peakPowerWatts is ${host.peakPowerWatts}; it must not be below idlePowerWatts, ${host.idlePowerWatts}.`,
        advice: "Exchange the two, or leave peakPowerWatts out.",
      }));
    }
    for (const [name, kept] of Object.entries(host.reserve)) {
      if (kept <= amountOf(host.capacity, name)) continue;
      this.problem("out-of-range", [...path, "reserve", name], () => ({
        message: `host ${host.id}: reserve.${name} is ${kept}; it must not be above capacity.${name}, ${amountOf(host.capacity, name)}.`,
        advice: "Keep less, or state a larger capacity.",
      }));
    }
  }

  workload(workload: Workload, draft: Draft, path: Path): void {
    this.#once(workload.applications, [...path, "applications"]);
    workload.applications.forEach((id, i) => this.exists("application", id, draft.applications, [...path, "applications", i]));
    if (workload.copyOf !== null) this.exists("workload", workload.copyOf, draft.workloads, [...path, "copyOf"]);
    if (workload.lostFrom !== undefined) {
      this.exists("host", workload.lostFrom, draft.hosts, [...path, "lostFrom"]);
      if (workload.host !== null) this.#contradiction(path, "lostFrom", `workload ${workload.id} has lost host ${workload.lostFrom}, but is on host ${workload.host}`, "Leave out its host, or lostFrom.");
    }
    if (workload.host === null) {
      if (workload.state !== "new") this.#contradiction(path, "state", `workload ${workload.id} is ${workload.state}, but has no host`, "Say on which host it is, or leave its state out.");
      return;
    }
    if (workload.state === "new") this.#contradiction(path, "state", `workload ${workload.id} is new, but is on host ${workload.host}`, "Leave out its host, or its state.");
    if (!this.exists("host", workload.host, draft.hosts, [...path, "host"])) return;
    const host = draft.hosts.get(workload.host);
    if (workload.state === "running" && (host?.state === "off" || host?.state === "failed")) {
      this.#contradiction(path, "host", `workload ${workload.id} is running on host ${workload.host}, which is ${host.state}`,
        host.state === "failed" ? "Use the change hostFailure for a host that fails, or leave out the workload's host." : "Set the host's state to on, or the workload's to stopped.");
    }
  }

  /** Nothing is read of the domain keys that every host has by itself: who writes something else there means what will not be. */
  impliedDomains(subject: string, domains: Readonly<Record<string, string>>, implied: Readonly<Record<"host" | "site", string>>, path: Path): void {
    for (const key of ["host", "site"] as const) {
      const said = domains[key];
      if (said === undefined || said === implied[key]) continue;
      this.#contradiction([...path, "domains"], key, `${subject}: domains.${key} is ${shown(said)}, but the domain ${key} is implied: it is ${shown(implied[key])}`,
        "Leave it out, or give the domain a key of its own, e.g. room.");
    }
  }

  service(service: Service, draft: Draft, path: Path): void {
    const own = new Set<string>(service.applications);
    this.#once(service.applications, [...path, "applications"]);
    service.applications.forEach((id, i) => this.exists("application", id, draft.applications, [...path, "applications", i]));
    const member = (id: string, ...way: Path): void => {
      if (own.has(id)) return;
      this.problem("unknown-reference", [...path, ...way], () => ({
        message: `service ${service.id}: ${pathWords(way)} is ${shown(id)}; it is not one of the service's applications.`,
        advice: `${didYouMean(id, own)} Otherwise add it to applications.`,
      }));
    };
    service.startOrder.forEach(({ application, needs }, i) => {
      member(application, "startOrder", i, "application");
      member(needs, "startOrder", i, "needs");
    });
    service.redundancy.forEach(({ application }, i) => member(application, "redundancy", i, "application"));
    service.scale.forEach(({ application, resource }, i) => {
      member(application, "scale", i, "application");
      this.exists("resource", resource, new Set(draft.resources.map(({ name }) => name)), [...path, "scale", i, "resource"]);
    });
  }

  link(link: SiteLink, draft: Draft, path: Path): void {
    this.exists("site", link.a, draft.sites, [...path, "a"]);
    this.exists("site", link.b, draft.sites, [...path, "b"]);
    if (link.a === link.b) this.#contradiction(path, "b", `a link joins site ${link.a} with itself`, "Name two sites; inside a site only the hosts' own bandwidth limits a move.");
  }

  instant(text: string, path: Path): void {
    if (isInstant(text)) return;
    this.problem("bad-format", path, () => ({ message: `${this.subject(path)} is ${shown(text)}; there is no such instant.`, advice: "Check day and hour: 2026-11-21T18:30:00Z." }));
  }

  /** Is every item of a list of ids there only once? */
  #once(list: readonly string[], path: Path): void {
    list.forEach((id, i) => {
      if (list.indexOf(id) === i) return;
      this.problem("duplicate-id", [...path, i], () => ({ message: `${this.subject(path)} names ${shown(id)} twice.`, advice: "Keep one of the two." }));
    });
  }

  #contradiction(path: Path, field: string, what: string, advice: string): void {
    this.problem("contradiction", [...path, field], () => ({ message: `${what}.`, advice }));
  }
}

/** The subject of a message about a path: the thing that has an id, and the way from it. */
export function subjectOf(root: unknown, path: Path): string {
  let owner = 0;
  let thing = "";
  for (let length = 1; length <= path.length; length++) {
    const found = thingAt(root, path.slice(0, length));
    if (found !== thing) [thing, owner] = [found, length];
  }
  const rest = pathWords(path.slice(owner));
  if (thing === "") return rest === "" ? "the document" : rest;
  return rest === "" ? thing : `${thing}: ${rest}`;
}
