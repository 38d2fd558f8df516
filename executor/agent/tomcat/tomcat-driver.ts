import { CarryingDriver } from "../carrying-driver.ts";
import type { DriverWorld } from "../layer-kind.ts";
import { Places } from "../place.ts";
import { Refusals } from "../refusals.ts";
import { Turns } from "../turns.ts";
import { Manager, unsafe } from "./manager.ts";
import { TomcatHands, type TomcatSettings } from "./tomcat-hands.ts";

/** The layer of web applications, driven through the manager of one Tomcat. A process may have several of these. */
export class TomcatDriver extends CarryingDriver {
  static async open(settings: TomcatSettings, world: DriverWorld): Promise<TomcatDriver> {
    // Tomcat puts other things in the place of what is written so, even when it is quoted.
    const because = settings.root.includes("${") ? `folder ${settings.root} must not contain \${` : unsafe(settings.url);
    if (because !== null) throw new Error(because);
    const [places, turns] = [await Places.open(settings.root), new Turns()];
    const hands = new TomcatHands(settings, world, places, turns, new Manager(settings));
    await hands.takeUp();
    return new TomcatDriver(hands, world, await Refusals.open(settings.root), turns);
  }
}
