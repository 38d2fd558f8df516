import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isId } from "../../../../scenarios/fields/common.ts";
import { importLoad, ruleSets, type ServerAccess } from "../../../../scenarios/importers/index.ts";
import { readTrace } from "../../../../scenarios/traces/index.ts";
import { file, folder, stowage, type Ended } from "../../../cli/command-line.ts";
import { knownLoad } from "./known-load.ts";
import { has, startPrometheus, type Running } from "./real-server.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, form: URLSearchParams) => void;
let made = 0;

/** Runs something against a server that answers like this. */
async function against<Result>(answer: Answer, run: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer((asked, response) => {
    const chunks: Buffer[] = [];
    asked.on("data", (chunk: Buffer) => void chunks.push(chunk));
    asked.on("end", () => answer(asked, response, new URLSearchParams(asked.method === "POST" ? Buffer.concat(chunks).toString() : asked.url?.split("?")[1] ?? "")));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  try {
    return await run(`http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function ask(url: string, ...args: readonly string[]): Promise<Ended> {
  return stowage("import", "prometheus", "--url", url, "--from", "1h", "--to", "2026-10-02T00:00:00Z", "--metrics", "libvirt", "--trace", join(folder, `asked-${made++}.csv`), ...args);
}

/** One rule's worth of load, without a file; says how often was waited, and how long. */
async function load(url: string, access: Partial<ServerAccess> = {}): Promise<{ readonly message: string; readonly advice: string; readonly waits: readonly number[]; readonly samples: readonly number[] }> {
  const waits: number[] = [];
  const { load: found, diagnostics } = await importLoad({
    access: { url: new URL(url), token: null, ca: null, certificate: null, key: null, timeoutMs: 20_000, answerBytesMax: 1_048_576, ...access },
    rules: ruleSets["libvirt"]?.slice(0, 1) ?? [], slots: { startMs: 0, stepMs: 1000, count: 20_000 }, windowMs: null, fleet: null,
  }, { wait: (ms) => { waits.push(ms); return Promise.resolve(); }, progress: () => undefined });
  return { message: diagnostics[0]?.message ?? "", advice: diagnostics[0]?.advice ?? "", waits, samples: [...found?.workloads.series[0]?.samples[0] ?? []] };
}

function matrix(values: readonly (readonly [unknown, unknown])[]): string {
  return JSON.stringify({ status: "success", data: { resultType: "matrix", result: [{ metric: { domain: "a" }, values }] } });
}

const page = "<!doctype html><html><head><title>502 Bad\nGateway</title></head><body>nginx</body></html>";

describe("what a server may answer", () => {
  it.each<readonly [string, Answer, string]>([
    ["a page where JSON should be", (_, response) => void response.end(page), "is no Prometheus: it answers with a page (\"502 Bad Gateway\") where JSON should be."],
    ["a page as an error", (_, response) => void response.writeHead(502).end(page), "answers with status 502, a page (\"502 Bad Gateway\")."],
    ["an error as JSON", (_, response) => void response.writeHead(400).end("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}"), "bad_data: parse error."],
    ["an error without words", (_, response) => void response.writeHead(500).end(), "answers with status 500, nothing."],
    ["a redirect", (_, response) => void response.writeHead(302, { location: "https://u:secret@elsewhere.example/login?token=abc" }).end(), "sends elsewhere: https://elsewhere.example/login; that is not followed, since it would take the token along."],
    ["401", (_, response) => void response.writeHead(401).end("Unauthorized"), "does not let you in (status 401, text (\"Unauthorized\"))."],
    ["404", (_, response) => void response.writeHead(404).end("404 page not found"), "has no API there"],
    ["half an answer", (_, response) => void response.end("{\"status\":\"succ"), "where JSON should be"],
    ["another kind of result", (_, response) => void response.end("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"2\"]}}"), "its answer has no series"],
    ["a list", (_, response) => void response.end("[]"), "its answer is no object of JSON"],
    ["brackets without end", (_, response) => void response.end("[".repeat(1_000_000)), "nests more than 32 deep"],
    ["less than was announced", (_, response) => void response.writeHead(200, { "content-length": 1000 }).end("{"), "cannot be asked: it broke the connection off."],
    ["damaged gzip", (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("not packed"), "its answer is damaged"],
    ["half of gzip", (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(matrix([])).subarray(0, 30)), "its answer ends too early"],
    ["nothing at all", (asked) => void asked.socket.destroy(), "it broke the connection off"],
    ["no HTTP", (asked) => void asked.socket.end("SSH-2.0-OpenSSH_9\r\n"), "it does not speak HTTP there"],
    ["too much at every instant", (_, response) => {
      const packed = createGzip();
      packed.pipe(response.writeHead(200, { "content-encoding": "gzip" }));
      packed.end(Buffer.alloc(30_000_000, 0x20));
      response.on("close", () => packed.destroy());
    }, "has too much to tell"],
  ])("%s is told as what it is", async (_, answer, message) => {
    const told = await against(answer, (url) => load(url));
    expect(told.message).toContain(message);
    expect(told.message).not.toMatch(/secret|abc|[\n<>]/);
    expect(told.samples).toEqual([]);
  });

  it("does not wait longer than it was told to", async () => {
    const told = await against(() => undefined, (url) => load(url, { timeoutMs: 300 }));
    expect(told.message).toContain("it did not answer in time");
    const slow = await against((_, response) => void response.write("{"), (url) => load(url, { timeoutMs: 300 }));
    expect(slow.message).toContain("it did not answer in time");
  });

  it("asks again, with longer and longer pauses, while the server is not ready, and only then", async () => {
    let asked = 0;
    const told = await against((_, response) => void response.writeHead(503, asked++ === 1 ? { "retry-after": "7" } : {}).end("starting"), (url) => load(url));
    expect([asked, told.waits]).toEqual([5, [1000, 7000, 4000, 8000]]);
    expect(told.message).toContain("answers with status 503, text (\"starting\")");
    let failed = 0;
    await against((_, response) => void response.writeHead(500, { count: failed++ }).end(), (url) => load(url));
    expect(failed).toBe(1);
  });

  it("takes what comes when the server is ready", async () => {
    let asked = 0;
    const told = await against((_, response) => void (asked++ === 0 ? response.writeHead(503).end() : response.end(matrix([[1, "2"]]))), (url) => load(url));
    expect(told.samples).toEqual([2_000_000]);
  });

  it("never asks for more than 11,000 points, and for each instant once", async () => {
    const ranges: (readonly number[])[] = [];
    await against((_, response, form) => {
      ranges.push([Number(form.get("start")), Number(form.get("end")), Number(form.get("step"))]);
      response.end(matrix([]));
    }, (url) => load(url));
    expect(ranges).toEqual([[1, 11_000, 1], [11_001, 20_000, 1]]);
  });

  it("gets where posting is forbidden", async () => {
    const methods: string[] = [];
    await against((asked, response) => {
      methods.push(`${asked.method ?? ""} ${asked.url?.split("?")[0] ?? ""}`);
      response.writeHead(asked.method === "POST" ? 405 : 200).end(matrix([]));
    }, (url) => load(`${url}/prometheus/`));
    expect(methods).toEqual(["POST /prometheus/api/v1/query_range", "GET /prometheus/api/v1/query_range", "GET /prometheus/api/v1/query_range"]);
  });

  it("keeps what can be used of strange values, and counts the rest", async () => {
    const values = [[1, "1"], [2, "NaN"], [3, "-Inf"], [4, "-1"], [5, "1e400"], [6, 7], [7, "0x10"], [8, "1e300"], [8.5, "1"], ["9", "1"], [99_999_999, "1"], [10, "1.5e-3"], null] as [unknown, unknown][];
    const told = await against((_, response, form) => void response.end(matrix(form.get("start") === "1.000" ? values : [])), (url) => load(url));
    expect(told.samples).toEqual([1_000_000, ...Array<number>(8).fill(1_000_000), 1500]);
  });
});

describe("names that servers may give", () => {
  const hostile = ["--help", "../x", "$(x)", "a\nb", "\u202Eevil", "\"", "", " ", "=1+1", "a\u0000b", "x".repeat(300), "__proto__", "constructor", "a,b"];
  const mapping = file("hostile.yaml", "apiVersion: stowage/prometheus/v1\nseries: [{ resource: cpuMillicores, query: x, unit: cores, label: constructor, application: __proto__ }]\n");

  it("are refused, or harmless in a trace that is read again and in a report that is no formula", async () => {
    const result = hostile.map((name) => `{"metric": {"constructor": ${JSON.stringify(name)}, "__proto__": ${JSON.stringify(name)}, "toString": "x"}, "values": [[1790899200, "1"]]}`);
    const [trace, report] = [join(folder, "hostile.csv"), join(folder, "hostile-report.csv")];
    await against((_, response) => void response.end(`{"status": "success", "data": {"resultType": "matrix", "result": [${result.join(", ")}]}}`), async (url) => {
      const { code, out, err } = await stowage("import", "prometheus", "--url", url, "--from", "1h", "--to", "2026-10-02T00:00:00Z", "--mapping", mapping, "--trace", trace, "--report", report);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(["\u0000", "\u202E"].filter((character) => out.includes(character))).toEqual([]);
    });
    const { trace: read, diagnostics } = await readTrace([trace]);
    expect(diagnostics).toEqual([]);
    expect(read?.series.map(({ subject }) => subject.workload).every((id) => isId(id))).toBe(true);
    // Two of them (all spaces, nothing) give no name; names that become the same are told as second series.
    expect(read?.series.length).toBeGreaterThanOrEqual(9);
    expect(/(^|,)"?[=@]/m.test(readFileSync(report, "utf8"))).toBe(false);
  });
});

describe("addresses, tokens and certificates", () => {
  it.each([
    ["ftp://host/", "which is no address of a server"], ["--help", "which is no address of a server"], ["http://user:pw@host", "holds a name or a password"],
    ["http://host/?a=b", "has something behind its path"], ["http://127.0.0.1:1", "nothing listens there"], ["http://nobody.invalid", "cannot be asked"],
  ])("refuses %s", async (url, message) => {
    const { code, err } = await ask(url);
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
    expect(err).not.toContain("pw@");
  });

  it.each([
    ["no such file", "/nowhere/token", "does not exist"], ["two lines", file("token-2", "a\nb"), "holds no token"], ["nothing", file("token-0", ""), "holds no token"], ["no end", "/dev/zero", "which no token and no certificate has"],
  ])("refuses a token file with %s", async (_, path, message) => {
    expect((await ask("http://127.0.0.1:1", "--token-file", path)).err).toContain(message);
  });

  it("sends the token to the server, in no URL, and takes it nowhere else", async () => {
    const seen: (string | undefined)[] = [];
    let elsewhere = 0;
    await against((_, response) => { elsewhere++; response.end(); }, (other) => against((asked, response) => {
      seen.push(asked.headers.authorization, String(asked.url?.includes("abc.def")));
      response.writeHead(307, { location: `${other}/api/v1/query_range` }).end();
    }, async (url) => {
      const { err, out } = await ask(url, "--token-file", file("token", "abc.def\n"));
      expect(`${err}${out}`).not.toContain("abc.def");
    }));
    expect([seen, elsewhere]).toEqual([["Bearer abc.def", "false"], 0]);
  });
});

describe.skipIf(!has("prometheus") || !has("promtool") || !has("openssl"))("a real Prometheus that wants certificates", () => {
  const secrets = mkdtempSync(join(tmpdir(), "stowage-tls-"));
  const openssl = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync("openssl", args, { cwd: secrets, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  let server: Running;
  beforeAll(async () => {
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority", "-days", "30");
    for (const name of ["server", "reader"]) {
      openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
      writeFileSync(join(secrets, `${name}.ext`), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
      openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", `${name}.ext`, "-out", `${name}.pem`);
    }
    const web = join(secrets, "web.yml");
    writeFileSync(web, `tls_server_config: { cert_file: ${secrets}/server.pem, key_file: ${secrets}/server.key, client_ca_file: ${secrets}/ca.pem, client_auth_type: RequireAndVerifyClientCert }\n`);
    server = await startPrometheus({ samples: knownLoad, web });
  }, 120_000);
  afterAll(() => server.stop(), 30_000);
  const own = ["--cert", join(secrets, "reader.pem"), "--key", join(secrets, "reader.key")];

  it("lets in who has one", async () => {
    const { code, out } = await ask(server.url, "--ca", join(secrets, "ca.pem"), ...own, "--json");
    expect([code, (JSON.parse(out) as { workloads: number }).workloads]).toEqual([0, 3]);
  });

  it.each([
    ["does not trust it", own, "its certificate is not trusted"],
    ["has none", ["--ca", join(secrets, "ca.pem")], "cannot be asked"],
    ["has no key for it", ["--ca", join(secrets, "ca.pem"), "--cert", join(secrets, "reader.pem")], "needs its key"],
    ["has something else for it", ["--ca", join(secrets, "ca.key")], "holds no certificate in PEM"],
  ])("tells who %s", async (_, args, message) => {
    const { code, err } = await ask(server.url, ...args);
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
  });

  it("tells who asks without TLS", async () => {
    const { err } = await ask(server.url.replace("https", "http"));
    expect(err).toMatch(/status 400|broke the connection off/);
  });

  it("is asked with a token through a proxy that checks it", async () => {
    const open = await startPrometheus({ samples: knownLoad });
    const proxy: Answer = (asked, response, form) => {
      if (asked.headers.authorization !== "Bearer right") return void response.writeHead(403).end("forbidden");
      const onward = request(`${open.url}${asked.url ?? ""}?${form.toString()}`, (reply) => void reply.pipe(response.writeHead(reply.statusCode ?? 500, reply.headers)));
      onward.end();
    };
    try {
      await against(proxy, async (url) => {
        expect((await ask(url, "--token-file", file("right", "right\n"))).code).toBe(0);
        expect((await ask(url, "--token-file", file("wrong", "wrong\n"))).err).toContain("does not let you in (status 403, text (\"forbidden\"))");
      });
    } finally {
      await open.stop();
    }
  }, 60_000);
});
