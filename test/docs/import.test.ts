import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { importedSoundly } from "../scenarios/importers/imported.ts";

const text = readFileSync(new URL("../../docs/import.md", import.meta.url), "utf8");
const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gmu)].map(([, content = ""]) => content);
const folder = mkdtempSync(join(tmpdir(), "stowage-import-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) {
  if (process.env["STOWAGE_REQUIRE_ALL"] === "1") throw new Error("curl is needed for the commands of docs/import.md and is not there");
  console.warn("SKIPPED: the loop of docs/import.md that fetches pages of NetBox, since curl is not there");
}

describe("the commands that make inputs", () => {
  it.each(blocks.map((block) => [block.split("\n")[0] ?? "", block]))("are a sound shell script: %s", (_, block) => {
    expect(spawnSync("bash", ["-n"], { input: block, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  it.runIf(hasCurl)("fetch every page of NetBox, with the token, and the import takes them all", async () => {
    const block = blocks.find((each) => each.includes("$NETBOX")) ?? "";
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "", `http://${request.headers.host ?? ""}`);
      asked.push(`${request.headers.authorization ?? ""} ${url.pathname}${url.search}`);
      response.setHeader("content-type", "application/json").end(JSON.stringify(pageOf(url)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const script = block.split("\n").filter((line) => !line.startsWith("stowage ")).join("\n");
      await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, env: { ...process.env, NETBOX: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, TOKEN: "secret" } });
    } finally {
      server.close();
    }
    expect(asked).toEqual([
      "Token secret /api/dcim/devices/?limit=1000", "Token secret /api/virtualization/virtual-machines/?limit=1000",
      "Token secret /api/virtualization/virtual-machines/?limit=2&offset=2", "Token secret /api/virtualization/virtual-machines/?limit=2&offset=4",
    ]);
    const files = /^stowage import netbox (.*?) --/mu.exec(block)?.[1]?.split(" ") ?? [];
    const named = execFileSync("bash", ["-c", `ls ${files.join(" ")}`], { cwd: folder, encoding: "utf8" }).trim().split("\n");
    expect(named).toEqual(readdirSync(folder).sort());
    const fleet = await importedSoundly("netbox", named.map((name) => join(folder, name)), { labels: ["cost_centre"] });
    expect(fleet.document.workloads?.map(({ id, labels }) => [id, labels?.["cost_centre"]])).toEqual(["vm0", "vm1", "vm2", "vm3", "vm4"].map((id) => [id, "4711"]));
  });
});

/** A page of five machines, two at a time as a low MAX_PAGE_SIZE has it, or of the one device. */
function pageOf({ pathname, searchParams, origin }: URL): unknown {
  if (pathname === "/api/dcim/devices/") return { count: 1, next: null, previous: null, results: [{ id: 1, name: "hv1", device_type: { model: "R640" }, cluster: { name: "prod" }, custom_fields: { cores: 8, memory_gb: 64 } }] };
  const from = Number(searchParams.get("offset") ?? 0);
  const results = [0, 1, 2, 3, 4].slice(from, from + 2).map((id) => ({ id, name: `vm${id}`, status: { value: "active", label: "Active" }, cluster: { name: "prod" }, device: { name: "hv1" }, vcpus: 1, memory: 1024, disk: 10, custom_fields: { cost_centre: "4711" } }));
  return { count: 5, next: from + 2 < 5 ? `${origin}${pathname}?limit=2&offset=${from + 2}` : null, previous: null, results };
}
