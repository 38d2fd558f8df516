import { addressLayer } from "./address/layer.ts";
import type { LayerKind } from "./layer-kind.ts";
import { libvirtLayer } from "./libvirt/layer.ts";
import { podmanLayer } from "./podman/layer.ts";
import { processLayer } from "./process/layer.ts";
import { tomcatLayer } from "./tomcat/layer.ts";

/** Every layer that an agent can drive, by its name in scenarios. */
export const layerKinds: Readonly<Record<string, LayerKind>> = { address: addressLayer, libvirt: libvirtLayer, podman: podmanLayer, process: processLayer, tomcat: tomcatLayer };
