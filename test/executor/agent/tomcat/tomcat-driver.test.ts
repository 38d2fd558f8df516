import { holdsDriverContract } from "../driver-contract.ts";
import { tomcatLayer } from "./tomcat-layer.ts";
import { hasTomcat, tomcatServices } from "./tomcat-service.ts";

const services = tomcatServices("a", "b");

holdsDriverContract("tomcat", () => tomcatLayer(services), { isThere: hasTomcat, timeoutMs: 180_000 });
