import { Scanner } from "./scanner.ts";

/** An instance of the ROADEF/EURO 2012 challenge, as its model file says it, in dense arrays. */
export interface RoadefModel {
  readonly resourceCount: number;
  readonly machineCount: number;
  readonly serviceCount: number;
  readonly processCount: number;
  /** Per resource: 1 when a process that leaves keeps its share on its original machine. */
  readonly transient: Uint8Array;
  readonly loadWeight: Float64Array;
  /** Per machine. */
  readonly neighbourhood: Int32Array;
  readonly location: Int32Array;
  /** By machine, then resource. */
  readonly capacity: Float64Array;
  readonly safety: Float64Array;
  /** By machine that a process leaves, then machine it goes to. One byte each where all fit into one. */
  readonly moveCost: Uint8Array | Uint32Array;
  /** Per service: least number of locations. */
  readonly spreadMin: Int32Array;
  /** The services that service s needs near it: `targets` from `offsets[s]` up to `offsets[s + 1]`. */
  readonly dependencies: { readonly offsets: Int32Array; readonly targets: Int32Array };
  /** Per process. */
  readonly serviceOf: Int32Array;
  /** By process, then resource. */
  readonly need: Float64Array;
  readonly processMoveCost: Float64Array;
  readonly balances: readonly Balance[];
  readonly weights: { readonly process: number; readonly service: number; readonly machine: number };
}

/** Room of resource `b` is wanted for `target` times the room of resource `a`, on each machine. */
export interface Balance {
  readonly a: number;
  readonly b: number;
  readonly target: number;
  readonly weight: number;
}

const valueMax = 4_294_967_295;
const intMax = 2_147_483_647;

/** Reads a model file; throws a `FormatError` with all that is wrong. */
export function readModel(bytes: Uint8Array): RoadefModel {
  const scan = new Scanner(bytes);
  const resources = readResources(scan);
  const resourceCount = resources.transient.length;
  const machines = readMachines(scan, resourceCount);
  const services = readServices(scan);
  const serviceCount = services.spreadMin.length;
  const processes = readProcesses(scan, resourceCount, serviceCount);
  const balances = readBalances(scan, resourceCount);
  const weights = {
    process: scan.next(valueMax, () => "the weight of process moves"),
    service: scan.next(valueMax, () => "the weight of service moves"),
    machine: scan.next(valueMax, () => "the weight of machine moves"),
  };
  scan.finish("the weight of machine moves");
  return {
    resourceCount, machineCount: machines.location.length, serviceCount, processCount: processes.serviceOf.length,
    ...resources, ...machines, ...services, ...processes, balances, weights,
  };
}

/** Reads an assignment file: the machine of each process of `model`. Throws a `FormatError` with all that is wrong. */
export function readAssignment(bytes: Uint8Array, model: Pick<RoadefModel, "machineCount" | "processCount">): Int32Array {
  const scan = new Scanner(bytes);
  const hostOf = new Int32Array(model.processCount);
  for (let p = 0; p < hostOf.length; p++) hostOf[p] = scan.next(model.machineCount - 1, () => `the machine of process ${p}`);
  scan.finish(`the machine of process ${model.processCount - 1}`);
  return hostOf;
}

/** An assignment in the challenge's own format. */
export function writeAssignment(hostOf: Int32Array): string {
  return `${hostOf.join(" ")}\n`;
}

function readResources(scan: Scanner): Pick<RoadefModel, "transient" | "loadWeight"> {
  const count = scan.count(2, () => "the number of resources");
  const transient = new Uint8Array(count);
  const loadWeight = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    transient[r] = scan.next(1, () => `whether resource ${r} is transient (0 or 1)`);
    loadWeight[r] = scan.next(valueMax, () => `the load weight of resource ${r}`);
  }
  return { transient, loadWeight };
}

function readMachines(scan: Scanner, resourceCount: number): Pick<RoadefModel, "neighbourhood" | "location" | "capacity" | "safety" | "moveCost"> {
  const count = scan.count(2 + 2 * resourceCount, () => "the number of machines");
  const [neighbourhood, location] = [new Int32Array(count), new Int32Array(count)];
  const [capacity, safety] = [new Float64Array(count * resourceCount), new Float64Array(count * resourceCount)];
  scan.expectRoom(count * (2 + 2 * resourceCount + count), () => `${count} machines with a moving cost to each`);
  let moveCost: Uint8Array | Uint32Array = new Uint8Array(count * count);
  for (let m = 0; m < count; m++) {
    neighbourhood[m] = scan.next(count - 1, () => `the neighbourhood of machine ${m}`);
    location[m] = scan.next(count - 1, () => `the location of machine ${m}`);
    for (let r = 0; r < resourceCount; r++) {
      capacity[m * resourceCount + r] = scan.next(valueMax, () => `the capacity of machine ${m} for resource ${r}`);
    }
    for (let r = 0; r < resourceCount; r++) {
      safety[m * resourceCount + r] = scan.next(valueMax, () => `the safety capacity of machine ${m} for resource ${r}`);
    }
    for (let to = 0; to < count; to++) {
      const cost = scan.next(valueMax, () => `the cost of moving from machine ${m} to machine ${to}`);
      if (cost > 255 && moveCost instanceof Uint8Array) moveCost = Uint32Array.from(moveCost);
      moveCost[m * count + to] = cost;
    }
  }
  return { neighbourhood, location, capacity, safety, moveCost };
}

function readServices(scan: Scanner): Pick<RoadefModel, "spreadMin" | "dependencies"> {
  const count = scan.count(2, () => "the number of services");
  const spreadMin = new Int32Array(count);
  const offsets = new Int32Array(count + 1);
  const targets: number[] = [];
  for (let s = 0; s < count; s++) {
    spreadMin[s] = scan.next(intMax, () => `the least number of locations of service ${s}`);
    const needed = scan.count(1, () => `the number of services that service ${s} depends on`);
    for (let i = 0; i < needed; i++) targets.push(scan.next(count - 1, () => `service ${i} of those that service ${s} depends on`));
    offsets[s + 1] = targets.length;
  }
  return { spreadMin, dependencies: { offsets, targets: Int32Array.from(targets) } };
}

function readProcesses(scan: Scanner, resourceCount: number, serviceCount: number): Pick<RoadefModel, "serviceOf" | "need" | "processMoveCost"> {
  const count = scan.count(2 + resourceCount, () => "the number of processes");
  const serviceOf = new Int32Array(count);
  const need = new Float64Array(count * resourceCount);
  const processMoveCost = new Float64Array(count);
  for (let p = 0; p < count; p++) {
    serviceOf[p] = scan.next(serviceCount - 1, () => `the service of process ${p}`);
    for (let r = 0; r < resourceCount; r++) need[p * resourceCount + r] = scan.next(valueMax, () => `what process ${p} needs of resource ${r}`);
    processMoveCost[p] = scan.next(valueMax, () => `the moving cost of process ${p}`);
  }
  return { serviceOf, need, processMoveCost };
}

function readBalances(scan: Scanner, resourceCount: number): readonly Balance[] {
  const count = scan.count(4, () => "the number of balance costs");
  return Array.from({ length: count }, (_, i) => ({
    a: scan.next(resourceCount - 1, () => `the first resource of balance cost ${i}`),
    b: scan.next(resourceCount - 1, () => `the second resource of balance cost ${i}`),
    target: scan.next(valueMax, () => `the target of balance cost ${i}`),
    weight: scan.next(valueMax, () => `the weight of balance cost ${i}`),
  }));
}
