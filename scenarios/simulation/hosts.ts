import { counted } from "../../model/counted.ts";
import type { SiteId } from "../../model/ids.ts";
import type { HostPower, Simulation, SiteCarbon } from "../../model/simulation.ts";
import { carbonTable } from "../fields/simulation.ts";
import { printable, type Path } from "../problem.ts";
import { tableRowsMax } from "../table-file.ts";
import { items, momentOf, type Given, type Parts } from "./parts.ts";

const hourMs = 3_600_000;

/** How hosts draw power. A host that two parts speak of is a mistake. */
export function powerOf(parts: Parts): readonly HostPower[] {
  const seen = new Set<string>();
  return items(parts.last("power")).map((given): HostPower => {
    const { value, at, check } = given;
    const hosts = parts.hosts(given);
    const twice = hosts.find((host) => seen.has(host));
    if (twice !== undefined) check.problem("contradiction", [...at, "hosts"], () => ({ message: `${check.subject(at)} is about host ${twice}, which an earlier part speaks of.`, advice: "Choose each host once." }));
    for (const host of hosts) seen.add(host);
    if ("points" in value) {
      const uses = value.points.map(({ usePermille }) => usePermille);
      uses.forEach((use, i) => {
        if (uses.indexOf(use) < i) check.problem("contradiction", [...at, "points", i], () => ({ message: `${check.subject([...at, "points", i])} gives power at ${use} permille again.`, advice: "Keep one of the points." }));
      });
      return { hosts, model: { kind: "table", points: value.points } };
    }
    const { curve, idleMilliwatts = null, peakMilliwatts = null } = value;
    for (const id of hosts) {
      const host = parts.draft.hosts.get(id);
      const [idle, peak] = [idleMilliwatts ?? 1000 * (host?.idlePowerWatts ?? 0), peakMilliwatts ?? 1000 * (host?.peakPowerWatts ?? 0)];
      if (idle > peak) check.problem("contradiction", at, () => ({ message: `${check.subject(at)}: host ${id} draws ${idle} mW when idle, more than ${peak} mW at its peak.`, advice: "Give both, idle not above peak." }));
    }
    return { hosts, model: { kind: curve, idleMilliwatts, peakMilliwatts } };
  });
}

/** Carbon intensity of sites over time. */
export function carbonOf(parts: Parts): readonly SiteCarbon[] {
  const seen = new Set<string>();
  return items(parts.last("carbon")).map((given): SiteCarbon => {
    const { value, at, check } = given;
    check.exists("site", value.site, parts.draft.sites, [...at, "site"]);
    if (seen.has(value.site)) check.problem("duplicate-id", [...at, "site"], () => ({ message: `${check.subject([...at, "site"])} is ${value.site}, which has a series already.`, advice: "Keep one of the two." }));
    seen.add(value.site);
    const { file, gramsPerKWh } = value;
    if ((file === undefined) === (gramsPerKWh === undefined)) {
      check.problem(file === undefined ? "missing-key" : "not-allowed", at, () => ({
        message: `${check.subject(at)} has ${file === undefined ? "neither gramsPerKWh nor file" : "gramsPerKWh and file"}; the hours are in one or in the other.`, advice: "Write gramsPerKWh: [30, 60] or file: carbon.csv.",
      }));
    }
    const series = file === undefined ? { gramsPerKWh: gramsPerKWh ?? [0], from: momentOf(value.from, given, "from") } : hoursOf({ ...given, value: { ...value, file } }, parts);
    return { site: value.site as SiteId, ...series, repeat: value.repeat ?? false };
  });
}

/** The hours of a table: from its first instant on where it has instants. In hours that it leaves out the one before goes on, which is told. */
function hoursOf(given: Given<{ readonly file: string; readonly from?: string | undefined }>, parts: Parts): Pick<SiteCarbon, "gramsPerKWh" | "from"> {
  const { value: { file, from }, at, check } = given;
  const rows = parts.rows(given, "gramsPerKWh", carbonTable);
  const [first] = rows?.value ?? [];
  if (rows === null || first?.at === undefined) return { gramsPerKWh: rows?.value.map(({ gramsPerKWh }) => gramsPerKWh) ?? [0], from: momentOf(from, given, "from") };
  if (from !== undefined) check.problem("contradiction", [...at, "from"], () => ({ message: `${check.subject([...at, "from"])} is ${from}, and ${printable(file)} says when its hours begin.`, advice: "Leave out from, or the column at." }));
  const gramsPerKWh: number[] = [];
  let leftOut = 0;
  for (const [row, hour] of rows.value.entries()) {
    const place: Path = [...rows.at, row, "at"];
    rows.check.instant(hour.at ?? "", place);
    if (Number.isNaN(Date.parse(hour.at ?? ""))) break;
    const position = (Date.parse(hour.at ?? "") - Date.parse(first.at)) / hourMs;
    const next = Date.parse(first.at) + gramsPerKWh.length * hourMs;
    if (!Number.isInteger(position) || position < gramsPerKWh.length || position > tableRowsMax) {
      rows.check.problem("out-of-range", place, () => ({
        message: `row ${row + 1} is at ${hour.at}; the next whole hour after the row before is ${new Date(next).toISOString().replace(".000Z", "Z")}.`,
        advice: "Write one row an hour, in order of time.",
      }));
      break;
    }
    leftOut += position - gramsPerKWh.length;
    while (gramsPerKWh.length < position) gramsPerKWh.push(gramsPerKWh.at(-1) ?? 0);
    gramsPerKWh.push(hour.gramsPerKWh);
  }
  if (leftOut > 0) parts.warn(rows, "out-of-range", `${printable(file)} leaves out ${counted(leftOut, "hour")} between its rows; what was known before goes on there.`, "Add the hours if they are known.");
  return { gramsPerKWh, from: { kind: "instant", utc: first.at } };
}

/** How many tasks hosts run at once. */
export function processorsOf(parts: Parts): Simulation["processors"] {
  return items(parts.last("processors")).map((given) => ({ hosts: parts.hosts(given), count: given.value.count }));
}
