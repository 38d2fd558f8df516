export type { Arrival, Carrier, Receiver } from "./carrier.ts";
export { agentConfigurationSchema, agentPlaces, authorityOf, authorityPlace, openConfiguredAgent, type AgentConfiguration } from "./configuration.ts";
export type { Changed, Course, Driver, Outcome, Task } from "./driver.ts";
export { credentialsPath, type HostAgent, type OpenedHostAgent } from "./host-agent.ts";
export { HttpsAgents, type Address, type Post } from "./https-agents.ts";
export { claim, isClaimed } from "./sole.ts";
