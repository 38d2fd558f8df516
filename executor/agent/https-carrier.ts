import { request as send } from "node:https";
import { pipeline } from "node:stream/promises";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import { clientTls, jsonOf, readBody, type Credentials } from "../trust/index.ts";
import type { Arrival, Carrier } from "./carrier.ts";
import type { Address } from "./https-agents.ts";

const replyForm = Type.Object({
  because: Type.Optional(Type.String()),
  arrival: Type.Optional(Type.Union([Type.Literal("whole"), Type.Literal("part"), Type.Literal("nothing"), Type.Literal("another")])),
});
const replyChecker = Compile(replyForm);

const bodyBytesMax = 65_536;
const answerMs = 20_000;

/** The way of one layer to other hosts over mutual TLS: each is believed only as the host that its certificate names. */
export class HttpsCarrier implements Carrier {
  readonly #layer: string;
  readonly #credentials: () => Credentials;
  readonly #whereIs: (host: HostId) => Address | null;
  readonly #permitFor: (key: string) => string | undefined;

  constructor(layer: string, credentials: () => Credentials, whereIs: (host: HostId) => Address | null, permitFor: (key: string) => string | undefined) {
    this.#permitFor = permitFor;
    this.#layer = layer;
    this.#credentials = credentials;
    this.#whereIs = whereIs;
  }

  objection(to: HostId): string | null {
    return this.#whereIs(to) === null ? `the configuration of this host's agent does not say where the agent of host ${to} is: add it to peers` : null;
  }

  async send(to: HostId, workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, ended: AbortSignal): Promise<void> {
    await this.#ask("PUT", to, workload, key, ended, data);
  }

  async arrived(at: HostId, workload: WorkloadId, key: string): Promise<Arrival> {
    const { arrival } = await this.#ask("GET", at, workload, key, AbortSignal.timeout(answerMs));
    if (arrival === undefined) throw new Error(`${at} does not say what has arrived`);
    return arrival;
  }

  async discard(at: HostId, workload: WorkloadId, key: string): Promise<void> {
    await this.#ask("DELETE", at, workload, key, AbortSignal.timeout(answerMs));
  }

  #ask(method: string, host: HostId, workload: WorkloadId, key: string, signal: AbortSignal, data?: AsyncIterable<Buffer>): Promise<{ readonly arrival?: Arrival }> {
    const where = this.#whereIs(host);
    if (where === null) return Promise.reject(new Error(`nobody knows the address of ${host}`));
    const path = `/v1/data?${new URLSearchParams({ layer: this.#layer, workload, key }).toString()}`;
    return new Promise((resolve, reject) => {
      const tls = clientTls(this.#credentials(), { role: "agent", name: host });
      const message = send({ host: where.address, port: where.port, method, path, agent: false, signal, headers: { "x-stowage-permit": this.#permitFor(key) ?? "" }, ...tls }, (response) => {
        const read = async (): Promise<{ readonly arrival?: Arrival }> => {
          const text = await readBody(response, bodyBytesMax);
          message.destroy();
          const value = text === null ? undefined : jsonOf(text);
          if (!replyChecker.Check(value)) throw new Error(`${host} answers something that cannot be read`);
          if (response.statusCode !== 200) throw new Error(value.because ?? `${host} refuses`);
          return value.arrival === undefined ? {} : { arrival: value.arrival };
        };
        resolve(read());
      });
      message.on("error", reject);
      if (data === undefined) message.end();
      else pipeline(data, message).catch(reject);
    });
  }
}
