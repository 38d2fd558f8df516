import type { Clock } from "../../../model/clock.ts";
import type { Alarm } from "../../run.ts";
import type { Carrier } from "../carrier.ts";
import { CarryingDriver } from "../carrying-driver.ts";
import type { Owner } from "../owner.ts";
import { Places } from "../place.ts";
import { Refusals } from "../refusals.ts";
import { Turns } from "../turns.ts";
import { ProcessHands } from "./process-hands.ts";
import { bootOf } from "./processes.ts";

/** How programs are kept on one host. */
export interface ProcessSettings {
  /** A folder of its own. */
  readonly root: string;
  /** Where new workloads come from: a folder each with `program.json` and `files`; null when none are begun here. */
  readonly templates: string | null;
  /** Programs outside of their own files that may be run, as absolute paths. */
  readonly allowed: readonly string[];
  /** As whom programs run; the agent's own user when null. */
  readonly owner: Owner | null;
  /** Do those that ran when the host went down run again by themselves? Only where nothing else takes them over. */
  readonly startAtBoot: boolean;
}

export interface ProcessWorld {
  readonly clock: Clock & Alarm;
  readonly carrier: Carrier;
  readonly note: (words: string) => void;
}

/** The layer of plain programs: files in a folder, a process that is started again when it fails. */
export class ProcessDriver extends CarryingDriver {
  static async open(settings: ProcessSettings, world: ProcessWorld): Promise<ProcessDriver> {
    const [places, turns] = [await Places.open(settings.root), new Turns()];
    const hands = new ProcessHands(settings, world, places, turns, await bootOf());
    await hands.takeUp();
    return new ProcessDriver(hands, world, await Refusals.open(settings.root), turns);
  }
}
