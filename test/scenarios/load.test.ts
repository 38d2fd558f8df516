import { mkdir, mkdtemp, open, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { filesAfter, loadScenario, type InputFiles } from "../../scenarios/index.ts";
import { asLine, smallFleetWith } from "./small-fleet.ts";

let folder = "";
const inFolder = (name: string): string => path.join(folder, name);

const files: Readonly<Record<string, string | Uint8Array>> = {
  "base.json": smallFleetWith({}),
  "base.yaml": "apiVersion: stowage/v1\nname: base\nsites: [{ id: lyon }]\nsettings: { moveMicros: 5 }\n",
  "overlay.yaml": "apiVersion: stowage/v1\nname: overlay\ninclude: [base.json]\nchanges:\n  - closeSite: { site: cloud }\n",
  "more.yaml": "apiVersion: stowage/v1\nsites: [{ id: lyon }]\nsettings: { paybackHours: 7 }\nchanges:\n  - maintenance: { hosts: [h1] }\n",
  "twice.yaml": "apiVersion: stowage/v1\nsites:\n  - id: rome\n  - id: paris\n",
  "dollars.yaml": "apiVersion: stowage/v1\ncurrency: USD\n",
  "euros.yaml": "apiVersion: stowage/v1\nname: euros\ncurrency: EUR\n",
  "circle-a.yaml": "apiVersion: stowage/v1\nname: a\ninclude: [circle-b.yaml]\n",
  "circle-b.yaml": "apiVersion: stowage/v1\nname: b\ninclude:\n  - circle-a.yaml\n",
  "missing-include.yaml": "apiVersion: stowage/v1\nname: a\ninclude:\n  - bse.yaml\n",
  "includes-input.yaml": "apiVersion: stowage/v1\nname: a\ninclude: ['-']\n",
  "plan.json": "{\"format\": \"stowage/plan/v1\", \"moves\": []}",
  "nameless.yaml": "apiVersion: stowage/v1\n",
  "no-ending": "  { \"apiVersion\": \"stowage/v1\", \"name\": \"json\" }",
  "empty.yaml": "",
  "comment.yaml": "# nothing but this\n",
  "bom.yaml": new Uint8Array([0xef, 0xbb, 0xbf, ...Buffer.from("apiVersion: stowage/v1\nname: bom\n")]),
  "bom.json": new Uint8Array([0xef, 0xbb, 0xbf, ...Buffer.from('{"apiVersion":"stowage/v1","name":"bom"}')]),
  "utf16.yaml": new Uint8Array(Buffer.from("\uFEFFapiVersion: stowage/v1\n", "utf16le")),
  "utf16-no-mark.yaml": new Uint8Array(Buffer.from("apiVersion: stowage/v1\n", "utf16le")),
  "latin1.yaml": new Uint8Array(Buffer.from("apiVersion: stowage/v1\nname: caf\u00e9\n", "latin1")),
  "nul.yaml": "apiVersion: stowage/v1\nname: a\u0000b\n",
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "stowage-load-"));
  for (const [name, content] of Object.entries(files)) await writeFile(inFolder(name), content);
  await mkdir(inFolder("folder"));
  // 200 MB that take no room on the disk.
  for (const name of ["huge.json", "huge.yaml"]) {
    const handle = await open(inFolder(name), "w");
    await handle.truncate(200_000_000);
    await handle.close();
  }
});

describe("composition", () => {
  it("lays files over each other, left to right; the last name counts", async () => {
    const { scenario, diagnostics } = await loadScenario([inFolder("base.json"), inFolder("more.yaml")]);
    expect(diagnostics).toEqual([]);
    expect(scenario?.name).toBe("small");
    expect(scenario?.fleet.sites.map(({ id }) => id)).toEqual(["cloud", "lyon", "paris"]);
    expect(scenario?.settings).toMatchObject({ paybackHours: 7, moveMicros: 10_000 });
    expect(scenario?.changes).toEqual(["1 host in maintenance: h1"]);
  });

  it("reads what a file includes before the file, and nothing twice", async () => {
    const { scenario, diagnostics } = await loadScenario([inFolder("base.json"), inFolder("overlay.yaml"), inFolder("more.yaml")]);
    expect(diagnostics).toEqual([]);
    expect(scenario?.name).toBe("overlay");
    expect(scenario?.changes).toEqual(["site cloud closes with its 1 host", "1 host in maintenance: h1"]);
  });

  it("lets the caller's instant go before that of the files", async () => {
    expect((await loadScenario([inFolder("euros.yaml")], { asOf: "2026-11-21T10:00:00Z" })).scenario?.asOf).toBe("2026-11-21T10:00:00Z");
    expect((await loadScenario([inFolder("euros.yaml")])).scenario?.asOf).toBeNull();
  });

  it("reads standard input beside files, from whoever gives the bytes", async () => {
    const memory: InputFiles = {
      sizeBytes: () => Promise.resolve(null),
      read: (name) => Promise.resolve(Buffer.from(name === "-" ? "apiVersion: stowage/v1\nname: piped\ninclude: [part.yaml]\n" : "apiVersion: stowage/v1\nsites: [{ id: a }]\n")),
      list: () => Promise.resolve([]),
      identity: (name) => Promise.resolve(name),
    };
    const { scenario } = await loadScenario(["-"], { files: memory });
    expect(scenario).toMatchObject({ name: "piped", fleet: { sites: [{ id: "a" }] } });
  });

  it("reads a standard input that was read before as often as it is asked, and files from the disk", async () => {
    const files = filesAfter({ bytes: Buffer.from("apiVersion: stowage/v1\nname: piped\n") });
    for (const paths of [["-"], [inFolder("base.json"), "-"]]) expect((await loadScenario(paths, { files })).scenario?.name).toBe("piped");
    const { diagnostics } = await loadScenario(["-"], { files: filesAfter({ code: "EISDIR" }) });
    expect(diagnostics.map(asLine)).toEqual(["file-unreadable null:null  | standard input is a folder; a scenario is a file."]);
  });

  it("cuts off an endless input at the limit", async () => {
    const asked: number[] = [];
    const endless: InputFiles = {
      sizeBytes: () => Promise.resolve(null),
      read: (_, limitBytes) => { asked.push(limitBytes); return Promise.resolve(new Uint8Array(limitBytes + 1).fill(0x20)); },
      list: () => Promise.resolve([]),
      identity: (name) => Promise.resolve(name),
    };
    const { diagnostics } = await loadScenario(["-"], { files: endless, maxInputMiB: 1 });
    expect(asked).toEqual([1_048_576]);
    expect(diagnostics.map(asLine)).toEqual(["file-too-large null:null  | standard input has more than 1 MiB; the limit is 1 MiB."]);
  });

  it.each([["no-ending", "json"], ["bom.yaml", "bom"], ["bom.json", "bom"]])("reads %s", async (file, name) => {
    const { scenario, diagnostics } = await loadScenario([inFolder(file)]);
    expect(diagnostics).toEqual([]);
    expect(scenario?.name).toBe(name);
  });
});

/** Files that are refused: what is told, with the folder left out. */
const refusals: readonly (readonly [what: string, names: readonly string[], told: readonly string[], advice?: string])[] = [
  ["an id that two files define", ["base.json", "twice.yaml"], ["duplicate-id 4:9 sites[1].id | site paris is defined twice: first in base.json at sites[0], and again in twice.yaml at sites[1]."]],
  ["two currencies", ["euros.yaml", "dollars.yaml"], ["contradiction 2:11 currency | currency is USD, but euros.yaml counts in EUR."]],
  ["files that include each other", ["circle-a.yaml"], ["include-cycle 4:5 include[0] | circle-a.yaml includes itself: circle-a.yaml includes circle-b.yaml includes circle-a.yaml."]],
  ["an include that is not there", ["missing-include.yaml"], ["file-not-found 4:5 include[0] | bse.yaml does not exist."], "Did you mean base.yaml?"],
  ["an include of standard input", ["includes-input.yaml"], ['not-allowed 3:11 include[0] | include names "-"; only files can be included.']],
  ["a file that is not there", ["base.jsn"], ["file-not-found null:null  | base.jsn does not exist."], "Did you mean base.json?"],
  ["a folder", ["folder"], ["file-unreadable null:null  | folder is a folder; a scenario is a file."]],
  ["200 MB of JSON", ["huge.json"], ["file-too-large null:null  | huge.json has 191 MiB; the limit is 128 MiB."]],
  ["200 MB of YAML", ["huge.yaml"], ["file-too-large null:null  | huge.yaml has 191 MiB; the limit is 8 MiB."], "Write large fleets as JSON: the same keys, twenty times as fast."],
  ["an empty file", ["empty.yaml"], ["bad-syntax 1:1  | empty.yaml is empty; a scenario is an object of keys and values."]],
  ["a file of comments", ["comment.yaml"], ["bad-syntax 1:1  | comment.yaml is empty; a scenario is an object of keys and values."]],
  ["UTF-16", ["utf16.yaml"], ["bad-encoding null:null  | utf16.yaml is written in UTF-16; only UTF-8 is read."]],
  ["UTF-16 without mark", ["utf16-no-mark.yaml"], ["bad-encoding null:null  | utf16-no-mark.yaml is written in UTF-16 without a byte order mark; only UTF-8 is read."]],
  ["Latin-1", ["latin1.yaml"], ["bad-encoding 2:10  | latin1.yaml has bytes that are not UTF-8; only UTF-8 is read."]],
  ["a NUL", ["nul.yaml"], ["bad-encoding 2:8  | nul.yaml has a NUL character; only UTF-8 is read."]],
  ["a plan", ["plan.json"], ['bad-format 1:1  | plan.json is a document of the format "stowage/plan/v1"; a scenario is expected here.'], "Plans go to `stowage verify PLAN FILES`, `stowage diff` and the option --plan."],
  ["a scenario without name", ["nameless.yaml"], ["missing-key 1:1 name | No file gives the scenario a name."]],
  ["no file at all", [], ["usage null:null  | No scenario file is named; at least one is needed."]],
];

describe("files that are refused", () => {
  it.each(refusals.map(([what, names, told, advice]) => ({ what, names, told, advice })))("$what", async ({ names, told, advice }) => {
    const { scenario, diagnostics } = await loadScenario(names.map(inFolder));
    expect(scenario).toBeNull();
    expect(diagnostics.map((diagnostic) => asLine(diagnostic).replaceAll(`${folder}${path.sep}`, ""))).toEqual(told);
    if (advice !== undefined) expect(diagnostics[0]?.advice.replaceAll(`${folder}${path.sep}`, "")).toBe(advice);
  });

  it("a file without a name", async () => {
    expect((await loadScenario([""])).diagnostics.map(asLine)).toEqual(["file-not-found null:null  | The name of a file is empty."]);
  });

  it("an instant that does not exist", async () => {
    expect((await loadScenario([inFolder("euros.yaml")], { asOf: "tomorrow" })).diagnostics.map(asLine)).toEqual(['bad-format null:null  | The instant given is "tomorrow"; it must be a UTC instant with Z.']);
  });
});
