import { Type, type TSchema } from "typebox";
import { chargeBases, costKinds, idleMethods, reserveMethods, serviceMethods } from "../../model/finance.ts";
import { workloadChoice } from "../changes/choice.ts";
import { closed, exactlyOne, id, instant, oneOf, whole, type Written } from "./common.ts";

const optional = Type.Optional;
const list = <Item extends TSchema>(item: Item, description: string) => Type.Array(item, { maxItems: 10_000, description });
const part = (description: string) => whole(`${description} Per thousand (1000 is all of it).`, 0, 1000);

type AboutDocument = { readonly [Kind in (typeof costKinds)[number]]: { readonly [Key in Kind]: string } }[(typeof costKinds)[number]];

const about = Type.Unsafe<AboutDocument>(exactlyOne(
  Object.fromEntries(costKinds.map((kind) => [kind, id(kind === "team" ? "Value of the label of teams." : `Id of the ${kind}.`)])),
  "Whose cost it is about: one of host, workload, application, service, site, team."));

/** Everything about money beyond prices. Parts replace those of earlier files. */
export const financeSchema = closed({
  basis: optional(oneOf(chargeBases, "What processors, memory and storage are charged by: what is reserved (the default), what is used, or the greater at each instant.")),
  idle: optional(oneOf(idleMethods, "Who pays for what nobody holds of a host: nobody (kept), those who are there by what they hold (proportional, the default), each the same (even), or by fixedShares (fixed).")),
  reserve: optional(oneOf(reserveMethods, "The same for room that policies keep free; requester (the default): those whose failover policy asks for it.")),
  fixedShares: optional(list(closed({
    name: id("Name of the agreement."), workloads: workloadChoice, permille: part("Part that these workloads pay, among them by what they hold."),
  }), "Agreed parts of what nobody holds, together at most 1000; the rest is shown by itself.")),
  services: optional(oneOf(serviceMethods, "How an application of several services is divided: the same for each (even, the default), or by what each costs beside it (own-cost).")),
  agreedParts: optional(list(closed({
    application: id("An application."), parts: Type.Record(Type.String({ minLength: 1, maxLength: 253 }), part("Part of one service."), { description: "Part by service, together 1000." }),
  }), "Applications whose services have agreed on their parts.")),
  licences: optional(list(closed({
    name: id("Name of the licence."), per: oneOf(["host", "core", "workload"], "What it is paid for, while any licensed workload is there: each host, each core of these hosts, or each workload."),
    microsPerMonth: whole("For each of them and month of 730 hours: millionths of the currency."), workloads: workloadChoice,
  }), "Licences.")),
  teamLabel: optional(id("The label of workloads, services and hosts that names a team. Default team.")),
  budgets: optional(list(closed({
    name: id("Name of the budget."), micros: whole("Money that may be spent: millionths of the currency."),
    from: instant("From when on."), to: instant("Up to when, not included."), about: optional(about),
  }), "Money that may be spent; on all of the fleet when about is absent.")),
}, "Money beyond prices: how costs are shared, licences, budgets.");

export type FinanceDocument = Written<typeof financeSchema>;
