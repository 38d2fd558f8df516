export { readTrace, type ReadTraceOptions, type TraceReading } from "./read.ts";
export { diskSpool, type DiskSpool } from "./spool-file.ts";
export { traceCsv, writeTraceParquet } from "./write.ts";
