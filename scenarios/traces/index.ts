export { readTrace, traceFormats, type ReadTraceOptions, type TraceReading } from "./read.ts";
export { traceFormatNames, type TraceFormatName } from "./reading.ts";
export { diskSpool, type DiskSpool } from "./spool-file.ts";
export { traceCsv, writeTraceParquet } from "./write.ts";
