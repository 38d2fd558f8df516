export { LabFault } from "./command.ts";
export { ContinuityClient, type Continuity } from "./continuity-client.ts";
export { Lab, type HostProcess, type LabHost, type LabOptions, type NewGuest } from "./lab.ts";
export { cacheFolder, defaultFolder } from "./names.ts";
export { stowage } from "./members.ts";
export { missingPackages } from "./packages.ts";
export { statusOf, type HostStatus } from "./status.ts";
