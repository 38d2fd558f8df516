import { readFileSync } from "node:fs";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { layerKinds } from "../../executor/agent/catalogue.ts";
import { containerOf } from "../../executor/agent/podman/container-file.ts";
import { programOf } from "../../executor/agent/process/program.ts";
import { applicationOf } from "../../executor/agent/tomcat/application-file.ts";

const blocks = ["drivers.md", "virtual-machines.md", "addresses.md"].flatMap((page) => {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```(yaml|json \w+)\n([\s\S]*?)^```$/gmu)].map(([, kind = "", content = ""], i) => ({ page, kind, content, number: i + 1 }));
});
const layers = blocks.flatMap(({ page, kind, content }) => (kind === "yaml" ? Object.entries((parse(content) as { readonly layers?: Readonly<Record<string, unknown>> }).layers ?? {}).map(([layer, settings]) => ({ page, layer, settings })) : []));
const readers: Readonly<Record<string, (text: string) => unknown>> = { "json container": containerOf, "json application": applicationOf, "json program": programOf };

describe("the pages of layers", () => {
  it("show settings of every layer", () => {
    expect(layers.map(({ layer }) => layer)).toEqual(expect.arrayContaining(["address", "libvirt", "podman", "process", "tomcat"]));
  });

  it.each(layers)("show settings of $layer that are in order", ({ layer, settings }) => {
    const kind = layerKinds[layer];
    if (kind === undefined) throw new Error(`no layer is called ${layer}`);
    expect(Compile(kind.settings).Errors(settings)).toEqual([]);
  });

  it.each(blocks.filter(({ kind }) => kind !== "yaml"))("show a $kind that is in order", ({ kind, content }) => {
    const value = readers[kind]?.(content);
    expect(value).toEqual(JSON.parse(content));
  });
});
