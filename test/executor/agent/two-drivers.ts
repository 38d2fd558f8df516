import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Receiver } from "../../../executor/agent/carrier.ts";
import type { Driver } from "../../../executor/agent/driver.ts";
import type { DriverWorld } from "../../../executor/agent/layer-kind.ts";
import { systemClock } from "../../../executor/system-clock.ts";
import type { HostId } from "../../../model/ids.ts";
import { wired } from "./wired.ts";

/** Two hosts of one layer in this process, and a folder in which their files lie. */
export interface TwoDrivers<Kind extends Driver> {
  readonly folder: string;
  readonly a: HostId;
  readonly b: HostId;
  readonly drivers: ReadonlyMap<HostId, Kind>;
  readonly driver: (host: HostId) => Kind;
  /** What the drivers have told whoever looks after them. */
  readonly notes: readonly string[];
  /** Cuts the way on which they pass data on to each other, or mends it. */
  readonly cut: (isCut: boolean) => void;
}

interface Opened<Kind> {
  readonly layer: string;
  readonly open: (folder: string, host: HostId, world: DriverWorld) => Promise<Kind>;
  /** Takes away what a test has left beside its files. */
  readonly clear: (folder: string) => Promise<void>;
}

/** Opens a driver for each of two hosts, for one test. */
export async function twoDrivers<Kind extends Driver & Receiver>({ layer, open, clear }: Opened<Kind>): Promise<TwoDrivers<Kind>> {
  const folder = await mkdtemp(join(tmpdir(), `stowage-${layer}-agents-`));
  const [a, b] = ["a" as HostId, "b" as HostId];
  const drivers = new Map<HostId, Kind>();
  const notes: string[] = [];
  const { carrier, cut } = wired(drivers);
  onTestFinished(async () => {
    for (const driver of drivers.values()) await driver.close();
    await clear(folder);
    await rm(folder, { recursive: true, force: true });
  });
  for (const host of [a, b]) drivers.set(host, await open(folder, host, { clock: systemClock, carrier, note: (words) => notes.push(words) }));
  return {
    folder, a, b, drivers, notes, cut,
    driver: (host) => {
      const driver = drivers.get(host);
      if (driver === undefined) throw new Error(`there is no host ${host}`);
      return driver;
    },
  };
}
