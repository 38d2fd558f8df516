import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkloadId } from "../../../model/ids.ts";
import { pieceCount, spanMs, type LoadSeries } from "../../../model/load.ts";
import { Findings } from "../../../scenarios/traces/findings.ts";
import { SeriesBuilder, type SeriesOptions } from "../../../scenarios/traces/series-builder.ts";

type Sample = readonly [atMs: number, value: number, durationMs?: number];

function built(samples: readonly Sample[], options: Partial<SeriesOptions> = {}): { readonly series: LoadSeries; readonly findings: readonly string[] } {
  const findings = new Findings("file");
  const builder = new SeriesBuilder({ workload: "w" as WorkloadId, application: null }, 1, findings);
  samples.forEach(([atMs, value, durationMs], i) => builder.add(atMs, i + 1, [value], durationMs));
  const done = builder.finish({ stepMs: 100, fill: "hold", ...options });
  if (done === null) throw new Error("no series");
  return { series: done.series, findings: findings.list().map(({ kind, outcome, count }) => `${kind} ${outcome} ${count}`) };
}

/** `start-end:value`, with a question mark for a gap. */
function shown({ times, samples, gaps }: LoadSeries): string {
  const at = (i: number): number => (times.kind === "regular" ? times.startMs + i * times.stepMs : times.atMs[i] ?? -1);
  return Array.from(samples[0] ?? [], (value, i) => {
    const gap = gaps.some((first, g) => g % 2 === 0 && i >= first && i < (gaps[g + 1] ?? 0));
    return `${at(i)}-${at(i + 1)}:${value}${gap ? "?" : ""}`;
  }).join(" ");
}

describe("a series made of samples", () => {
  it.each<[string, Sample[], Partial<SeriesOptions>, string, string[]]>([
    ["is regular when all stamps are", [[0, 1], [100, 2], [200, 3]], {}, "regular 0-100:1 100-200:2 200-300:3", []],
    ["keeps late stamps where they are", [[0, 1], [101, 2], [200, 3]], {}, "stepped 0-101:1 101-200:2 200-300:3", ["stamp-off-grid kept 2"]],
    ["holds the last value over a hole", [[0, 1], [300, 2]], {}, "regular 0-100:1 100-200:1? 200-300:1? 300-400:2", ["stamps-missing filled 2"]],
    ["can have nothing in a hole", [[0, 1], [300, 2]], { fill: "zero" }, "regular 0-100:1 100-200:0? 200-300:0? 300-400:2", ["stamps-missing filled 2"]],
    ["ends a hole that is not whole steps long", [[0, 1], [330, 2]], {}, "stepped 0-100:1 100-330:1? 330-430:2", ["stamps-missing filled 2"]],
    ["puts rows that go back in their place", [[0, 1], [200, 3], [100, 2]], {}, "regular 0-100:1 100-200:2 200-300:3", ["stamp-goes-back repaired 1"]],
    ["drops the same row again", [[0, 1], [100, 2], [100, 2]], {}, "regular 0-100:1 100-200:2", ["same-row-again dropped 1"]],
    ["lets the last of two values count", [[0, 1], [100, 2], [100, 5]], {}, "regular 0-100:1 100-200:5", ["same-stamp-other-values dropped 1"]],
    ["fills what was not measured", [[0, -1], [100, 2], [200, -1], [300, 4]], {}, "regular 0-100:2? 100-200:2 200-300:2? 300-400:4", ["nothing-measured filled 2"]],
    ["finds the step", [[0, 1], [60, 2], [120, 3], [240, 4], [300, 5]], { stepMs: null }, "regular 0-60:1 60-120:2 120-180:3 180-240:3? 240-300:4 300-360:5", ["stamps-missing filled 1"]],
    ["has no step when there is none", [[0, 1], [5, 2], [120, 3], [500, 4]], { stepMs: null }, "stepped 0-5:1 5-120:2 120-500:3 500-880:4", []],
    ["ends pieces as they say", [[0, 1, 50], [100, 2, 30]], {}, "stepped 0-50:1 50-100:1? 100-130:2", ["stamps-missing filled 1"]],
    ["cuts pieces that overlap", [[0, 1, 150], [100, 2, 100]], {}, "regular 0-100:1 100-200:2", ["overlap repaired 1"]],
    ["keeps a long hole as one piece", [[0, 1], [10_000_000, 2]], {}, "stepped 0-100:1 100-10000000:1? 10000000-10000100:2", ["stamps-missing filled 99999"]],
    ["may be a single sample", [[7, 1]], {}, "regular 7-107:1", []],
  ])("%s", (_, samples, options, wanted, findings) => {
    const made = built(samples, options);
    expect([`${made.series.times.kind} ${shown(made.series)}`, made.findings]).toEqual([wanted, findings]);
  });

  const samples = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: -1, max: 5 }), fc.integer({ min: 0, max: 200 })), { minLength: 1, maxLength: 40 });
  const options = fc.record({ stepMs: fc.constantFrom(null, 50, 100), fill: fc.constantFrom("hold" as const, "zero" as const) });

  it("covers its time without a break and never leaves the range of the values", () => {
    fc.assert(fc.property(samples, options, (list, how) => {
      const { series } = built(list, how);
      const { times, gaps } = series;
      expect(series.samples[0]?.length).toBe(pieceCount(times));
      expect(spanMs(times).startMs).toBe(Math.min(...list.map(([at]) => at)));
      if (times.kind === "stepped") for (let i = 1; i < times.atMs.length; i++) expect(times.atMs[i]).toBeGreaterThan(times.atMs[i - 1] ?? 0);
      for (const value of series.samples[0] ?? []) expect(value).toBeGreaterThanOrEqual(0);
      for (let g = 1; g < gaps.length; g++) expect(gaps[g]).toBeGreaterThan(gaps[g - 1] ?? 0);
      expect(gaps[gaps.length - 1] ?? 0).toBeLessThanOrEqual(pieceCount(times));
    }), { seed: 3, numRuns: 1000 });
  });

  it("has at each stamp the last value given for it", () => {
    fc.assert(fc.property(samples, options, (list, how) => {
      const { series: { times, samples: [values] } } = built(list, how);
      const at = (i: number): number => (times.kind === "regular" ? times.startMs + i * times.stepMs : times.atMs[i] ?? -1);
      const found = new Map(Array.from(values ?? [], (value, i) => [at(i), value]));
      for (const [stamp, value] of new Map(list.map(([stamp, value]) => [stamp, value]))) if (value >= 0) expect(found.get(stamp)).toBe(value);
    }), { seed: 4, numRuns: 1000 });
  });
});

describe("samples that come in runs", () => {
  const run = fc.record({ atMs: fc.constantFrom(0, 100, 150, 300, 1000), stepMs: fc.constantFrom(100, 100, 100, 60, 0), count: fc.nat({ max: 8 }), durationMs: fc.constantFrom(0, 100, 60), value: fc.nat({ max: 5 }) });

  it("give the same series and the same findings as one by one", () => {
    fc.assert(fc.property(fc.array(run, { minLength: 1, maxLength: 4 }), fc.constantFrom(null, 100, 60), (runs, stepMs) => {
      const all = runs.map(({ atMs, stepMs: step, count, durationMs, value }) => Array.from({ length: count }, (_, i): Sample => [atMs + i * step, value + (i % 3), durationMs]));
      fc.pre(all.some((samples) => samples.length > 0));
      const findings = new Findings("file");
      const builder = new SeriesBuilder({ workload: "w" as WorkloadId, application: null }, 1, findings);
      let row = 1;
      for (const samples of all) {
        builder.addRun(row, Float64Array.from(samples, ([atMs]) => atMs), Float64Array.from(samples, ([, , durationMs]) => durationMs ?? 0), [Int32Array.from(samples, ([, value]) => value)]);
        row += samples.length;
      }
      const done = builder.finish({ stepMs, fill: "hold" });
      const one = built(all.flat(), { stepMs });
      expect(done?.series).toEqual(one.series);
      expect(findings.list().map(({ kind, outcome, count }) => `${kind} ${outcome} ${count}`)).toEqual(one.findings);
    }), { seed: 5, numRuns: 1000 });
  });

  it("are regular without a look at each distance, as far as nothing is to be repaired", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(100, 100, 100, 100, 200), { minLength: 3, maxLength: 8 }), fc.constantFrom(null, 100), fc.constantFrom(0, 100), (distances, stepMs, durationMs) => {
      const at = [0];
      for (const distance of distances) at.push((at.at(-1) ?? 0) + distance);
      const { series, findings } = built(at.map((atMs, i): Sample => [atMs, i, durationMs]), { stepMs });
      const isPlain = distances.every((distance) => distance === distances[0]);
      if (isPlain && (durationMs === 0 ? stepMs === null || distances[0] === stepMs : distances[0] === durationMs)) {
        expect(series.times).toEqual({ kind: "regular", startMs: 0, stepMs: distances[0], count: at.length });
        expect([[...series.gaps], [...series.samples[0] ?? []], findings]).toEqual([[], at.map((_, i) => i), []]);
      } else expect(pieceCount(series.times)).toBeGreaterThan(0);
    }), { seed: 6, numRuns: 500 });
  });
});
