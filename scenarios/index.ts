export { applyChanges, type Changed } from "./changes.ts";
export { generateScenario } from "./generate.ts";
export type { GenerateOptions } from "./generate/options.ts";
export { diskFiles, type InputFiles } from "./input-files.ts";
export { loadScenario, parseScenarioText, parseScenarioTexts, type Loaded, type LoadOptions } from "./load.ts";
export { editorSchema, scenarioSchema } from "./publish.ts";
export type { ChangeDocument, ScenarioDocument } from "./schema.ts";
export { serializeScenario } from "./serialize.ts";
export { diskSpool, readTrace, traceCsv, traceFormatNames, traceFormats, writeTraceParquet, type DiskSpool, type ReadTraceOptions, type TraceFormatName, type TraceReading } from "./traces/index.ts";
