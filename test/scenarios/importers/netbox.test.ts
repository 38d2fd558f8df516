import { describe, expect, it } from "vitest";
import { fileOf, imported, importedSoundly, type Choices } from "./imported.ts";

/** Objects with the fields that the serializers of NetBox 4 give them; what nobody has filled in is null. */
const brief = (id: number, name: string): Readonly<Record<string, unknown>> => ({ id, url: `https://netbox.example/api/x/${id}/`, display: name, name, slug: name.toLowerCase(), description: "" });
const choice = (value: string): Readonly<Record<string, unknown>> => ({ value, label: value });
const device = (id: number, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  id, url: `https://netbox.example/api/dcim/devices/${id}/`, display_url: `https://netbox.example/dcim/devices/${id}/`, display: `hv${id}`, name: `hv${id}`,
  device_type: { ...brief(3, "R640"), manufacturer: brief(1, "Dell"), model: "R640" }, role: brief(1, "Hypervisor"), tenant: null, platform: null, serial: "", asset_tag: null,
  site: brief(1, "Paris"), location: null, rack: brief(4, "R1"), position: 12, face: choice("front"), latitude: null, longitude: null, parent_device: null, status: choice("active"), airflow: null,
  primary_ip: null, primary_ip4: null, primary_ip6: null, oob_ip: null, cluster: brief(2, "prod"), virtual_chassis: null, vc_position: null, vc_priority: null, description: "", comments: "",
  config_template: null, local_context_data: null, tags: [], custom_fields: { cores: 32, memory_gb: 256 }, created: "2026-01-01T00:00:00Z", last_updated: "2026-01-01T00:00:00Z", ...more,
});
const machine = (id: number, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  id, url: `https://netbox.example/api/virtualization/virtual-machines/${id}/`, display_url: "https://netbox.example/x/", display: `vm${id}`, name: `vm${id}`, status: choice("active"),
  site: brief(1, "Paris"), cluster: brief(2, "prod"), device: brief(1, "hv1"), serial: "", role: brief(2, "Database"), tenant: brief(5, "Shop"), platform: brief(6, "Debian"),
  primary_ip: null, primary_ip4: null, primary_ip6: null, vcpus: 2.5, memory: 4096, disk: 102_400, description: "", comments: "", config_template: null, local_context_data: null,
  tags: [], custom_fields: { cost_centre: "4711" }, created: "2026-01-01T00:00:00Z", last_updated: "2026-01-01T00:00:00Z", interface_count: 1, virtual_disk_count: 1, ...more,
});
const page = (results: readonly unknown[], count = results.length, next: string | null = null, previous: string | null = null): unknown => ({ count, next, previous, results });
const files = (...pages: readonly unknown[]): readonly string[] => pages.map((value) => fileOf("page.json", JSON.stringify(value)));
const read = (pages: readonly unknown[], choices: Choices = {}): ReturnType<typeof importedSoundly> => importedSoundly("netbox", files(...pages), choices);

describe("what NetBox answers", () => {
  it("is read with what nobody filled in", async () => {
    const empty = { site: null, cluster: null, device: null, role: null, tenant: null, platform: null, vcpus: null, memory: null, disk: null, custom_fields: {} };
    const fleet = await read([page([device(1)]), page([machine(1), machine(2, { ...empty, status: choice("offline") })])], { labels: ["cost_centre"] });
    expect(fleet.document.hosts?.[0]).toMatchObject({ id: "hv1", site: "Paris", domains: { rack: "R1", cluster: "prod" }, labels: { role: "Hypervisor", model: "R640" }, capacity: { cpuMillicores: 32_000, memoryMiB: 262_144 } });
    expect(fleet.document.workloads).toMatchObject([
      { id: "vm1", host: "hv1", reservation: { cpuMillicores: 2500, memoryMiB: 4096, storageMiB: 102_400 }, labels: { cost_centre: "4711", role: "Database", tenant: "Shop", platform: "Debian" } },
      { id: "vm2", state: "stopped", reservation: { cpuMillicores: 1000, memoryMiB: 1024, storageMiB: 0 } },
    ]);
    expect(fleet.entries.filter(({ subject, outcome }) => subject === "vm2" && outcome === "guessed").map(({ field }) => field).sort()).toEqual(["host", "memory", "storage", "vCPU"]);
  });

  it("names a device without a name as it shows it", async () => {
    const fleet = await read([page([device(7, { name: null, display: "R640 (7)" })]), page([machine(1, { device: { ...brief(7, "R640 (7)"), name: null } })])]);
    expect([fleet.document.hosts?.[0]?.id, fleet.document.workloads?.[0]?.host]).toEqual(["R640 (7)", "R640 (7)"]);
  });

  it("is read over several pages, and what is on two of them once", async () => {
    const next = "https://netbox.example/api/virtualization/virtual-machines/?limit=2&offset=2";
    const fleet = await read([page([device(1)]), page([machine(1), machine(2)], 3, next), page([machine(2), machine(3)], 3, null, next)]);
    expect(fleet.document.workloads?.map(({ id }) => id)).toEqual(["vm1", "vm2", "vm3"]);
    expect(fleet.entries.filter(({ reason }) => reason === "a second entry with id 2")).toHaveLength(1);
  });

  it.each([
    { name: "the last page", pages: [page([machine(1)], 3, "https://netbox.example/?offset=1"), page([machine(2)], 3, "https://netbox.example/?offset=2")], says: "2 files hold 2 of 3 machines", advice: "https://netbox.example/?offset=2" },
    { name: "a page in the middle", pages: [page([machine(1)], 3, "https://netbox.example/?offset=1"), page([machine(3)], 3)], says: "2 files hold 2 of 3 machines", advice: "https://netbox.example/?offset=1" },
    { name: "the first page", pages: [page([machine(3)], 3, null, "https://netbox.example/")], says: "it holds 1 of 3 machines", advice: "Fetch the pages before it" },
  ])("is refused without $name", async ({ pages, says, advice }) => {
    const { fleet, diagnostics } = await imported("netbox", files(page([device(1)]), ...pages));
    expect({ fleet, says: diagnostics[0]?.message.includes(says), advice: diagnostics[0]?.advice.includes(advice) }).toEqual({ fleet: null, says: true, advice: true });
  });

  it("is whole where something was deleted between two pages", async () => {
    const fleet = await read([page([device(1)]), page([machine(1)], 3, "https://netbox.example/?offset=1"), page([machine(3)], 2)]);
    expect(fleet.document.workloads).toHaveLength(2);
  });
});
