import { describe, expect, it } from "vitest";
import { fileOf, imported, importedSoundly, told } from "./imported.ts";

/**
 * Shapes of answers. Those of the command line are what python-openstackclient 6.0.0 printed of a compute API that gave
 * the answers below them; the fields of those are the ones that the reference of the compute API names.
 */
const serverOfApi = (id: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  id, name: `db-${id}`, status: "ACTIVE", tenant_id: "p1", user_id: "u1", metadata: { team: "shop" }, hostId: "2091634baaccdc", image: { id: "70a5", links: [] },
  flavor: { original_name: "m1.large", vcpus: 4, ram: 8192, disk: 80, ephemeral: 0, swap: 0, extra_specs: {} },
  created: "2026-01-01T00:00:00Z", updated: "2026-01-01T00:00:00Z", addresses: { net: [{ addr: "10.0.0.4", version: 4 }] }, accessIPv4: "", accessIPv6: "", links: [], key_name: null,
  locked: false, config_drive: "", "OS-DCF:diskConfig": "AUTO", "OS-EXT-AZ:availability_zone": "nova", "OS-EXT-SRV-ATTR:host": "cmp1", "OS-EXT-SRV-ATTR:instance_name": "instance-1",
  "OS-EXT-SRV-ATTR:hypervisor_hostname": "cmp1.example", "OS-EXT-STS:task_state": null, "OS-EXT-STS:vm_state": "active", "OS-EXT-STS:power_state": 1,
  "OS-SRV-USG:launched_at": "2026-01-01T00:00:01.000000", "OS-SRV-USG:terminated_at": null, "os-extended-volumes:volumes_attached": [], ...more,
});
const offloaded = { status: "SHELVED_OFFLOADED", "OS-EXT-SRV-ATTR:host": null, "OS-EXT-SRV-ATTR:hypervisor_hostname": null, "OS-EXT-STS:power_state": 4, "OS-EXT-AZ:availability_zone": "" };
const hypervisorOfApi = { id: "9e1a", hypervisor_hostname: "cmp1.example", hypervisor_type: "QEMU", hypervisor_version: 6_002_000, host_ip: "10.1.0.1", state: "up", status: "enabled", service: { host: "cmp1", id: "21bb", disabled_reason: null }, uptime: null };
const sizesOfHypervisor = { vcpus: 64, vcpus_used: 8, memory_mb: 257_024, memory_mb_used: 512, local_gb: 1800, local_gb_used: 0, free_disk_gb: 1, free_ram_mb: 1, running_vms: 2, current_workload: 0, disk_available_least: 1, cpu_info: { vendor: "Intel", arch: "x86_64", model: "x", features: [], topology: { cores: 16, threads: 2, sockets: 2 } } };

const serversOfClient = [
  { ID: "1", Name: "db-1", Status: "ACTIVE", "Task State": null, "Power State": 1, Networks: { net: ["10.0.0.4"] }, "Image Name": "", "Image ID": "70a5", "Flavor Name": "m1.large", "Flavor ID": "4", "Availability Zone": "nova", Host: "cmp1", Properties: { team: "shop" } },
  { ID: "2", Name: "db-2", Status: "SHUTOFF", "Task State": null, "Power State": 4, Networks: {}, "Image Name": "N/A (booted from volume)", "Image ID": "N/A (booted from volume)", "Flavor Name": "m1.large", "Flavor ID": "4", "Availability Zone": "nova", Host: "cmp1", Properties: {} },
  { ID: "3", Name: "db-3", Status: "SHELVED_OFFLOADED", "Task State": null, "Power State": 4, Networks: {}, "Image Name": "", "Image ID": "70a5", "Flavor Name": "m1.large", "Flavor ID": "4", "Availability Zone": "", Host: null, Properties: {} },
] as const;
const hypervisorsOfClient = [{ ID: 1, "Hypervisor Hostname": "cmp1.example", "Hypervisor Type": "QEMU", "Host IP": "10.1.0.1", State: "up", "vCPUs Used": 8, vCPUs: 64, "Memory MB Used": 1, "Memory MB": 257_024 }];
const flavorsOfClient = [{ ID: "4", Name: "m1.large", RAM: 8192, Disk: 80, Ephemeral: 0, VCPUs: 4, "Is Public": true }];

const next = (list: string): Readonly<Record<string, unknown>> => ({ [`${list}_links`]: [{ rel: "next", href: `http://openstack.example/v2.1/${list}/detail?marker=2` }] });
const json = (name: string, value: unknown): string => fileOf(name, JSON.stringify(value));
const places = (fleet: Awaited<ReturnType<typeof importedSoundly>>): unknown => fleet.document.workloads?.map(({ id, host, state, reservation }) => [id, host, state ?? "running", reservation?.cpuMillicores, reservation?.memoryMiB, reservation?.storageMiB]);

describe("what the command line prints", () => {
  it("is read with nulls, an empty host and flavors by name and id", async () => {
    const fleet = await importedSoundly("openstack", [json("servers.json", serversOfClient), json("hypervisors.json", hypervisorsOfClient), json("flavors.json", flavorsOfClient)], { labels: ["team"] });
    expect(places(fleet)).toEqual([["db-1", "cmp1.example", "running", 4000, 8192, 81_920], ["db-2", "cmp1.example", "stopped", 4000, 8192, 81_920], ["db-3", "cmp1.example", "stopped", 4000, 8192, 81_920]]);
    expect(fleet.document.hosts?.[0]?.capacity).toMatchObject({ cpuMillicores: 64_000, memoryMiB: 257_024 });
    expect(fleet.document.workloads?.map(({ labels }) => labels)).toEqual([{ team: "shop", zone: "nova" }, { zone: "nova" }, {}]);
    expect(told(fleet, ({ subject, outcome }) => subject === "db-3" && outcome === "guessed")).toContain("guessed host:  -> cmp1.example");
  });

  it("is read where newer servers tell the flavor's name only, and a cell that is down tells nothing", async () => {
    const { "Flavor Name": _name, "Flavor ID": _id, ...rest } = serversOfClient[0];
    const servers = [{ ...rest, Flavor: "m1.large" }, { ID: "4", Name: "", Status: "UNKNOWN", "Task State": "", "Power State": "", Networks: {}, Flavor: "", "Availability Zone": "", Host: "", Properties: {} }];
    const fleet = await importedSoundly("openstack", [json("servers.json", servers), json("hypervisors.json", hypervisorsOfClient), json("flavors.json", flavorsOfClient)]);
    expect(places(fleet)).toEqual([["db-1", "cmp1.example", "running", 4000, 8192, 81_920]]);
    expect(fleet.entries.filter(({ reason }) => reason.includes("in state UNKNOWN"))).toHaveLength(1);
  });

  it.each([["without the columns", {}], ["with empty columns", { vCPUs: "", "Memory MB": "", "vCPUs Used": "", "Memory MB Used": "" }]])("says how to ask for the sizes of hosts, that newer servers tell %s", async (_, columns) => {
    const { vCPUs: _c, "vCPUs Used": _u, "Memory MB": _m, "Memory MB Used": _n, ...rest } = hypervisorsOfClient[0] ?? {};
    const fleet = await importedSoundly("openstack", [json("hypervisors.json", [{ ...rest, ...columns }])]);
    expect(fleet.entries.find(({ outcome }) => outcome === "skipped")?.reason).toContain("ask with --os-compute-api-version 2.87");
  });

  it.each([[999, 0], [1000, 1], [1001, 0], [2000, 1]])("tells that %i servers may not be all", async (count, tellings) => {
    const servers = Array.from({ length: count }, (_, n) => ({ ...serversOfClient[0], ID: String(n), Name: `db-${n}` }));
    const fleet = await importedSoundly("openstack", [json("servers.json", servers), json("hypervisors.json", hypervisorsOfClient), json("flavors.json", flavorsOfClient)]);
    expect(fleet.entries.filter(({ reason }) => reason.includes("--limit -1"))).toHaveLength(tellings);
  });
});

describe("what the compute API answers", () => {
  const hypervisors = { hypervisors: [{ ...hypervisorOfApi, ...sizesOfHypervisor }] };

  it("is read over several pages, and what is on two of them once", async () => {
    const pages = [{ servers: [serverOfApi("1"), serverOfApi("2")], ...next("servers") }, { servers: [serverOfApi("2"), serverOfApi("3", offloaded), { id: "4", status: "UNKNOWN", tenant_id: "p1", created: "2026-01-01T00:00:00Z", links: [] }] }];
    const fleet = await importedSoundly("openstack", [...pages.map((page) => json("servers.json", page)), json("hypervisors.json", hypervisors)]);
    expect(places(fleet)).toEqual([["db-1", "cmp1.example", "running", 4000, 8192, 81_920], ["db-2", "cmp1.example", "running", 4000, 8192, 81_920], ["db-3", "cmp1.example", "stopped", 4000, 8192, 81_920]]);
    expect(fleet.entries.filter(({ reason }) => reason === "a second entry with id 2")).toHaveLength(1);
    expect(fleet.document.hosts?.[0]).toMatchObject({ cpuVendor: "intel", capacity: { cpuMillicores: 64_000, memoryMiB: 257_024, storageMiB: 1_843_200 } });
  });

  it.each(["servers", "hypervisors"])("is refused where the last page of %s is missing, with the address of the next one", async (list) => {
    const page = { ...(list === "servers" ? { servers: [serverOfApi("1"), serverOfApi("2")] } : hypervisors), ...next(list) };
    const { fleet, diagnostics } = await imported("openstack", [json("page.json", page)]);
    expect(fleet).toBeNull();
    expect(diagnostics[0]).toMatchObject({ message: expect.stringContaining("is one page of several: it holds") as string, advice: `Fetch the next page too, http://openstack.example/v2.1/${list}/detail?marker=2, and name all files.` });
  });

  it("is an empty last page where the list ends with a page that is full", async () => {
    const files = [{ servers: [serverOfApi("1")], ...next("servers") }, { servers: [] }, hypervisors].map((value) => json("a.json", value));
    expect(places(await importedSoundly("openstack", files))).toHaveLength(1);
  });
});
