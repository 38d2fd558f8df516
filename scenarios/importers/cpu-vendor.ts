/** Family of a processor by the name that it gives itself; empty when none is known. */
export function cpuVendorOf(model: string): string {
  if (/intel|xeon/i.test(model)) return "intel";
  if (/amd|epyc|opteron/i.test(model)) return "amd";
  if (/arm|ampere|neoverse|graviton|kunpeng/i.test(model)) return "arm";
  return "";
}
