import { CarryingDriver } from "../carrying-driver.ts";
import type { DriverWorld } from "../layer-kind.ts";
import { Places } from "../place.ts";
import { Refusals } from "../refusals.ts";
import { Turns } from "../turns.ts";
import { AddressHands, type Addresses } from "./address-hands.ts";
import type { Interface } from "./network-tools.ts";

/** How virtual addresses are kept on one host. */
export interface AddressSettings {
  /** A folder of its own. */
  readonly root: string;
  readonly network: Interface;
  readonly addresses: Addresses;
}

/** The layer of virtual addresses: each is held by one host at a time. */
export class AddressDriver extends CarryingDriver {
  static async open({ root, network, addresses }: AddressSettings, world: DriverWorld): Promise<AddressDriver> {
    const [places, turns] = [await Places.open(root), new Turns()];
    return new AddressDriver(new AddressHands(network, addresses, places, turns), world, await Refusals.open(root), turns);
  }
}
