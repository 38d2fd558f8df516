/** Branded ids: a host is never just a string in a signature. Compared by code unit, never by locale. */
type Brand<Name extends string> = string & { readonly __brand: Name };

export type SiteId = Brand<"site">;
export type HostId = Brand<"host">;
export type WorkloadId = Brand<"workload">;
export type ApplicationId = Brand<"application">;
export type ServiceId = Brand<"service">;
export type PolicyId = Brand<"policy">;
export type ActionId = Brand<"action">;
/** One execution of one plan. */
export type RunId = Brand<"run">;

/** Total order of ids: by UTF-16 code unit, the same on every machine and locale. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
