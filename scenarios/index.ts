export { applyChanges, type Changed } from "./changes.ts";
export { generateScenario } from "./generate.ts";
export { traceScenario, type TraceFleetOptions } from "./generate/from-trace.ts";
export type { GenerateOptions } from "./generate/options.ts";
export { durationOf, durationText } from "./duration.ts";
export { isDuration } from "./fields/common.ts";
export {
  importers, importFleet, importLoad, importOutcomes, readMapping, ruleSets, scenarioJson, scenarioYaml, shownAddress, totalOf,
  type ClusterSummary, type ImportedFleet, type ImportedLoad, type ImportEntry, type ImportOutcome, type MachineSums, type SeriesRule, type ServerAccess,
} from "./importers/index.ts";
export { diskFiles, type InputFiles } from "./input-files.ts";
export { loadDocument } from "./load-document.ts";
export { loadScenario, parseScenarioText, parseScenarioTexts, type Loaded, type LoadOptions } from "./load.ts";
export { editorSchema, scenarioSchema, studyFileSchema } from "./publish.ts";
export type { ChangeDocument, ScenarioDocument } from "./schema.ts";
export { serializeScenario } from "./serialize.ts";
export { loadStudy, type LoadedStudy } from "./studies/load.ts";
export type { NamedFiles, Study, WhatIfQuestion } from "./studies/study.ts";
export { diskSpool, readTrace, traceCsv, traceFormatNames, traceFormats, writeTraceParquet, type DiskSpool, type ReadTraceOptions, type TraceFormatName, type TraceReading } from "./traces/index.ts";
