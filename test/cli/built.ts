import { fileURLToPath } from "node:url";

/** The command as built; another build where somebody names one. */
export const program = process.env.STOWAGE_PROGRAM ?? fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
