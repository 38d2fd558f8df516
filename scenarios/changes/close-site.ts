import type { SiteId } from "../../model/ids.ts";
import { closed, id, type Written } from "../fields/common.ts";
import { counted, decide, type ChangeKind } from "./change.ts";
import { leaving } from "./leaving.ts";

const schema = closed({ site: id("The site that closes.") }, "A site closes: all its hosts are emptied and switched off.");

/** A site closes: all its hosts are emptied, then switched off. */
export const closeSite: ChangeKind<Written<typeof schema>> = {
  name: "closeSite",
  meaning: "a site closes: all its hosts are emptied, then switched off",
  schema,

  apply({ site }, context) {
    const { draft, check, at } = context;
    if (!check.exists("site", site, draft.sites, [...at, "site"])) return null;
    if (!decide(context, `site ${site}`, "closed", "site")) return null;
    const hosts = [...draft.hosts.values()].filter((host) => host.site === (site as SiteId));
    for (const host of hosts) {
      if (!decide(context, `host ${host.id}`, "closed with its site", "site")) return null;
      draft.hosts.set(host.id, leaving(host, "site closed"));
    }
    return `site ${site} closes with its ${counted(hosts.length, "host")}`;
  },
};
