import { holdsDriverContract } from "./driver-contract.ts";
import { processLayer } from "./process-layer.ts";

holdsDriverContract("process", processLayer);
