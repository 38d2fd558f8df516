import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Type, type Static } from "typebox";
import { agentPlaces, authorityPlace, type Address, type Addressee, type AuthorityAddress, type Person } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { didYouMean } from "../../policies/index.ts";
import { loadDocument } from "../../scenarios/index.ts";
import type { Live } from "../context.ts";
import { usageProblem } from "../failed.ts";

const closed = { additionalProperties: false };
const path = (description: string) => Type.String({ minLength: 1, maxLength: 4096, pattern: "^[^\\u0000-\\u001f\\u007f]+$", meaning: "must be a path", description: `${description} Relative to this file.` });
const name = (description: string) => Type.String({ minLength: 1, maxLength: 253, pattern: "^[^\\u0000-\\u001f\\u007f]*[^\\u0000-\\u0020\\u007f]$", meaning: "must not contain control characters, nor end with a space", description });

/** The configuration file of an operator: the one source of its checks and its description. */
export const operatorSchema = Type.Object({
  apiVersion: Type.Literal("stowage/v1", { description: "Version of the format." }),
  kind: Type.Literal("operator", { description: "What this file is." }),
  person: Type.Optional(name("Who uses this file; the name of the account when absent.")),
  people: Type.Optional(Type.Array(Type.Object({
    name: name("A person."), roles: Type.Optional(Type.Array(name("A role."), { maxItems: 100, description: "What they may approve as." })),
  }, closed), { maxItems: 10_000, description: "People and their roles, for approvals." })),
  credentials: path("Key and certificate of the executor, from `stowage ca executor`."),
  key: Type.Optional(path("Key and certificate of the person, from `stowage ca person`: approvals are signed with it.")),
  signedApprovals: Type.Optional(Type.Boolean({ description: "Whether only approvals count that their person has signed. Default false." })),
  authority: Type.Optional(authorityPlace),
  agents: Type.Array(agentPlaces, { minItems: 1, maxItems: 100_000, description: "Where the agents of the hosts listen." }),
  folder: Type.Optional(path("Where executions are kept: one folder for one fleet. Default executions.")),
}, { ...closed, $id: "https://stowage.example/operator.schema.json", title: "Configuration of a Stowage operator" });

/** Whoever uses the executor, and how it reaches the fleet. */
export interface Operator {
  readonly configuration: Static<typeof operatorSchema>;
  readonly file: string;
  readonly credentialsFile: string;
  readonly authority: AuthorityAddress | null;
  /** Where executions are kept. */
  readonly folder: string;
  readonly agents: ReadonlyMap<string, Address>;
  readonly whereIs: (addressee: Addressee) => Address | null;
}

export interface LoadedOperator {
  readonly operator: Operator | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** The configuration that is named, or the first of the usual places that has one. */
export async function loadOperator(named: string | undefined, live: Live): Promise<LoadedOperator> {
  const file = named ?? await usualPlace(live);
  if (file === null) {
    return { operator: null, diagnostics: [usageProblem(`There is no configuration that says where the agents are: neither ${usualPlaces(live).join(" nor ")} is there.`, "Write one as docs/operator.md shows, or name it with --config.")] };
  }
  const { value: configuration, diagnostics } = await loadDocument(file, operatorSchema);
  if (configuration === null) return { operator: null, diagnostics };
  const base = resolve(dirname(file));
  const agents = new Map<string, Address>(configuration.agents.map(({ host, address, port }) => [host, { address, port }]));
  const powers = new Map<string, Address>(configuration.agents.flatMap(({ host, power }) => (power === undefined ? [] : [[host, power]])));
  const { authority } = configuration;
  return {
    diagnostics,
    operator: {
      configuration, file, agents, credentialsFile: resolve(base, configuration.credentials), folder: resolve(base, configuration.folder ?? "executions"),
      authority: authority === undefined ? null : { address: authority.address, port: authority.port, name: authority.name ?? "main" },
      whereIs: ({ host, role }) => (role === "power" ? powers : agents).get(host) ?? null,
    },
  };
}

/** Who acts, or why nobody knows. */
export interface Acting {
  readonly person: Person | null;
  /** The file with which they sign, where the configuration is theirs and names one. */
  readonly key?: string;
  /** Does their configuration want approvals signed? */
  readonly isSigningNeeded?: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Who acts: who is named, else who the configuration is of, else the account. */
export async function personOf(as: string | undefined, config: string | undefined, live: Live): Promise<Acting> {
  const file = config ?? await usualPlace(live);
  const { value: configuration, diagnostics } = file === null ? { value: null, diagnostics: [] } : await loadDocument(file, operatorSchema);
  if (diagnostics.some(({ severity }) => severity === "error")) return { person: null, diagnostics };
  const who = (as ?? configuration?.person ?? live.account).trim();
  // eslint-disable-next-line no-control-regex
  if (who === "" || who.length > 253 || /[\u0000-\u001f\u007f-\u009f]/.test(who)) {
    return { person: null, diagnostics: [usageProblem(`Nobody knows who you are: ${who === "" ? "this account has no name" : "the name is too long or has control characters"}.`, "Say it with --as NAME, or as `person` in the configuration.")] };
  }
  const known = configuration?.people;
  const found = known?.find((each) => each.name === who);
  if (known !== undefined && found === undefined) return { person: null, diagnostics: [usageProblem(`${who} is not among the people of ${file}.`, didYouMean(who, known.map((each) => each.name)))] };
  const isTheirs = configuration?.person === undefined || configuration.person === who;
  return {
    person: { name: who, roles: found?.roles ?? [] }, isSigningNeeded: configuration?.signedApprovals ?? false, diagnostics: [],
    ...(file === null || configuration?.key === undefined || !isTheirs ? {} : { key: resolve(dirname(file), configuration.key) }),
  };
}

function usualPlaces({ workingFolder, home }: Live): readonly string[] {
  return [join(workingFolder, "stowage.yaml"), join(home, ".config", "stowage", "operator.yaml")];
}

async function usualPlace(live: Live): Promise<string | null> {
  const { STOWAGE_CONFIG: wanted = "" } = live.variables;
  if (wanted !== "") return wanted;
  for (const place of usualPlaces(live)) {
    const there = await access(place).then(() => true, () => false);
    if (there) return place;
  }
  return null;
}
