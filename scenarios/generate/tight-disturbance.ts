import type { Random } from "../../model/random.ts";
import type { ScenarioDocument } from "../schema.ts";
import type { TightHost, TightRoom } from "./tight-room.ts";

/** Hosts that hand their workloads on in one circle, at most. */
const circleMost = 32;
/** Hosts whose workloads spill over to the host that is to be emptied, at most. */
const spillMost = 12;
/** How full a host that is to be emptied is made, per thousand, at least and at most. */
const spilt = { least: 300, most: 900 } as const;

type Policy = NonNullable<ScenarioDocument["policies"]>[number];

interface Parts {
  readonly hosts: readonly TightHost[];
  /** Hosts that the answer fills, ascending, and those that it leaves empty. */
  readonly full: readonly number[];
  readonly spares: readonly number[];
  readonly policiesMost: number;
  readonly names: readonly string[];
}

/** What is undone to make an answer into a question, and the policies that ask for it. Each kind takes hosts of its own. */
export class Disturbance {
  readonly #random: Random;
  readonly #room: TightRoom;
  readonly #parts: Parts;
  /** Full hosts that nothing has touched yet. */
  readonly #free: number[];
  readonly #spares: number[];
  readonly #policies: Policy[] = [];
  readonly #labels = new Map<number, Record<string, string>>();
  #emptied: string | null = null;

  constructor(random: Random, room: TightRoom, parts: Parts) {
    this.#random = random;
    this.#room = room;
    this.#parts = parts;
    this.#free = random.shuffle([...parts.full]);
    this.#spares = [...parts.spares];
  }

  /** Disturbs until policies or hosts run out. */
  run(): void {
    if (this.#parts.policiesMost === 0) return;
    const hasTwins = this.#parts.names.some((_, w) => this.#room.twinOf(w) >= 0);
    if (hasTwins) this.#policies.push({ id: "twins-apart", title: "Twins never share a host", why: "One of them must outlive a host.", select: { workloads: { everything: true }, groupBy: "replicaGroup" }, require: "spread" });
    if (this.#spares.length > 1 && this.#random.chance(500)) this.#emptyHost();
    for (let tries = 0; tries < this.#parts.full.length && this.#left() >= 2 && this.#free.length >= 2; tries++) {
      const kind = this.#random.below(3);
      if (kind === 0) this.#circle(true);
      else if (kind === 1) this.#circle(false);
      else this.#swapSites();
    }
  }

  policies(): Policy[] {
    return this.#policies;
  }

  labelsOf(workload: number): Record<string, string> {
    return this.#labels.get(workload) ?? {};
  }

  /** The host that goes into maintenance, if one does. */
  changes(): Pick<ScenarioDocument, "changes"> {
    return this.#emptied === null ? {} : { changes: [{ maintenance: { hosts: [this.#emptied] } }] };
  }

  #left(): number {
    return this.#parts.policiesMost - this.#policies.length;
  }

  /** Whole hosts, or one workload of each, hand over to the next host in a circle through the spare host. */
  #circle(whole: boolean): void {
    const length = Math.min(this.#random.between(2, circleMost), this.#left(), this.#free.length);
    const circle = this.#free.slice(0, length);
    const like = this.#room.sizeOf(this.#room.on(circle[0] ?? -1)[0] ?? -1);
    const cargo = circle.map((h) => (whole ? this.#room.on(h) : [this.#mostLike(h, like)]));
    const spare = this.#random.pick(this.#spares);
    const ok = this.#attempt(() => this.#bring(cargo[0] ?? [], spare) &&
      cargo.slice(1).every((load, i) => this.#bring(load, circle[i] ?? -1)) && this.#bring(cargo[0] ?? [], circle.at(-1) ?? -1));
    if (!ok) {
      this.#free.push(...this.#free.splice(0, 1));
      return;
    }
    this.#free.splice(0, length);
    circle.forEach((h, i) => this.#askFor(cargo[i] ?? [], `circle-${this.#hostId(h)}`, [this.#hostId(h)], `It belongs on ${this.#hostId(h)}`));
  }

  /** What runs on some hosts of one site and what runs on as many of another have changed places. */
  #swapSites(): void {
    const siteOf = (h: number): string => this.#parts.hosts[h]?.site ?? "";
    const [first = -1] = this.#free;
    const there = this.#free.find((h) => siteOf(h) !== siteOf(first));
    if (there === undefined) return this.#circle(true);
    const sites = [siteOf(first), siteOf(there)] as const;
    const count = this.#random.between(1, 3);
    const [left = [], right = []] = sites.map((site) => this.#free.filter((h) => siteOf(h) === site).slice(0, count));
    const pairs = left.slice(0, right.length).map((h, i) => [h, right[i] ?? -1] as const);
    const [from, to] = [pairs.flatMap(([h]) => this.#room.on(h)), pairs.flatMap(([, h]) => this.#room.on(h))];
    const spare = this.#random.pick(this.#spares);
    const ok = this.#attempt(() => pairs.every(([a, b]) => {
      const [ofA, ofB] = [this.#room.on(a), this.#room.on(b)];
      return this.#bring(ofA, spare) && this.#bring(ofB, a) && this.#bring(ofA, b);
    }));
    const used = new Set(pairs.flat());
    const free = this.#free.filter((h) => !used.has(h));
    this.#free.splice(0, this.#free.length, ...free, ...(ok ? [] : used));
    if (!ok) return;
    [from, to].forEach((load, s) => this.#askForSite(load, `swap-${this.#policies.length}-${sites[s]}`, sites[s] ?? ""));
  }

  /** A spare host has filled up with workloads of full ones, whose room others have taken in turn; it is to be emptied. */
  #emptyHost(): void {
    const emptied = this.#spares.shift() ?? -1;
    const around = this.#free.splice(0, Math.min(this.#random.between(3, spillMost), Math.max(0, this.#free.length - 2)));
    const wanted = Math.floor((this.#room.roomOf(emptied) * this.#random.between(spilt.least, spilt.most)) / 1000);
    const before = this.#room.roomOf(emptied);
    for (let tries = 0; tries < 50 && before - this.#room.roomOf(emptied) < wanted; tries++) this.#room.move(this.#drawFrom(around), emptied);
    for (let tries = 0; tries < 20 * around.length; tries++) this.#room.move(this.#drawFrom(around), this.#random.pick(around));
    this.#emptied = this.#hostId(emptied);
  }

  #drawFrom(hosts: readonly number[]): number {
    const there = this.#room.on(this.#random.pick(hosts));
    return there.length === 0 ? -1 : this.#random.pick(there);
  }

  /** The workload of a host whose size is nearest to another. */
  #mostLike(host: number, size: number): number {
    const gap = (w: number): number => Math.abs(this.#room.sizeOf(w) - size);
    return this.#room.on(host).reduce((best, w) => (best < 0 || gap(w) < gap(best) ? w : best), -1);
  }

  #bring(workloads: readonly number[], to: number): boolean {
    return workloads.every((w) => w >= 0 && this.#room.move(w, to));
  }

  /** All of it, or nothing. */
  #attempt(moves: () => boolean): boolean {
    const mark = this.#room.moves.length;
    if (moves()) return this.#room.moves.length > mark;
    this.#room.undoTo(mark);
    return false;
  }

  #askFor(workloads: readonly number[], name: string, hosts: readonly string[], title: string): void {
    this.#ask(workloads, name, title, { ids: [...hosts] });
  }

  #askForSite(workloads: readonly number[], name: string, site: string): void {
    this.#ask(workloads, name, `It belongs on ${site}`, { labels: { site } });
  }

  #ask(workloads: readonly number[], name: string, title: string, hosts: { ids: string[] } | { labels: Record<string, string> }): void {
    if (workloads.length === 0) return;
    for (const w of workloads) this.#labels.set(w, { ...this.#labels.get(w), belongs: name });
    this.#policies.push({
      id: name, title, why: "The answer that this fleet was built from.", holds: "at-end",
      select: { workloads: { labels: { belongs: name } } }, require: { fence: { hosts } },
    });
  }

  #hostId(h: number): string {
    return this.#parts.hosts[h]?.id ?? "";
  }
}
