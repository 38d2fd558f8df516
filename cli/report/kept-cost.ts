import { readFile, stat } from "node:fs/promises";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { chargeCategories, priceParts, quantityParts, type KeptLine, type VarianceSide } from "../../reports/index.ts";
import { usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";

/** A cost report as `stowage report cost --out` keeps it. */
export interface KeptCost extends VarianceSide {
  readonly file: string;
  readonly scenario: string;
  readonly currency: string;
  readonly hasDate: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  /** The plan that was taken to be done; null for none. */
  readonly plan: string | null;
  /** The label whose value is the team of a line. */
  readonly teamLabel: string;
}

/** Half a million lines take about 250 MiB. */
const mibMax = 512;
const digitsMax = 200;

const nullable = Type.Union([Type.String(), Type.Null()]);
const whole = Type.String({ pattern: "^-?[0-9]+$", maxLength: digitsMax });
const quotient = Type.String({ pattern: "^[0-9]+(/[1-9][0-9]*)?$", maxLength: 2 * digitsMax });
const schema = Type.Object({
  format: Type.Literal("stowage/cost/v1"), scenario: Type.String(), currency: Type.String(), hasDate: Type.Boolean(), from: Type.String(), to: Type.String(), plan: nullable,
  finance: Type.Object({ teamLabel: Type.String() }),
  policies: Type.Array(Type.Object({ id: Type.String(), digest: Type.String(), workloads: Type.Union([Type.Array(Type.String()), Type.Null()]) })),
  totalMicros: whole,
  lines: Type.Array(Type.Object({
    host: Type.String(), site: Type.String(), workload: nullable, application: nullable, service: nullable, team: nullable, category: Type.Enum([...chargeCategories]),
    item: Type.String(), detail: Type.String(), quantity: quotient, listPrice: quotient, costMicros: whole,
  })),
});
const fits = Compile(schema);

/** Reads a kept cost report; what is none is told as such. */
export async function readKeptCost(file: string): Promise<{ readonly kept: KeptCost | null; readonly diagnostics: readonly Diagnostic[] }> {
  try {
    const { size } = await stat(file);
    if (size > mibMax * 1_048_576) return { kept: null, diagnostics: [usageProblem(`File ${file} has ${Math.ceil(size / 1_048_576)} MiB; a cost report may have ${mibMax}.`, "Is it one? `stowage report cost --out` writes one.")] };
    const document: unknown = JSON.parse(await readFile(file, "utf8"));
    if (!fits.Check(document)) return { kept: null, diagnostics: [noReport(file)] };
    const [fromMs, toMs] = [Date.parse(document.from), Date.parse(document.to)];
    const lines = document.lines.map(lineOf);
    if (Number.isNaN(fromMs) || !(toMs > fromMs) || lines.reduce((sum, { micros }) => sum + micros, 0n) !== BigInt(document.totalMicros)) {
      return { kept: null, diagnostics: [usageProblem(`File ${file} was changed: its lines do not add up to its total, or its period is none.`, "Keep it again with `stowage report cost --out`.")] };
    }
    const { scenario, currency, hasDate, plan, finance: { teamLabel } } = document;
    const policies = document.policies.map(({ id, digest, workloads }) => ({ id, digest, workloads: workloads === null ? null : new Set(workloads) }));
    return { kept: { file, scenario, currency, hasDate, fromMs, toMs, plan, teamLabel, policies, lines }, diagnostics: [] };
  } catch (error) {
    if (error instanceof SyntaxError) return { kept: null, diagnostics: [noReport(file)] };
    return { kept: null, diagnostics: [fileProblem(file, error, "read")] };
  }
}

function noReport(file: string): Diagnostic {
  return usageProblem(`File ${file} is no cost report.`, "Keep one with `stowage report cost SCENARIO --out FILE`, and compare two of them.");
}

function lineOf({ quantity, listPrice, costMicros, ...line }: Static<typeof schema>["lines"][number]): KeptLine {
  return { ...line, quantity: scaled(quantity, quantityParts), listPrice: scaled(listPrice, priceParts), micros: BigInt(costMicros) };
}

/** A quotient in whole parts of its unit; the last one is rounded down. */
function scaled(text: string, parts: bigint): bigint {
  const [numerator = "0", denominator = "1"] = text.split("/");
  return (BigInt(numerator) * parts) / BigInt(denominator);
}
