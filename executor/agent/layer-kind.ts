import type { Static, TObject } from "typebox";
import { Compile } from "typebox/compile";
import type { WallClock } from "../../model/clock.ts";
import { assert } from "../../model/assert.ts";
import type { Alarm } from "../run.ts";
import type { Carrier, Receiver } from "./carrier.ts";
import type { Driver } from "./driver.ts";

/** What a driver needs of the world. */
export interface DriverWorld {
  readonly clock: WallClock & Alarm;
  /** The way to the same layer on other hosts. */
  readonly carrier: Carrier;
  readonly note: (words: string) => void;
}

/** A layer that agents can drive: what its section of their configuration looks like, and how its driver is opened. */
export interface LayerKind {
  readonly name: string;
  /** Described key by key: people read it, and the configuration is checked with it. */
  readonly settings: TObject;
  open(settings: unknown, world: DriverWorld): Promise<Driver & Receiver>;
}

/** `open` gets settings that fit the schema. */
export function layerKind<Settings extends TObject>(name: string, settings: Settings, open: (settings: Static<Settings>, world: DriverWorld) => Promise<Driver & Receiver>): LayerKind {
  return {
    name, settings,
    open(value, world) {
      // Compiled here and not before: most commands open no layer.
      assert(Compile(settings).Check(value), `settings of layer ${name} are checked before it is opened`);
      return open(value, world);
    },
  };
}
