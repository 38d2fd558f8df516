/** What planner, simulator and executor take for granted about the time that actions take. */

/** Bits in a mebibyte. */
export const bitsPerMiB = 8_388_608;

/** Time to delete the data of one workload. */
export const deleteMs = 1000;

/** How live moves behave where nobody says otherwise. */
export const usualLiveMove = {
  /** A live move ends with a pause in which the rest of the memory is sent: at most this when it goes well. */
  pauseMs: 300,
  /** After so many rounds the hypervisor pauses the workload whatever is left, */
  roundsMax: 30,
  /** unless that would take longer than this: then the move is refused, and the workload stays where it is. */
  longestPauseMs: 10_000,
} as const;

/** The part of the network that a live move wants: with twice what is changed meanwhile, each round takes half of the one before. */
export function wantedMbps(memoryChangeMiBPerSecond: number): number {
  return (2 * memoryChangeMiBPerSecond * bitsPerMiB) / 1_000_000;
}
