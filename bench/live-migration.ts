/**
 * Live moves of one guest between two hosts of a lab, through Stowage and by plain virsh in turn (as root, after npm run build):
 * npx tsx bench/live-migration.ts [--pairs N] [--agreed]
 * With `--agreed` the hypervisors hand the guest over between themselves, as with plain virsh; by default Stowage makes sure.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";
import { must, run } from "../cli/lab/command.ts";
import { ContinuityClient, Lab, stowage, type Continuity, type LabHost } from "../cli/lab/index.ts";

const { values } = parseArgs({ options: { pairs: { type: "string", default: "10" }, agreed: { type: "boolean", default: false } } });
const guest = "vm1";
const clock = { nowMs: () => performance.now() };
const folder = mkdtempSync(join(tmpdir(), "stowage-bench-"));
const at = (name: string): string => join(folder, name);

interface Measured {
  readonly totalMs: number;
  readonly seen: Continuity;
}

async function operator(lab: Lab, ...args: readonly string[]): Promise<string> {
  const [program = "", ...rest] = stowage([...args, "--config", lab.operatorFile]);
  return must(program, rest);
}

/** Planned and approved first; what is measured is from the command to the agent until its report has arrived. */
async function throughStowage(lab: Lab, to: LabHost): Promise<Measured> {
  await operator(lab, "inventory", "--out", at("fleet.yaml"));
  const fleet = parse(readFileSync(at("fleet.yaml"), "utf8")) as object;
  writeFileSync(at("fleet.yaml"), stringify({ ...fleet, policies: [{ id: "there", select: { workloads: { ids: [guest] } }, require: { fence: { hosts: { ids: [to.host] } } } }] }));
  const [program = "", ...args] = stowage(["plan", at("fleet.yaml"), "--mode", "repair", "--as", "planner", "--out", at("plan.json")]);
  await must(program, args);
  await operator(lab, "approve", at("plan.json"), at("fleet.yaml"), "--as", "approver");
  return watched(lab, async () => {
    const lines = (await operator(lab, "apply", at("plan.json"), at("fleet.yaml"), "--yes")).trim().split("\n");
    const events = lines.map((line) => JSON.parse(line) as { readonly kind?: string; readonly at?: string });
    const when = (kind: string): number => Date.parse(events.find((event) => event.kind === kind)?.at ?? "");
    return when("succeeded") - when("dispatched");
  });
}

async function byVirsh(lab: Lab, from: LabHost, to: LabHost): Promise<Measured> {
  for (const host of [from, to]) await lab.virsh(host, ["pool-refresh", "default"]);
  const measured = await watched(lab, async () => {
    // A client that watches for as long, while as much else goes on.
    await operator(lab, "inventory", "--out", at("other.yaml"));
    const since = clock.nowMs();
    const { status, error } = await lab.virsh(from, ["migrate", "--live", "--p2p", "--persistent", "--undefinesource", "--copy-storage-all", "--auto-converge", guest, to.peerUri, `tcp://${to.address}`]);
    if (status !== 0) throw new Error(error);
    return Math.round(clock.nowMs() - since);
  });
  // It leaves the disk behind, which Stowage does not.
  rmSync(join(from.images, `${guest}.img`));
  return measured;
}

async function watched(lab: Lab, move: () => Promise<number>): Promise<Measured> {
  const client = await ContinuityClient.open(lab.addressOf(guest), clock);
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
  const totalMs = await move();
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
  return { totalMs, seen: await client.close() };
}

function median(of: readonly number[]): number {
  return of.toSorted((a, b) => a - b)[Math.floor((of.length - 1) / 2)] ?? 0;
}

const lab = await Lab.up({ name: "bench", hosts: 2, install: true, agents: { handOver: !values.agreed } });
const [h1, h2] = [lab.host("h1"), lab.host("h2")];
try {
  await lab.addGuest({ name: guest, host: 1 });
  await lab.isServing(guest);
  const ours: Measured[] = [];
  const plain: Measured[] = [];
  console.log(values.agreed ? "the hypervisors agree on the hand-over" : "a guest goes on when its source has let go");
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    // Each goes both ways as often, and first as often; after a pair the guest is where it was.
    if (pair % 2 === 0) ours.push(await throughStowage(lab, h2));
    plain.push(await (pair % 2 === 0 ? byVirsh(lab, h2, h1) : byVirsh(lab, h1, h2)));
    if (pair % 2 === 1) ours.push(await throughStowage(lab, h1));
    await run("sync", []);
    const [a, b] = [ours.at(-1), plain.at(-1)];
    console.log(`${pair + 1}: Stowage ${a?.totalMs} ms, silence ${a?.seen.longestGapMs} ms; virsh ${b?.totalMs} ms, silence ${b?.seen.longestGapMs} ms`);
  }
  for (const [name, of] of [["total", ({ totalMs }: Measured) => totalMs], ["longest silence", ({ seen }: Measured) => seen.longestGapMs]] as const) {
    const [a, b] = [median(ours.map(of)), median(plain.map(of))];
    const ofPairs = median(ours.map((each, i) => of(each) / of(plain[i] ?? each)));
    console.log(`${name}, median: Stowage ${a} ms, virsh ${b} ms, ratio ${(a / b).toFixed(2)}; median of the pairs' ratios ${ofPairs.toFixed(2)}`);
  }
  const lost = (all: readonly Measured[]): string => `${all.reduce((sum, { seen }) => sum + seen.sent - seen.answered + seen.wrong, 0)} of ${all.reduce((sum, { seen }) => sum + seen.sent, 0)}, ${all.filter(({ seen }) => seen.ended !== null).length} connections ended`;
  console.log(`lines lost or wrong: Stowage ${lost(ours)}; virsh ${lost(plain)}`);
} finally {
  await Lab.down("bench");
  rmSync(folder, { recursive: true });
}
