import type { Manager } from "./manager.ts";

/** What an application does: sessions now, requests and errors since it was started, and how long it worked on them. */
export type Measures = Readonly<Record<"sessions" | "requests" | "errors" | "busyMs", number>>;

/** Measures of all applications by path; null when these credentials may not see them. */
export async function measuresOf(manager: Manager): Promise<ReadonlyMap<string, Measures> | null> {
  const [managers, servlets] = [await manager.beans("*:type=Manager,*"), await manager.beans("*:j2eeType=Servlet,*")];
  if (managers === null || servlets === null) return null;
  const measures = new Map<string, Measures>();
  for (const [name, bean] of managers) {
    const path = /[:,]context=(\/[^,]*)/.exec(name)?.[1];
    if (path !== undefined) measures.set(path, { sessions: numberIn(bean, "activeSessions"), requests: 0, errors: 0, busyMs: 0 });
  }
  for (const [name, bean] of servlets) {
    const path = /[:,]WebModule=\/\/[^/,]*(\/[^,]*)/.exec(name)?.[1] ?? "";
    const before = measures.get(path);
    if (before === undefined) continue;
    measures.set(path, {
      sessions: before.sessions, requests: before.requests + numberIn(bean, "requestCount"), errors: before.errors + numberIn(bean, "errorCount"), busyMs: before.busyMs + numberIn(bean, "processingTime"),
    });
  }
  return measures;
}

function numberIn(bean: Readonly<Record<string, string>>, attribute: string): number {
  const value = Number(bean[attribute] ?? "0");
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
