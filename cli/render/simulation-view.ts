import type { Paint } from "./paint.ts";

/** How a simulation is shown. */
export interface SimulationView {
  readonly paint: Paint;
  readonly columns: number;
  /** Everything, however long. */
  readonly full: boolean;
}
