import { loadResources, type LoadSource } from "../../model/load.ts";
import type { FleetIndex } from "../../model/snapshot.ts";

const dayMs = 86_400_000;

/**
 * Load of every workload over any time without being in memory: a day's curve, weekends lower, and noise that is a hash
 * of the slot, so that reading twice gives the same. Fine units of the processor, at most `peakFine` each.
 */
export function dailyLoad(index: FleetIndex, stepMs: number, slots: number, peakFine: number): LoadSource {
  const count = index.workloads.length;
  const slotsADay = Math.max(1, Math.round(dayMs / stepMs));
  const curve = Int32Array.from({ length: slotsADay }, (_, s) => peakFine * (0.35 - 0.3 * Math.cos((2 * Math.PI * s) / slotsADay)));
  const noiseFine = (peakFine * 0.35) / 16_777_216;
  const subjects = index.workloads.map(({ id }) => ({ workload: id, application: null }));
  return {
    resources: [loadResources.cpuMillicores], subjects, startMs: 0, stepMs, slots,
    open(fromSlot) {
      let next = fromSlot;
      return {
        fill(block) {
          const filled = Math.min(block.slots, slots - next);
          const samples = block.samples[0] ?? new Int32Array();
          for (let w = 0; w < count; w++) {
            let hash = Math.imul(w + 1, 0x9e3779b1) ^ next;
            const first = w * block.slots;
            let phase = (next + (w % 24)) % slotsADay;
            for (let s = 0; s < filled; s++) {
              hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + 0x632be5ab | 0;
              samples[first + s] = (curve[phase] as number) + (((hash >>> 8) * noiseFine) | 0);
              phase = phase + 1 === slotsADay ? 0 : phase + 1;
            }
          }
          next += filled;
          return filled;
        },
      };
    },
  };
}
