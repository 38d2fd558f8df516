import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { ImportedFleet } from "../../../scenarios/importers/index.ts";
import { fileOf, folderOf, imported, importedSoundly, told } from "./imported.ts";

/** Hosts and machines of a fleet, as far as a test wants to see them. */
function seen({ document }: ImportedFleet): { readonly hosts: unknown; readonly workloads: unknown } {
  return {
    hosts: document.hosts?.map(({ id, capacity, state }) => [id, state, capacity?.cpuMillicores, capacity?.memoryMiB, capacity?.storageMiB]),
    workloads: document.workloads?.map(({ id, layer, host, state, reservation, dataMiB }) => [id, layer, host ?? null, state ?? (host === undefined ? "new" : "running"), reservation?.cpuMillicores, reservation?.memoryMiB, reservation?.storageMiB, dataMiB]),
  };
}

describe("Proxmox", () => {
  const gib = 2 ** 30;
  const resources = [
    { type: "node", node: "pve1", status: "online", maxcpu: 16, maxmem: 64 * gib, maxdisk: 100 * gib },
    { type: "node", node: "pve2", status: "offline", maxcpu: 16, maxmem: 64 * gib },
    { type: "qemu", vmid: 100, name: "web", node: "pve1", status: "running", maxcpu: 4, maxmem: 8 * gib, mem: 2 * gib, cpu: 0.25, maxdisk: 32 * gib, disk: 0, template: 0 },
    { type: "lxc", vmid: 101, name: "dns", node: "pve1", status: "stopped", maxcpu: 1, maxmem: gib / 2, maxdisk: 8 * gib, disk: gib, template: 0 },
    { type: "qemu", vmid: 900, name: "golden", node: "pve1", status: "stopped", maxcpu: 2, maxmem: gib, template: 1 },
    { type: "storage", storage: "ceph", node: "pve1", status: "available", shared: 1, maxdisk: 1000 * gib, disk: 10 * gib, content: "images,rootdir" },
    { type: "storage", storage: "ceph", node: "pve2", status: "available", shared: 1, maxdisk: 1000 * gib, disk: 10 * gib, content: "images,rootdir" },
    { type: "storage", storage: "local", node: "pve1", status: "available", shared: 0, maxdisk: 90 * gib, disk: 5 * gib, content: "iso,vztmpl,backup" },
    { type: "sdn", sdn: "localnetwork", node: "pve1", status: "ok" },
  ];

  it.each([["a list", resources], ["the API's answer", { data: resources }]])("reads %s", async (_, value) => {
    const fleet = await importedSoundly("proxmox", [fileOf("resources.json", JSON.stringify(value))]);
    expect(seen(fleet)).toEqual({
      hosts: [["pve1", "on", 16_000, 65_536, 1_024_000], ["pve2", "off", 16_000, 65_536, 1_024_000]],
      workloads: [["web", "qemu", "pve1", "running", 4000, 8192, 32_768, 0], ["dns", "lxc", "pve1", "stopped", 1000, 512, 8192, 0]],
    });
    expect(fleet.document.workloads?.[0]?.expectedUse).toEqual({ cpuMillicores: 1000, memoryMiB: 2048, storageMiB: 32_768 });
    expect(told(fleet, ({ subject }) => ["golden", "local"].includes(subject))).toHaveLength(2);
    expect(fleet.document.policies?.map(({ id }) => id)).toEqual(["stores-of proxmox"]);
  });
});

describe("OpenStack", () => {
  const hypervisors = { hypervisors: [
    { id: 1, hypervisor_hostname: "cmp1.example", state: "up", status: "enabled", vcpus: 64, memory_mb: 257_024, local_gb: 1800, hypervisor_type: "QEMU", cpu_info: "{\"vendor\": \"Intel\"}" },
    { id: 2, hypervisor_hostname: "cmp2.example", state: "down", status: "enabled", vcpus: 64, memory_mb: 257_024, local_gb: 1800 },
  ] };
  const expected = {
    hosts: [["cmp1.example", "on", 64_000, 257_024, 1_843_200], ["cmp2.example", "failed", 64_000, 257_024, 1_843_200]],
    workloads: [["db", "libvirt", "cmp1.example", "running", 4000, 8192, 81_920, 81_920], ["old", "libvirt", "cmp1.example", "stopped", 4000, 8192, 81_920, 81_920]],
  };

  it("reads the compute API, with flavors inside its servers", async () => {
    const flavor = { vcpus: 4, ram: 8192, disk: 80, ephemeral: 0, original_name: "m1.large" };
    const servers = { servers: [
      { id: "a", name: "db", status: "ACTIVE", "OS-EXT-SRV-ATTR:hypervisor_hostname": "cmp1.example", flavor, tenant_id: "p1" },
      { id: "b", name: "old", status: "SHUTOFF", "OS-EXT-SRV-ATTR:host": "cmp1", flavor },
      { id: "c", name: "coming", status: "BUILD", flavor },
    ] };
    const fleet = await importedSoundly("openstack", [fileOf("servers.json", JSON.stringify(servers)), fileOf("hypervisors.json", JSON.stringify(hypervisors))]);
    expect(seen(fleet)).toEqual(expected);
    expect(told(fleet, ({ subject }) => subject === "coming")).toEqual(["skipped :  -> "]);
  });

  it("reads the command line, with flavors in a file of their own", async () => {
    const servers = [
      { ID: "a", Name: "db", Status: "ACTIVE", Host: "cmp1.example", "Flavor Name": "m1.large", "Project ID": "p1" },
      { ID: "b", Name: "old", Status: "SHUTOFF", Host: "cmp1.example", Flavor: "m1.large" },
    ];
    const flavors = [{ ID: "3", Name: "m1.large", RAM: 8192, Disk: 80, Ephemeral: 0, VCPUs: 4, "Is Public": true }];
    const files = [flavors, servers, hypervisors].map((value) => fileOf("list.json", JSON.stringify(value)));
    expect(seen(await importedSoundly("openstack", files))).toEqual(expected);
  });

  it("says what a number is that is none", async () => {
    const fleet = await importedSoundly("openstack", [fileOf("h.json", "{\"hypervisors\": [{\"hypervisor_hostname\": \"h\", \"vcpus\": 1e400, \"memory_mb\": -5}]}")]);
    expect(told(fleet, ({ outcome }) => outcome === "skipped")).toEqual(["skipped vcpus: Infinity -> ", "skipped memory_mb: -5 -> "]);
  });
});

describe("NetBox", () => {
  const devices = { count: 2, next: null, results: [
    { id: 1, name: "hv1", device_type: { model: "R640" }, site: { name: "Paris" }, rack: { name: "R1" }, cluster: { name: "prod" }, status: { value: "active" }, custom_fields: { cores: 32, memory_gb: 256 } },
    { id: 2, name: "switch1", device_type: { model: "QFX" }, site: { name: "Paris" }, cluster: null, status: { value: "active" }, custom_fields: {} },
  ] };

  it.each([["GB before 4.1", 100, 102_400], ["MB after it", 102_400, 102_400]])("reads devices and machines, disks in %s", async (_, disk, storageMiB) => {
    const machines = { count: 1, next: null, results: [{ id: 7, name: "vm1", status: { value: "active" }, cluster: { name: "prod" }, site: { name: "Paris" }, device: { name: "hv1" }, vcpus: 2.5, memory: 4096, disk }] };
    const fleet = await importedSoundly("netbox", [fileOf("devices.json", JSON.stringify(devices)), fileOf("vms.json", JSON.stringify(machines))]);
    expect(seen(fleet)).toMatchObject({ hosts: [["hv1", "on", 32_000, 262_144, storageMiB]], workloads: [["vm1", "libvirt", "hv1", "running", 2500, 4096, storageMiB, storageMiB]] });
    expect(fleet.document.hosts?.[0]?.domains).toEqual({ rack: "R1", cluster: "prod" });
    expect(told(fleet, ({ subject }) => subject === "switch1")).toEqual(["skipped :  -> "]);
    expect(told(fleet, ({ field, outcome }) => field === "disk" && outcome === "guessed")).toHaveLength(1);
  });
});

describe("plain CSV", () => {
  const hosts = "name,site,cluster,cores,memory GiB,storage TiB,cpu model,state\nh1,paris,a,32,256,2,AMD EPYC 7543,on\nh2,paris,a,32,256,2,AMD EPYC 7543,maintenance\n";

  it("reads hosts and machines, with units in the headings", async () => {
    const fleet = await importedSoundly("csv", [fileOf("hosts.csv", hosts), fileOf("machines.csv", "name,host,vcpus,memory GiB,storage GiB,state\nweb,h1,2,8,50,running\ndb,H1,0.5,16.5,200,off\n")]);
    expect(seen(fleet)).toEqual({
      hosts: [["h1", "on", 32_000, 262_144, 2_097_152], ["h2", "maintenance", 32_000, 262_144, 2_097_152]],
      workloads: [["web", "libvirt", "h1", "running", 2000, 8192, 51_200, 51_200], ["db", "libvirt", "h1", "stopped", 500, 16_896, 204_800, 204_800]],
    });
  });

  it("takes headings of its own by --column, and continental numbers", async () => {
    const machines = "Maschine;Wirt;Kerne;Speicher (GB);Team\nweb;h1;2,5;1.024;shop\n";
    const fleet = await importedSoundly("csv", [fileOf("hosts.csv", hosts), fileOf("m.csv", machines)], {
      columns: { name: "Maschine", host: "Wirt", vcpus: "Kerne", memory: "Speicher" }, labels: ["Team"],
    });
    expect(seen(fleet)).toMatchObject({ workloads: [["web", "libvirt", "h1", "running", 2500, 1_048_576, 0, 0]] });
    expect(fleet.document.workloads?.[0]?.labels).toEqual({ cluster: "a", Team: "shop" });
  });

  it("names the fields when --column names one that is none", async () => {
    const { diagnostics } = await imported("csv", [fileOf("m.csv", "a\n")], { columns: { ram: "RAM" } });
    expect(diagnostics[0]).toMatchObject({ code: "usage", message: "--column names ram; there is no such field." });
  });
});

describe("libvirt", () => {
  it("reads what virsh prints of the test driver", async () => {
    const fleet = await importedSoundly("libvirt", [fileURLToPath(new URL("libvirt/testhost", import.meta.url))]);
    expect(seen(fleet)).toEqual({
      hosts: [["testhost", "on", 16_000, 6144, 1]],
      workloads: [["db", "libvirt", "testhost", "running", 4000, 4096, 0, 0], ["test", "libvirt", "testhost", "running", 2000, 8192, 0, 0]],
    });
    expect(told(fleet, ({ field }) => field === "topology")).toEqual(["converted topology: 16 threads -> 16 cores"]);
  });

  it("takes disks and memory in use from domstats, and pins machines with devices of their host", async () => {
    const stats = "Domain: 'db'\n  state.state=1\n  balloon.current=4194304\n  balloon.maximum=4194304\n  balloon.available=4000000\n  balloon.unused=1951424\n  block.count=2\n  block.0.capacity=10737418240\n  block.0.allocation=1073741824\n  block.1.capacity=1e400\n\nDomain: 'gone'\n  state.state=5\n  vcpu.current=2\n  balloon.maximum=1048576\n";
    const domain = "<domain type='kvm' id='3'><name>db</name><memory unit='GiB'>4</memory><vcpu current='2'>8</vcpu><devices><disk type='file' device='disk'/><disk type='file' device='cdrom'/><hostdev mode='subsystem' type='pci'/></devices></domain>";
    const nodeinfo = "CPU model:           x86_64\nCPU(s):              16\nCPU frequency:       2400 MHz\nCPU socket(s):       1\nCore(s) per socket:  4\nThread(s) per core:  2\nNUMA cell(s):        2\nMemory size:         33554432 KiB\n";
    const fleet = await importedSoundly("libvirt", [folderOf("h1", { "db.xml": domain, "domstats.txt": stats, "nodeinfo.txt": nodeinfo, "notes.md": "# mine" })]);
    expect(seen(fleet)).toMatchObject({
      hosts: [["h1", "on", 8000, 32_768, 10_240]],
      workloads: [["db", "libvirt", "h1", "running", 2000, 4096, 10_240, 10_240], ["gone", "libvirt", "h1", "stopped", 2000, 1024, 0, 0]],
    });
    expect(fleet.document.workloads?.[0]).toMatchObject({ liveMove: false, expectedUse: { memoryMiB: 2001 } });
    expect(told(fleet, ({ outcome }) => outcome === "skipped")).toEqual(["skipped block.1.capacity: 1e400 -> ", "skipped :  -> "]);
  });
});
