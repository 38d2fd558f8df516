import { addHosts } from "./add-hosts.ts";
import { addService } from "./add-service.ts";
import { addWorkloads } from "./add-workloads.ts";
import { closeSite } from "./close-site.ts";
import { copyService } from "./copy-service.ts";
import { growLoad } from "./grow-load.ts";
import { growService } from "./grow-service.ts";
import { hostFailure } from "./host-failure.ts";
import { maintenance } from "./maintenance.ts";
import { removeHosts } from "./remove-hosts.ts";
import { removeWorkloads } from "./remove-workloads.ts";
import { repriceHosts } from "./reprice-hosts.ts";
import { resizeHosts } from "./resize-hosts.ts";
import { resizeWorkloads } from "./resize-workloads.ts";
import { scaleService } from "./scale-service.ts";
import { setObjectives } from "./set-objectives.ts";
import { setPolicy } from "./set-policy.ts";

/** The only registry of changes. Its keys are the words that people write under `changes`. */
export const changeKinds = {
  addHosts,
  addService,
  addWorkloads,
  closeSite,
  copyService,
  growLoad,
  growService,
  hostFailure,
  maintenance,
  removeHosts,
  removeWorkloads,
  repriceHosts,
  resizeHosts,
  resizeWorkloads,
  scaleService,
  setObjectives,
  setPolicy,
} as const;
