import { CarryingDriver } from "../carrying-driver.ts";
import type { DriverWorld } from "../layer-kind.ts";
import { Places } from "../place.ts";
import { Refusals } from "../refusals.ts";
import { Turns } from "../turns.ts";
import { ProcessHands, type ProcessSettings } from "./process-hands.ts";
import { bootOf } from "./processes.ts";

/** The layer of plain programs: files in a folder, a process that is started again when it fails. */
export class ProcessDriver extends CarryingDriver {
  static async open(settings: ProcessSettings, world: DriverWorld): Promise<ProcessDriver> {
    const [places, turns] = [await Places.open(settings.root), new Turns()];
    const hands = new ProcessHands(settings, world, places, turns, await bootOf());
    await hands.takeUp();
    return new ProcessDriver(hands, world, await Refusals.open(settings.root), turns);
  }
}
