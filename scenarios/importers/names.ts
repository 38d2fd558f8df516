import { toUSVString } from "node:util";
import { isId } from "../fields/common.ts";

/** Gives each thing an id of its own, as close to its name as ids may be. */
export class Ids {
  readonly #taken = new Set<string>();

  /** `key` tells two things of one name apart: `web (vm-42)`. */
  take(name: string, key: string): string {
    const wanted = idFrom(name);
    let id = wanted;
    if (this.#taken.has(id) && key !== "") id = idFrom(`${wanted.slice(0, 180)} (${key.slice(0, 60)})`);
    for (let n = 2; this.#taken.has(id); n++) id = `${wanted.slice(0, 240)} ${n}`;
    this.#taken.add(id);
    return id;
  }
}

/** The name itself, where it can be one; else what is left without the characters that cannot. */
export function idFrom(name: string): string {
  if (isId(name)) return name;
  const kept = oneLine(name).slice(0, 253).trim().replace(/^-+/, "");
  return isId(kept) ? kept : "unnamed";
}

/** A text on one line, without characters that show nothing or turn the direction of writing. */
export function oneLine(text: string): string {
  return toUSVString(text).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]+/gu, " ");
}

/** Labels that a scenario takes: one line, at most 253 characters, none empty. */
export function labelsFrom(found: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const labels = Object.entries(found).map(([name, value]) => [oneLine(name).slice(0, 253), toUSVString(oneLine(value).trim().slice(0, 253))] as const);
  return Object.fromEntries(labels.filter(([name, value]) => name !== "" && name !== "__proto__" && value !== ""));
}

/** Finds hosts by the names that other sheets and tools give them: in any case, with or without their domain. */
export class HostNames<Host extends { readonly name: string }> {
  readonly #exact = new Map<string, Host>();
  readonly #lower = new Map<string, Host | null>();
  readonly #short = new Map<string, Host | null>();

  constructor(hosts: readonly Host[]) {
    for (const host of hosts) {
      this.#exact.set(host.name, host);
      const lower = host.name.toLowerCase();
      this.#lower.set(lower, this.#lower.has(lower) ? null : host);
      this.#short.set(shortName(lower), this.#short.has(shortName(lower)) ? null : host);
    }
  }

  /** Null when there is none, or when two could be meant. */
  find(name: string): { readonly host: Host; readonly isExact: boolean } | null {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return { host: exact, isExact: true };
    const lower = name.trim().toLowerCase();
    const host = this.#lower.get(lower) ?? (lower === "" ? null : this.#short.get(shortName(lower)) ?? null);
    // Two names with different domains are two hosts.
    if (host === null || (domainOf(lower) !== "" && domainOf(host.name.toLowerCase()) !== "" && domainOf(lower) !== domainOf(host.name.toLowerCase()))) return null;
    return { host, isExact: false };
  }
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(":");
}

function shortName(name: string): string {
  return isAddress(name) ? name : name.split(".", 1)[0] ?? name;
}

function domainOf(name: string): string {
  return isAddress(name) ? "" : name.slice(shortName(name).length);
}
