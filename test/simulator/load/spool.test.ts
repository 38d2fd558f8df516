import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newLoadBlock } from "../../../model/load.ts";
import { diskSpool, readTrace } from "../../../scenarios/traces/index.ts";
import { gridOver, LoadSpool, sourceOf, traceOf } from "../../../simulator/index.ts";
import { seriesOf, traceOfSeries } from "./series-of.ts";

describe("load in a file", () => {
  it("is the load of the trace, whatever blocks it is read in", () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-spool-"));
    try {
      const trace = traceOfSeries(seriesOf("a", [250, 500, 3000], [500, 1130, 7000]), seriesOf("b", [-400, 90, 1]), seriesOf("c", [0, 2000, 50]));
      const file = diskSpool(join(folder, "spool"));
      const spool = new LoadSpool(file, trace.resources, 100);
      for (const series of [...trace.series].reverse()) spool.add(series);
      const source = spool.source();
      const inMemory = sourceOf(trace, gridOver(trace, 100));
      expect([source.startMs, source.stepMs, source.slots, source.subjects]).toEqual([inMemory.startMs, 100, inMemory.slots, inMemory.subjects]);
      expect(traceOf(source)).toEqual(traceOf(inMemory));
      for (const [from, size] of [[0, 1], [3, 7], [20, 100]] as const) {
        const [a, b] = [newLoadBlock(source, size), newLoadBlock(source, size)];
        const [left, right] = [source.open(from), inMemory.open(from)];
        for (let filled = 1; filled > 0;) {
          filled = left.fill(a);
          expect(right.fill(b)).toBe(filled);
          expect(a).toEqual(b);
        }
      }
      file.remove();
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("comes from files one at a time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-spool-"));
    try {
      mkdirSync(join(folder, "20110303"));
      for (const name of ["b", "a"]) writeFileSync(join(folder, "20110303", name), name === "a" ? "10\n20\n" : "30\n");
      const file = diskSpool(join(folder, ".spool"));
      let spool: LoadSpool | null = null;
      const { trace, report } = await readTrace([folder], { each: (series, resources) => (spool ??= new LoadSpool(file, resources, 300_000)).add(series) });
      expect([trace?.series, report.files, report.rowsKept]).toEqual([[], 2, 3]);
      const whole = await readTrace([folder]);
      const source = (spool ?? new LoadSpool(file, [], 1)).source();
      expect(traceOf(source).series.map(({ subject, samples }) => [subject.workload, [...samples[0] ?? []]])).toEqual([["a", [100_000, 200_000]], ["b", [300_000, 0]]]);
      expect(source.startMs).toBe(Date.UTC(2011, 2, 3));
      expect(whole.trace?.series).toHaveLength(2);
      file.remove();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
