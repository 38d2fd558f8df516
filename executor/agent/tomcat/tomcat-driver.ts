import type { Clock } from "../../../model/clock.ts";
import type { Alarm } from "../../run.ts";
import type { Carrier } from "../carrier.ts";
import { CarryingDriver } from "../carrying-driver.ts";
import type { Owner } from "../owner.ts";
import { Places } from "../place.ts";
import { Refusals } from "../refusals.ts";
import { Turns } from "../turns.ts";
import { Manager, unsafe, type ManagerSettings } from "./manager.ts";
import { TomcatHands } from "./tomcat-hands.ts";

/** How web applications are kept on one host. */
export interface TomcatSettings extends ManagerSettings {
  /** A folder of its own, which Tomcat sees under the same path. */
  readonly root: string;
  /** Where new workloads come from: a folder each with `application.json`, `app.war` and `data`; null when none are begun here. */
  readonly templates: string | null;
  /** As whom Tomcat runs; the agent's own user when null. */
  readonly owner: Owner | null;
}

export interface TomcatWorld {
  readonly clock: Clock & Alarm;
  readonly carrier: Carrier;
  readonly note: (words: string) => void;
}

/** The layer of web applications, driven through the manager of one Tomcat. A process may have several of these. */
export class TomcatDriver extends CarryingDriver {
  static async open(settings: TomcatSettings, world: TomcatWorld): Promise<TomcatDriver> {
    // Tomcat puts other things in the place of what is written so, even when it is quoted.
    const because = settings.root.includes("${") ? `folder ${settings.root} must not contain \${` : unsafe(settings.url);
    if (because !== null) throw new Error(because);
    const [places, turns] = [await Places.open(settings.root), new Turns()];
    const hands = new TomcatHands(settings, world, places, turns, new Manager(settings));
    await hands.takeUp();
    return new TomcatDriver(hands, world, await Refusals.open(settings.root), turns);
  }
}
