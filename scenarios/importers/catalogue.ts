import type { Importer } from "./importer.ts";
import { rvtools } from "./rvtools.ts";

/** The tools whose inventories can be read, by the name that the command line knows them by. */
export const importers: Readonly<Record<string, Importer>> = { rvtools };
