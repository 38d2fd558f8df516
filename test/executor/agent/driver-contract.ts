import { describe, expect, it } from "vitest";
import type { Driver, Outcome, Task } from "../../../executor/agent/driver.ts";
import { keyOf, type Expectation } from "../../../executor/protocol.ts";
import type { ActionId, HostId, RunId, WorkloadId } from "../../../model/ids.ts";
import type { Action } from "../../../model/plan.ts";

/** Two hosts of one layer, for one test. */
export interface Layer {
  readonly a: HostId;
  readonly b: HostId;
  readonly driver: (host: HostId) => Driver;
  /** Makes it possible to start a new workload on a host; `content` is what its data say. */
  prepare(host: HostId, workload: WorkloadId, content: string): Promise<void>;
  /** What the data of a workload on a host say; null when there are none. */
  content(host: HostId, workload: WorkloadId): Promise<string | null>;
  /** Cuts the way between the hosts, or mends it. */
  readonly cut: (isCut: boolean) => void;
  /** Everything that lies on a host outside of its workloads, to see that nothing else was touched. */
  surroundings(host: HostId): Promise<string>;
}

/** Names that mean something to shells, options, paths, formats or terminals. */
export const hostileNames = [
  "--help", "-rf", "../x", "../../etc/passwd", "/etc/passwd", "$(touch x)", "`touch x`", "a;b", "a b", "a'b", 'a"b', "a\\b", "*", "a\nb", ".", "..", "%2e%2e", "-", "ключ", "a:b,c", "<x>&y;", "x".repeat(253),
];

let tasks = 0;

export function task(work: Action, expects: Expectation): Task {
  tasks++;
  return { key: JSON.stringify(["run", `action-${tasks}`, 1]), work, expects };
}

export function quiet(signal: AbortSignal = new AbortController().signal): { readonly signal: AbortSignal; progress(): void } {
  return { signal, progress: () => {} };
}

const w = "web" as WorkloadId;

async function started(layer: Layer, workload = w, content = "one"): Promise<void> {
  await layer.prepare(layer.a, workload, content);
  expect(await layer.driver(layer.a).perform(task({ kind: "start", workload, host: layer.a }, "absent"), quiet())).toEqual({ kind: "done" });
}

async function stopped(layer: Layer, workload = w): Promise<void> {
  await started(layer, workload);
  expect(await layer.driver(layer.a).perform(task({ kind: "stop", workload, host: layer.a }, "running"), quiet())).toEqual({ kind: "done" });
}

function perform({ a, driver }: Layer, work: Action, expects: Expectation): Promise<Outcome> {
  return driver(a).perform(task(work, expects), quiet());
}

interface Terms {
  /** Is what the layer needs on this machine? */
  readonly isThere?: boolean;
  readonly timeoutMs?: number;
}

/** What every driver of a layer with data promises. */
export function holdsDriverContract(name: string, open: () => Promise<Layer>, { isThere = true, timeoutMs = 60_000 }: Terms = {}): void {
  holdsWhenThingsGoWrong(name, open, { isThere, timeoutMs });
  describe.runIf(isThere)(`the ${name} driver`, { timeout: timeoutMs }, () => {
    it("starts, stops, starts again and removes a workload, and finds it as it is", async () => {
      const layer = await open();
      const { a, b } = layer;
      expect(await layer.driver(a).find(w)).toBe("absent");
      await started(layer);
      expect(await layer.driver(a).find(w)).toBe("running");
      expect(await layer.driver(a).workloads()).toMatchObject([{ workload: w, found: "running" }]);
      expect(await perform(layer, { kind: "stop", workload: w, host: a }, "running")).toEqual({ kind: "done" });
      expect(await layer.driver(a).find(w)).toBe("stopped");
      expect(await perform(layer, { kind: "start", workload: w, host: a }, "stopped")).toEqual({ kind: "done" });
      expect(await perform(layer, { kind: "stop", workload: w, host: a }, "running")).toEqual({ kind: "done" });
      expect(await perform(layer, { kind: "remove", workload: w, host: a }, "stopped")).toEqual({ kind: "done" });
      expect([await layer.driver(a).find(w), await layer.driver(b).find(w), await layer.driver(a).workloads()]).toEqual(["absent", "absent", []]);
    });

    it("carries data and lets go of the source only when told to", async () => {
      const layer = await open();
      const { a, b } = layer;
      await stopped(layer);
      expect(await perform(layer, { kind: "transfer", workload: w, from: a, to: b }, "stopped")).toEqual({ kind: "done" });
      expect([await layer.driver(a).find(w), await layer.driver(b).find(w)]).toEqual(["stopped", "stopped"]);
      expect([await layer.content(a, w), await layer.content(b, w)]).toEqual(["one", "one"]);
      expect(await layer.driver(b).perform(task({ kind: "start", workload: w, host: b }, "stopped"), quiet())).toEqual({ kind: "done" });
      expect(await perform(layer, { kind: "deleteSource", workload: w, host: a }, "stopped")).toEqual({ kind: "done" });
      expect([await layer.driver(a).find(w), await layer.driver(b).find(w)]).toEqual(["absent", "running"]);
    });

    it("copies a workload that runs into a new one, and they do not share anything", async () => {
      const layer = await open();
      const { a, b } = layer;
      const twin = "web-2" as WorkloadId;
      await started(layer);
      expect(await perform(layer, { kind: "copy", workload: twin, source: w, from: a, to: b }, "present")).toEqual({ kind: "done" });
      expect(await layer.driver(b).perform(task({ kind: "start", workload: twin, host: b }, "stopped"), quiet())).toEqual({ kind: "done" });
      expect([await layer.driver(a).find(w), await layer.driver(b).find(twin), await layer.driver(b).find(w)]).toEqual(["running", "running", "absent"]);
      expect(await layer.content(b, twin)).toBe("one");
    });

    it.each<[string, (layer: Layer) => Action, Expectation, "running" | "stopped"]>([
      ["starts nothing that runs", ({ a }) => ({ kind: "start", workload: w, host: a }), "stopped", "running"],
      ["starts nothing anew that is there", ({ a }) => ({ kind: "start", workload: w, host: a }), "absent", "stopped"],
      ["stops nothing that is stopped", ({ a }) => ({ kind: "stop", workload: w, host: a }), "running", "stopped"],
      ["deletes nothing that runs", ({ a }) => ({ kind: "deleteSource", workload: w, host: a }), "stopped", "running"],
      ["removes nothing that runs", ({ a }) => ({ kind: "remove", workload: w, host: a }), "stopped", "running"],
      ["carries nothing that runs", ({ a, b }) => ({ kind: "transfer", workload: w, from: a, to: b }), "stopped", "running"],
    ])("%s", async (_, work, expects, is) => {
      const layer = await open();
      await (is === "running" ? started(layer) : stopped(layer));
      const outcome = await perform(layer, work(layer), expects);
      expect(outcome).toMatchObject({ kind: "failed", again: false, ran: false, found: is });
      expect([await layer.driver(layer.a).find(w), await layer.driver(layer.b).find(w), await layer.content(layer.a, w)]).toEqual([is, "absent", "one"]);
    });

    it("does not carry over what is there already", async () => {
      const layer = await open();
      const { a, b } = layer;
      await layer.prepare(b, w, "another");
      expect(await layer.driver(b).perform(task({ kind: "start", workload: w, host: b }, "absent"), quiet())).toEqual({ kind: "done" });
      await stopped(layer);
      expect(await perform(layer, { kind: "transfer", workload: w, from: a, to: b }, "stopped")).toMatchObject({ kind: "failed", again: false, found: "stopped" });
      expect([await layer.driver(b).find(w), await layer.content(b, w), await layer.content(a, w)]).toEqual(["running", "another", "one"]);
    });

  });
}

function holdsWhenThingsGoWrong(name: string, open: () => Promise<Layer>, { isThere, timeoutMs }: Required<Terms>): void {
  describe.runIf(isThere)(`the ${name} driver, when things go wrong`, { timeout: timeoutMs }, () => {
    it("says nothing of a transfer while the other side is silent, and leaves nothing there when it fails", async () => {
      const layer = await open();
      const { a, b } = layer;
      await stopped(layer);
      layer.cut(true);
      let outcome: Outcome | null = null;
      const ended = perform(layer, { kind: "transfer", workload: w, from: a, to: b }, "stopped").then((how) => {
        outcome = how;
        return how;
      });
      await new Promise((resolve) => { setTimeout(resolve, 300); });
      expect(outcome).toBeNull();
      layer.cut(false);
      await ended;
      expect(outcome).toMatchObject({ kind: "failed", again: true, found: "stopped" });
      expect([await layer.driver(a).find(w), await layer.driver(b).find(w)]).toEqual(["stopped", "absent"]);
      expect(await perform(layer, { kind: "transfer", workload: w, from: a, to: b }, "stopped")).toEqual({ kind: "done" });
    });

    it("says of tasks whose end nobody has heard what is true, and changes nothing by being asked twice", async () => {
      const layer = await open();
      const { a, b } = layer;
      const [absent, start] = [task({ kind: "start", workload: w, host: a }, "stopped"), task({ kind: "start", workload: w, host: a }, "absent")];
      const driver = layer.driver(a);
      expect(await driver.resolve(absent, quiet())).toMatchObject({ kind: "failed", found: "absent" });
      await layer.prepare(a, w, "one");
      expect(await driver.perform(start, quiet())).toEqual({ kind: "done" });
      expect(await driver.resolve(start, quiet())).toEqual({ kind: "done" });
      const stop = task({ kind: "stop", workload: w, host: a }, "running");
      expect(await driver.resolve(stop, quiet())).toEqual({ kind: "done" });
      expect(await driver.resolve(stop, quiet())).toEqual({ kind: "done" });
      const transfer = task({ kind: "transfer", workload: w, from: a, to: b }, "stopped");
      expect(await driver.resolve(transfer, quiet())).toMatchObject({ kind: "failed", again: true, found: "stopped" });
      const next = task({ kind: "transfer", workload: w, from: a, to: b }, "stopped");
      expect(await driver.perform(next, quiet())).toEqual({ kind: "done" });
      expect(await driver.resolve(next, quiet())).toEqual({ kind: "done" });
      // What was called failed stays so, even if its letter comes now.
      expect(await driver.perform(transfer, quiet())).toMatchObject({ kind: "failed" });
      const remove = task({ kind: "deleteSource", workload: w, host: a }, "stopped");
      expect(await driver.resolve(remove, quiet())).toEqual({ kind: "done" });
      expect(await driver.resolve(remove, quiet())).toEqual({ kind: "done" });
      expect([await driver.find(w), await layer.driver(b).find(w), await layer.content(b, w)]).toEqual(["absent", "stopped", "one"]);
    });

    it("is not led astray by runs, actions and hosts, nor by the name of what is copied", async () => {
      const layer = await open();
      const { a, b, driver } = layer;
      const before = [await layer.surroundings(a), await layer.surroundings(b)];
      const twin = "web-2" as WorkloadId;
      for (const name of ["--help", "../$(touch x)\n'\""]) {
        const source = name as WorkloadId;
        const asked = (host: HostId, work: Action, expects: Expectation): Promise<Outcome> => driver(host).perform({ ...task(work, expects), key: keyOf({ run: name as RunId, action: `${name} ${work.kind}` as ActionId, attempt: 1 }) }, quiet());
        await layer.prepare(a, source, "one");
        expect(await asked(a, { kind: "start", workload: source, host: a }, "absent")).toEqual({ kind: "done" });
        expect(await asked(a, { kind: "stop", workload: source, host: a }, "running")).toEqual({ kind: "done" });
        expect(await asked(a, { kind: "copy", workload: twin, source, from: a, to: b }, "present")).toEqual({ kind: "done" });
        expect([await layer.content(b, twin), await driver(b).find(twin)]).toEqual(["one", "stopped"]);
        // No host is called so: nothing is sent anywhere.
        expect(await asked(a, { kind: "transfer", workload: source, from: a, to: name as HostId }, "stopped")).toMatchObject({ kind: "failed", again: false, found: "stopped", ran: false });
        expect(await asked(b, { kind: "remove", workload: twin, host: b }, "stopped")).toEqual({ kind: "done" });
        expect(await asked(a, { kind: "remove", workload: source, host: a }, "stopped")).toEqual({ kind: "done" });
      }
      expect([await layer.surroundings(a), await layer.surroundings(b)]).toEqual(before);
    });

    it("is not led astray by names", async () => {
      const layer = await open();
      const { a, b } = layer;
      const before = [await layer.surroundings(a), await layer.surroundings(b)];
      for (const id of hostileNames) {
        const workload = id as WorkloadId;
        await stopped(layer, workload);
        expect(await perform(layer, { kind: "transfer", workload, from: a, to: b }, "stopped")).toEqual({ kind: "done" });
      }
      const found = await layer.driver(b).workloads();
      expect(found.map(({ workload }) => String(workload)).sort()).toEqual(Array.from(hostileNames).sort());
      for (const id of hostileNames) {
        const workload = id as WorkloadId;
        expect(await perform(layer, { kind: "remove", workload, host: a }, "stopped")).toEqual({ kind: "done" });
        expect(await layer.content(b, workload)).toBe("one");
      }
      expect(await layer.driver(a).workloads()).toEqual([]);
      expect([await layer.surroundings(a), await layer.surroundings(b)]).toEqual(before);
    });
  });
}
