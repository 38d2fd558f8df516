export { AgentLog, LogBroken, type LogEntry, type OpenedLog } from "./agent-log.ts";
export { agentServer, type AgentServer, type Served } from "./agent-server.ts";
export { Agent, type AgentWorld } from "./agent.ts";
export type { Changed, Course, Driver, Outcome, Task } from "./driver.ts";
export { HttpsAgents, type Address, type Post } from "./https-agents.ts";
export { Outbox, type Said } from "./outbox.ts";
export { claim } from "./sole.ts";
