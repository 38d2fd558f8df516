export type { Arrival, Carrier, Receiver } from "./carrier.ts";
export type { Changed, Course, Driver, Outcome, Task } from "./driver.ts";
export { credentialsPath, openHostAgent, type HostAgent, type HostAgentOptions, type OpenedHostAgent } from "./host-agent.ts";
export { hostFacts } from "./host-facts.ts";
export { HttpsAgents, type Address, type Post } from "./https-agents.ts";
export { ProcessDriver, type ProcessSettings } from "./process/process-driver.ts";
