import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "../../trust/index.ts";

const argument = Type.String({ maxLength: 32_768, pattern: "^[^\\u0000]*$" });
const inside = Type.String({ maxLength: 4096, pattern: "^/(?!(.*/)?\\.\\.(/|$))[^\\u0000:,]+$" });
const closed = { additionalProperties: false };
const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const containerForm = Type.Object({
  /** Name or id of an image that is on this host already: none are fetched. */
  image: Type.String({ minLength: 1, maxLength: 1000, pattern: "^[A-Za-z0-9][A-Za-z0-9._/:@-]*$" }),
  /** In place of what the image says. */
  entrypoint: Type.Optional(Type.Array(argument, { maxItems: 1000 })),
  command: Type.Optional(Type.Array(argument, { maxItems: 1000 })),
  environment: Type.Optional(Type.Record(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_]{0,200}$" }), argument, closed)),
  user: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_-]{0,31})?$" })),
  /** What is kept and moves with it: a name of each and where it is seen inside. */
  volumes: Type.Optional(Type.Record(Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,30}$" }), inside, closed)),
  /** `host`: the host's own; `private`: one behind ports of the host. None when nothing is said. */
  network: Type.Optional(Type.Union([Type.Literal("none"), Type.Literal("host"), Type.Literal("private")])),
  ports: Type.Optional(Type.Array(Type.Object({ host: port, container: port, protocol: Type.Optional(Type.Union([Type.Literal("tcp"), Type.Literal("udp")])) }, closed), { maxItems: 100 })),
  /** It counts as started when it is still up after so long. */
  settleMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
  /** So long it may take to end when it is told to; then it is killed. */
  graceMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
  /** How often it is started again when it fails. */
  restarts: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  limits: Type.Optional(Type.Object({
    memoryMiB: Type.Optional(Type.Integer({ minimum: 6 })), cpuMillicores: Type.Optional(Type.Integer({ minimum: 10 })), processes: Type.Optional(Type.Integer({ minimum: 1 })),
  }, closed)),
}, closed);
const checker = Compile(containerForm);

/**
 * What is run, as `container.json` says. What it cannot say no container gets, whoever sends it: rights beyond the usual
 * ones, devices, folders of the host.
 */
export type Container = Static<typeof containerForm>;
export type Network = NonNullable<Container["network"]>;

/** Null when it is not in order. */
export function containerOf(text: string): Container | null {
  const value = jsonOf(text);
  return checker.Check(value) ? value : null;
}

/** What a container gets on one host. */
export interface Given {
  readonly name: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The podman volume for each name. */
  readonly volumes: Readonly<Record<string, string>>;
}

const periodUs = 100_000;
const bytesPerMiB = 1_048_576;
const logBytesMax = 10 * bytesPerMiB;

/** The words in which podman is asked to make it. */
export function creationOf(container: Container, { name, imageId, labels, volumes }: Given): object {
  const { entrypoint, command, environment, user, network = "none", ports = [], graceMs = defaultGraceMs, restarts = defaultRestarts, limits } = container;
  return {
    name, image: imageId, labels, env: environment ?? {}, no_new_privileges: true, stop_timeout: Math.ceil(graceMs / 1000),
    ...(entrypoint === undefined ? {} : { entrypoint }), ...(command === undefined ? {} : { command }), ...(user === undefined ? {} : { user }),
    netns: { nsmode: network === "private" ? "bridge" : network },
    ...(network === "private" ? { portmappings: ports.map(({ host, container: inner, protocol = "tcp" }) => ({ host_port: host, container_port: inner, protocol })) } : {}),
    volumes: Object.entries(container.volumes ?? {}).map(([each, path]) => ({ Name: volumes[each], Dest: path, Options: ["nosuid", "nodev"] })),
    restart_policy: restarts === 0 ? "no" : "on-failure", ...(restarts === 0 ? {} : { restart_tries: restarts }),
    log_configuration: { driver: "k8s-file", size: logBytesMax },
    ...(limits === undefined ? {} : { resource_limits: limitsOf(limits) }),
  };
}

function limitsOf({ memoryMiB, cpuMillicores, processes }: NonNullable<Container["limits"]>): object {
  return {
    ...(memoryMiB === undefined ? {} : { memory: { limit: memoryMiB * bytesPerMiB } }),
    ...(cpuMillicores === undefined ? {} : { cpu: { quota: Math.ceil((cpuMillicores * periodUs) / 1000), period: periodUs } }),
    ...(processes === undefined ? {} : { pids: { limit: processes } }),
  };
}

/** Why a container may not run on a host; null when it may. */
export function forbidden({ network = "none", ports = [], volumes = {} }: Container, networks: readonly Network[]): string | null {
  if (!networks.includes(network)) return `network ${network} is not among those that this host allows (${networks.join(", ")})`;
  if (ports.length > 0 && network !== "private") return `ports are only for network private, and its network is ${network}`;
  const paths = Object.values(volumes);
  return new Set(paths).size === paths.length ? null : "two of its volumes are at the same place";
}

export const defaultGraceMs = 10_000;
const defaultRestarts = 5;
