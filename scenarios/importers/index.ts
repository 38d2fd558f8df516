export { importers } from "./catalogue.ts";
export { importFleet, type ImportedFleet } from "./import-fleet.ts";
export { importOutcomes, type ImportEntry, type ImportOutcome } from "./import-log.ts";
export { totalOf, type ClusterSummary, type MachineSums } from "./summary.ts";
export { shownAddress, type ServerAccess } from "./prometheus/exchange.ts";
export { importLoad, type ImportEdge, type ImportedLoad, type LoadImportResult } from "./prometheus/import-load.ts";
export { readMapping } from "./prometheus/mapping.ts";
export { ruleSets, type SeriesRule } from "./prometheus/rule.ts";
