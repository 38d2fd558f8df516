import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { ErrandOptions, Wanted } from "../execution/plan-and-apply.ts";
import type { Scenario } from "../../model/scenario.ts";
import { repeated, wantsDocument } from "../execution-options.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { errandOptions } from "./evacuate.ts";

interface ServiceOptions extends Omit<ErrandOptions, "json"> {
  readonly shared?: boolean;
  readonly suffix: string;
  readonly to: readonly string[];
  readonly toSite: readonly string[];
}

type Errands = typeof import("../execution/errands.ts");

/** `stowage service`: a service as one unit. */
export function addService(program: Command, context: Context, finish: Finish): void {
  const service = program.command("service")
    .description("Start, stop, move or copy a service with all its workloads: planned, approved and carried out, asking each time.")
    .addHelpText("after", commandHelp({
      examples: [["stowage service start shop fleet.yaml", "in the order that its applications need"], ["stowage service copy shop fleet.yaml --suffix test", "a second one, under the same rules"]],
      codes: ["done", "error", "refused", "stale", "unfinished", "interrupted"],
    }));
  const add = (name: string, description: string, example: readonly [string, string], wanted: (errands: Errands, name: string, options: ServiceOptions) => (now: Scenario) => Wanted): Command =>
    errandOptions(service.command(name).description(description).argument("<service>", "the service").argument("<files...>", "the scenario's files"))
      .addHelpText("after", commandHelp({ examples: [example], codes: ["done", "error", "refused", "stale", "unfinished", "interrupted"] }))
      .action(async (subject: string, files: readonly string[], options: ServiceOptions, command: Command) => {
        if (name === "move" && options.to.length + options.toSite.length === 0) return finish(failed([usageProblem("Nobody says where the service shall go.", "Name hosts with --to or sites with --to-site.")]));
        const [{ planAndApply }, errands] = await Promise.all([import("../execution/plan-and-apply.ts"), import("../execution/errands.ts")]);
        finish(await planAndApply(`service-${name}`, files, wanted(errands, subject, options), { ...options, json: wantsDocument(command) }, context));
      });
  add("start", "Start every workload of a service, each after those that it needs.", ["stowage service start shop fleet.yaml", "after a night off"], (errands, subject) => errands.serviceStarted(subject));
  add("stop", "Stop every workload of a service that no other service needs.", ["stowage service stop shop fleet.yaml", "for a night"], (errands, subject, { shared }) => errands.serviceStopped(subject, shared ?? false))
    .addOption(new Option("--shared", "also those that other services need"));
  add("move", "Move every workload of a service to other hosts.", ["stowage service move shop fleet.yaml --to-site lyon", "all of it to another place"], (errands, subject, { to, toSite }) => errands.serviceMoved(subject, { hosts: to, sites: toSite }))
    .addOption(new Option("--to <host>", "where to (may be repeated)").argParser(repeated).default([], "none"))
    .addOption(new Option("--to-site <site>", "where to: any host of a site (may be repeated)").argParser(repeated).default([], "none"));
  add("copy", "Copy a service with all its workloads and data, under the same rules.", ["stowage service copy shop fleet.yaml", "shop-copy beside shop"], (errands, subject, { suffix }) => errands.serviceCopied(subject, suffix))
    .addOption(new Option("--suffix <suffix>", "added to the names of the copies").default("copy"));
}
