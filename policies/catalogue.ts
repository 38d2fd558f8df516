import { capacity } from "./constraints/capacity.ts";
import { fence } from "./constraints/fence.ts";
import { spread } from "./constraints/spread.ts";

/** The only registry. Its keys are the words that people write under `require`. */
export const catalogue = {
  capacity,
  fence,
  spread,
} as const;
