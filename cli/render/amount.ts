import { unitFor } from "../../model/counted.ts";
import { groupThousands } from "./money.ts";

/** An amount of a resource in the unit that people use: `16 GiB`, `2.5 cores`, `400 Mbit/s`. */
export function formatAmount(amount: number, unit: string): string {
  if (unit === "MiB") {
    if (amount >= 1_048_576) return `${scaled(amount, 1_048_576)} TiB`;
    return amount >= 1024 ? `${scaled(amount, 1024)} GiB` : `${amount} MiB`;
  }
  if (unit === "millicores") {
    const cores = scaled(amount, 1000);
    return `${cores} ${cores === "1" ? "core" : "cores"}`;
  }
  if (unit === "Mbit/s" && amount >= 1000) return `${scaled(amount, 1000)} Gbit/s`;
  return unit === "" ? groupThousands(amount) : `${groupThousands(amount)} ${unitFor(amount, unit)}`;
}

/** Watts from milliwatts. */
export function formatPower(milliwatts: number): string {
  return milliwatts >= 1_000_000 ? `${scaled(milliwatts, 1_000_000)} kW` : `${scaled(milliwatts, 1000)} W`;
}

/** Grams an hour from milligrams. */
export function formatCarbon(milligramsPerHour: number): string {
  return milligramsPerHour >= 1_000_000
    ? `${scaled(milligramsPerHour, 1_000_000)} kg CO2/h` : `${scaled(milligramsPerHour, 1000)} g CO2/h`;
}

/** What was measured: of rates that are small, tenths are told too. */
export function formatUse(amount: number, unit: string): string {
  return formatAmount(unit.endsWith("/s") && amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount), unit);
}

/** One decimal, two below one; a rounded figure is good enough where the exact one is in `--json`. */
function scaled(amount: number, size: number): string {
  const decimals = amount < size ? 2 : 1;
  const rounded = Math.round((amount * 10 ** decimals) / size);
  const fraction = String(rounded % 10 ** decimals).padStart(decimals, "0").replace(/0+$/, "");
  return `${groupThousands(Math.trunc(rounded / 10 ** decimals))}${fraction === "" ? "" : `.${fraction}`}`;
}
