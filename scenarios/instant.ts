import { DateTime } from "luxon";

/** Is it an instant that exists, in UTC? A pattern alone lets 31 February pass. */
export function isInstant(text: string): boolean {
  return text.endsWith("Z") && DateTime.fromISO(text, { zone: "utc" }).isValid;
}
