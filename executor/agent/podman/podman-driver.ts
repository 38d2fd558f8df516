import type { WorkloadId } from "../../../model/ids.ts";
import { CarryingDriver } from "../carrying-driver.ts";
import type { DriverWorld } from "../layer-kind.ts";
import { folderName } from "../place.ts";
import { Refusals } from "../refusals.ts";
import { Turns } from "../turns.ts";
import { PodmanHands, type PodmanSettings } from "./podman-hands.ts";
import { Podman, settledName } from "./podman.ts";

/** The layer of containers, driven at the socket of podman's service. */
export class PodmanDriver extends CarryingDriver {
  readonly #podman: Podman;
  readonly #turns: Turns;

  private constructor(hands: PodmanHands, world: DriverWorld, refusals: Refusals, turns: Turns, podman: Podman) {
    super(hands, world, refusals, turns);
    this.#podman = podman;
    this.#turns = turns;
  }

  static async open(settings: PodmanSettings, world: DriverWorld): Promise<PodmanDriver> {
    const [podman, turns] = [new Podman(settings.socket), new Turns()];
    const hands = new PodmanHands(settings, world, podman, turns);
    await hands.takeUp();
    return new PodmanDriver(hands, world, await Refusals.open(settings.root), turns, podman);
  }

  /**
   * Writes the memory of a running workload to the disk, and stops it there. Throws, with the workload running on, where
   * criu and this kernel cannot.
   */
  checkpoint(workload: WorkloadId): Promise<void> {
    return this.#turns.take(folderName(workload), () => this.#podman.checkpoint(settledName(workload)));
  }

  /** Lets a workload go on from its last checkpoint. */
  restore(workload: WorkloadId): Promise<void> {
    return this.#turns.take(folderName(workload), () => this.#podman.restore(settledName(workload)));
  }
}
