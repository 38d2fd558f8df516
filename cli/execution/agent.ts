import { X509Certificate, webcrypto } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import {
  agentConfigurationSchema, authorityOf, credentialsPath, enrol, isClaimed, loadCredentials, openConfiguredAgent, saveCredentials, systemClock, type AgentConfiguration, type AuthorityAddress, type Enrolled, type HostAgent,
} from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { loadDocument } from "../../scenarios/index.ts";
import type { CommandResult } from "../command-result.ts";
import type { Live } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { notAllowed } from "./not-allowed.ts";

const means = { clock: systemClock, crypto: webcrypto };

/** `stowage agent enrol`: the host's first certificate. */
export async function enrolAgent(file: string, tokenFile: string): Promise<CommandResult> {
  const { value: configuration, diagnostics } = await loadDocument(file, agentConfigurationSchema);
  if (configuration === null) return failed(diagnostics);
  const authority = authorityOf(configuration);
  if (authority === null) return failed([usageProblem(`${file} names no authority, so nobody can enrol ${configuration.host}`, "Add `authority: { address: ADDRESS, port: PORT }`, where `stowage ca serve` listens.")]);
  let token: string;
  try {
    token = (tokenFile === "-" ? await text(process.stdin) : await readFile(tokenFile, "utf8")).trim();
    await mkdir(configuration.folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    return failed([fileProblem(tokenFile, error, "read")]);
  }
  const enrolled = await enrolPatiently(authority, configuration.host, token);
  if ("because" in enrolled) return { ...failed([notAllowed(`${configuration.host} was not enrolled: ${enrolled.because}`, "Ask for a new token: `stowage ca token agent HOST`.")]), exitCode: exitCodes.refused };
  await saveCredentials(credentialsPath(configuration.folder), enrolled.credentials);
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/enrolment/v1", host: configuration.host, validUntil: validUntil(enrolled.credentials.certificatePem) },
    text: () => `${configuration.host} is enrolled; its certificate counts until ${validUntil(enrolled.credentials.certificatePem)} and is renewed in time while the agent runs.\n`,
  };
}

/** An authority that was just started, or is being started again, is waited for. */
async function enrolPatiently(authority: AuthorityAddress, host: string, token: string): Promise<Enrolled> {
  for (let triesLeft = 10; ; triesLeft--) {
    const enrolled = await enrol(means, authority, { role: "agent", name: host }, token);
    if ("credentials" in enrolled || triesLeft === 0 || !enrolled.because.includes("ECONNREFUSED")) return enrolled;
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
  }
}

/** `stowage agent run`: ends when the system says so. */
export async function runAgents(files: readonly string[], live: Live): Promise<CommandResult> {
  const loaded = await Promise.all(files.map((file) => loadDocument(file, agentConfigurationSchema)));
  const wrong = loaded.flatMap(({ diagnostics }) => diagnostics);
  const configurations = loaded.flatMap(({ value }) => value ?? []);
  if (configurations.length < files.length) return failed(wrong);
  const agents: HostAgent[] = [];
  const problems: Diagnostic[] = [];
  for (const configuration of configurations) {
    const opened = await openOne(configuration, live);
    if ("problems" in opened) problems.push(...opened.problems);
    else agents.push(opened.agent);
  }
  if (problems.length === 0) await untilToldToEnd(live);
  for (const agent of agents) await agent.close();
  if (problems.length > 0) return failed(problems);
  return { exitCode: exitCodes.done, diagnostics: [], document: { format: "stowage/agents/v1", ended: configurations.map(({ host }) => host) }, text: () => "" };
}

async function openOne(configuration: AgentConfiguration, live: Live): Promise<{ readonly agent: HostAgent } | { readonly problems: readonly Diagnostic[] }> {
  const { host, listen } = configuration;
  try {
    const { agent, diagnostics } = await openConfiguredAgent(configuration, { means, clock: systemClock, note: (words) => live.note(`${host}: ${words}`) });
    if (agent === null) return { problems: diagnostics };
    live.line(`${host}: listening at ${listen.address} port ${agent.port}`);
    return { agent };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problems: [notAllowed(`the agent of ${host} cannot run: ${message}`, `Look at its folder ${configuration.folder}, its layers, and whether ${listen.address} port ${listen.port} is free.`)] };
  }
}

/** Ends at Ctrl-C, or when the system wants this process to end. */
export function untilToldToEnd(live: Live): Promise<void> {
  return new Promise((resolve) => {
    const cancel = live.onInterrupt(() => {
      cancel();
      resolve();
    });
  });
}

/** `stowage agent status`, on the host itself. */
export async function agentStatus(file: string): Promise<CommandResult> {
  const { value: configuration, diagnostics } = await loadDocument(file, agentConfigurationSchema);
  if (configuration === null) return failed(diagnostics);
  const { host, folder, listen, layers } = configuration;
  const { credentials, diagnostics: missing } = await loadCredentials(credentialsPath(folder));
  const isRunning = await isClaimed(folder).catch(() => false);
  const document = {
    format: "stowage/agent-status/v1", host, isRunning, layers: Object.keys(layers), listen: configuration.listen,
    validUntil: credentials === null ? null : validUntil(credentials.certificatePem), name: credentials?.identity.name ?? null,
  } as const;
  return {
    exitCode: missing.length > 0 ? exitCodes.error : exitCodes.done, diagnostics: missing, document,
    text: () => [
      `agent of ${host}: ${isRunning ? "running" : "not running"}, configured for ${listen.address} port ${listen.port}`,
      `  drives       ${Object.keys(layers).join(", ")}`,
      ...(credentials === null ? [] : [`  certificate  of ${credentials.identity.name}, counts until ${document.validUntil}`]),
    ].map((line) => `${line}\n`).join(""),
  };
}

function validUntil(certificatePem: string): string {
  return new Date(Date.parse(new X509Certificate(certificatePem).validTo)).toISOString();
}
