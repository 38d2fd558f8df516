import { among } from "./constraints/among.ts";
import { ban } from "./constraints/ban.ts";
import { budget } from "./constraints/budget.ts";
import { capacity } from "./constraints/capacity.ts";
import { changeLimit } from "./constraints/change-limit.ts";
import { cordon } from "./constraints/cordon.ts";
import { disruptionBudget } from "./constraints/disruption-budget.ts";
import { failover } from "./constraints/failover.ts";
import { fence } from "./constraints/fence.ts";
import { gather } from "./constraints/gather.ts";
import { hostState } from "./constraints/host-state.ts";
import { layer } from "./constraints/layer.ts";
import { licence } from "./constraints/licence.ts";
import { lonely } from "./constraints/lonely.ts";
import { maxOnline } from "./constraints/max-online.ts";
import { maxWorkloads } from "./constraints/max-workloads.ts";
import { neighbourhood } from "./constraints/neighbourhood.ts";
import { offsiteBan } from "./constraints/offsite-ban.ts";
import { parallelism } from "./constraints/parallelism.ts";
import { payback } from "./constraints/payback.ts";
import { quarantine } from "./constraints/quarantine.ts";
import { root } from "./constraints/root.ts";
import { securityLevel } from "./constraints/security-level.ts";
import { split } from "./constraints/split.ts";
import { spread } from "./constraints/spread.ts";
import { startOrder } from "./constraints/start-order.ts";
import { window } from "./constraints/window.ts";

/** The only registry. Its keys are the words that people write under `require`. */
export const catalogue = {
  among,
  ban,
  budget,
  capacity,
  "change-limit": changeLimit,
  cordon,
  "disruption-budget": disruptionBudget,
  failover,
  fence,
  gather,
  "host-state": hostState,
  layer,
  licence,
  lonely,
  "max-online": maxOnline,
  "max-workloads": maxWorkloads,
  neighbourhood,
  "offsite-ban": offsiteBan,
  parallelism,
  payback,
  quarantine,
  root,
  "security-level": securityLevel,
  split,
  spread,
  "start-order": startOrder,
  window,
} as const;
