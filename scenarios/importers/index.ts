export { importers } from "./catalogue.ts";
export { importFleet, type ImportedFleet } from "./import-fleet.ts";
export { importOutcomes, type ImportEntry, type ImportOutcome } from "./import-log.ts";
export { scenarioJson, scenarioYaml } from "./scenario-text.ts";
export { totalOf, type ClusterSummary, type MachineSums } from "./summary.ts";
