import { holdsDriverContract } from "../driver-contract.ts";
import { podmanLayer } from "./podman-layer.ts";
import { hasPodman, podmanServices } from "./podman-service.ts";

const services = podmanServices("a", "b");

holdsDriverContract("podman", () => podmanLayer(services), { isThere: hasPodman, timeoutMs: 180_000 });
