/** A small instance as BtrPlace writes it: three nodes that are on and one that is off, machines 0 to 5, 6 ready. */
export interface RawInstance {
  readonly constraints?: readonly Readonly<Record<string, unknown>>[];
  readonly memory?: Readonly<Record<string, number>>;
  readonly capacity?: number;
  readonly attributes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly asleep?: readonly number[];
}

/** Its JSON text. Machines 0 and 1 are on node 0, 2 and 3 on node 1, 4 and 5 on node 2. */
export function instanceText({ constraints = [], memory = {}, capacity = 10, attributes = {}, asleep = [] }: RawInstance = {}): string {
  const nodeWith = (...vms: number[]): unknown => ({
    runningVMs: vms.filter((vm) => !asleep.includes(vm)), sleepingVMs: vms.filter((vm) => asleep.includes(vm)),
  });
  return JSON.stringify({
    model: {
      mapping: { onlineNodes: { 0: nodeWith(0, 1), 1: nodeWith(2, 3), 2: nodeWith(4, 5) }, offlineNodes: [3], readyVMs: [6] },
      attributes: { vms: attributes, nodes: {} },
      views: [
        { id: "shareableResource", rcId: "memory", nodes: { 0: capacity, 1: capacity, 2: capacity, 3: capacity }, vms: { 0: 4, 1: 4, 2: 4, 3: 4, 4: 2, 5: 2, 6: 3, ...memory }, defCapacity: 0, defConsumption: 0 },
        { id: "ns", type: "vm", map: {} },
      ],
    },
    constraints,
    objective: { id: "minimizeMTTR" },
  });
}
