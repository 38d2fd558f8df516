import { LabFault, must, run } from "./command.ts";
import { networkOf, type HostNames, type LabNames } from "./names.ts";

/** The last part of the address that the machine itself has in a lab's network. */
export const operatorAddress = 254;
const subnets = 250;

/** Network namespaces whose names begin like this. */
export async function namespacesLike(prefix: string): Promise<readonly string[]> {
  const { out } = await run("ip", ["netns", "list"]);
  return out.split("\n").map((line) => line.split(" ")[0] ?? "").filter((name) => name.startsWith(prefix));
}

/**
 * Makes the switch of a lab and plugs this machine in, and gives the number of the subnet. The name of the machine's own
 * end holds that number, so the kernel sees to it that no two labs have the same.
 */
export async function makeSwitch(lab: LabNames, wanted: number | null): Promise<number> {
  await must("ip", ["netns", "add", lab.switch]);
  const inside = ["-n", lab.switch];
  await must("ip", [...inside, "link", "add", "br0", "type", "bridge", "forward_delay", "0"]);
  await must("ip", [...inside, "link", "set", "br0", "up"]);
  const candidates = wanted === null ? Array.from({ length: subnets }, (_, i) => i + 1) : [wanted];
  for (const subnet of candidates) {
    const own = ownInterface(subnet);
    if (await isTaken(subnet)) continue;
    const { status } = await run("ip", ["link", "add", own, "type", "veth", "peer", "name", "p0", "netns", lab.switch]);
    if (status !== 0) continue;
    await must("ip", [...inside, "link", "set", "p0", "master", "br0", "up"]);
    await must("ip", ["addr", "add", `${networkOf(subnet)}.${operatorAddress}/24`, "dev", own]);
    await must("ip", ["link", "set", own, "up"]);
    return subnet;
  }
  await run("ip", ["netns", "del", lab.switch]);
  throw new LabFault(`Of the subnets ${candidates.map(networkOf)[0] ?? ""}.0/24 to ${networkOf(candidates.at(-1) ?? 0)}.0/24 none is free.`, "`stowage lab status` lists the labs; remove some with `stowage lab down`.");
}

function ownInterface(subnet: number): string {
  return `stowagelab${subnet}`;
}

async function isTaken(subnet: number): Promise<boolean> {
  const { out } = await run("ip", ["-o", "route", "get", `${networkOf(subnet)}.1`]);
  return out !== "" && !out.includes(" via ");
}

/** Makes the network of a host and plugs it in. */
export async function plugIn(lab: LabNames, host: HostNames, subnet: number): Promise<void> {
  const inside = ["-n", host.namespace];
  const port = portOf(host.number);
  await must("ip", ["netns", "add", host.namespace]);
  await must("ip", [...inside, "link", "set", "lo", "up"]);
  await must("ip", ["-n", lab.switch, "link", "add", port, "type", "veth", "peer", "name", "up0", "netns", host.namespace]);
  await must("ip", ["-n", lab.switch, "link", "set", port, "master", "br0", "up"]);
  await must("ip", [...inside, "link", "add", "br0", "type", "bridge", "forward_delay", "0"]);
  await must("ip", [...inside, "link", "set", "up0", "master", "br0", "up"]);
  await must("ip", [...inside, "link", "set", "br0", "up"]);
  await must("ip", [...inside, "addr", "add", `${networkOf(subnet)}.${host.number}/24`, "dev", "br0"]);
  // A peer that has been silent for about 13 seconds counts as gone: the usual quarter of an hour keeps moves waiting.
  await must("ip", ["netns", "exec", host.namespace, "sh", "-c", "echo 5 > /proc/sys/net/ipv4/tcp_retries2"]);
}

/** Removes the network of a host, at once for all others. */
export async function unplug(lab: LabNames, host: HostNames): Promise<void> {
  await run("ip", ["-n", lab.switch, "link", "del", portOf(host.number)]);
  await run("ip", ["netns", "del", host.namespace]);
}

/** Cuts a host off from everybody, or the way between two hosts from each other only. Nobody is told: packets get lost. */
export async function cutLink(lab: LabNames, hosts: readonly number[], isCut: boolean): Promise<void> {
  const [only, ...others] = hosts;
  if (only !== undefined && others.length === 0) return void await must("ip", ["-n", lab.switch, "link", "set", portOf(only), isCut ? "down" : "up"]);
  // Ports of a bridge that are isolated do not reach each other.
  for (const number of hosts) await must("ip", ["-n", lab.switch, "link", "set", portOf(number), "type", "bridge_slave", "isolated", isCut ? "on" : "off"]);
}

function portOf(number: number): string {
  return `p${number}`;
}
