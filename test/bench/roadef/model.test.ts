import { describe, expect, it } from "vitest";
import { readAssignment, readModel, writeAssignment } from "../../../bench/roadef/model.ts";
import { generateInstance } from "../../../bench/roadef/generate.ts";
import { FormatError } from "../../../bench/roadef/scanner.ts";
import { writeModel } from "../../../bench/roadef/write-model.ts";
import { Random } from "../../../model/random.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One resource, two machines, two services, three processes, one balance. */
const small = `
1
1 7
2
0 1  50 40  0 3
1 0  60 30  2 0
2
0 0
2 1 0
3
0 10 1
1 20 2
1 30 3
1
0 0 2 5
4 5 6
`;

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof FormatError) return error.faults;
    throw error;
  }
  return [];
}

const modelFaults = (text: string): readonly string[] => faultsOf(() => readModel(bytes(text)));
/** The small model with the token at a position, from 1, replaced. */
const withToken = (position: number, token: string): string => {
  const tokens = small.trim().split(/\s+/u);
  tokens[position - 1] = token;
  return tokens.join(" ");
};

describe("reading a model", () => {
  it("takes every number to its place", () => {
    const model = readModel(bytes(small));
    expect(model).toMatchObject({ resourceCount: 1, machineCount: 2, serviceCount: 2, processCount: 3, weights: { process: 4, service: 5, machine: 6 } });
    expect([model.transient, model.loadWeight, model.neighbourhood, model.location].map((list) => [...list])).toEqual([[1], [7], [0, 1], [1, 0]]);
    expect([model.capacity, model.safety, model.moveCost].map((list) => [...list])).toEqual([[50, 60], [40, 30], [0, 3, 2, 0]]);
    expect([model.spreadMin, model.dependencies.offsets, model.dependencies.targets].map((list) => [...list])).toEqual([[0, 2], [0, 0, 1], [0]]);
    expect([model.serviceOf, model.need, model.processMoveCost].map((list) => [...list])).toEqual([[0, 1, 1], [10, 20, 30], [1, 2, 3]]);
    expect(model.balances).toEqual([{ a: 0, b: 0, target: 2, weight: 5 }]);
  });

  it("keeps one byte for each moving cost unless one needs more", () => {
    expect(readModel(bytes(small)).moveCost).toBeInstanceOf(Uint8Array);
    const wide = readModel(bytes(withToken(10, "4294967295"))).moveCost;
    expect(wide).toBeInstanceOf(Uint32Array);
    expect([...wide]).toEqual([0, 4_294_967_295, 2, 0]);
  });

  it("does not care how numbers are laid out in lines", () => {
    const flat = small.trim().split(/\s+/u).join("\r\n\t ");
    expect(readModel(bytes(`\n  ${flat} \n\n`))).toEqual(readModel(bytes(small)));
  });

  it.each([
    ["a missing value", small.trim().slice(0, -2), "token 40 is missing: the file ends where the weight of machine moves is expected"],
    ["an empty file", " \n", "token 1 is missing: the file ends where the number of resources is expected"],
    ["a trailing value", `${small} 7`, 'token 41 is "7", but the file should end after the weight of machine moves'],
    ["a negative value", withToken(7, "-50"), 'token 7 is "-50", but the capacity of machine 0 for resource 0 is expected: a whole number that is not negative'],
    ["a fraction", withToken(7, "5.5"), 'token 7 is "5.5", but the capacity of machine 0 for resource 0 is expected: a whole number that is not negative'],
    ["a word", withToken(29, "many"), 'token 29 is "many", but the moving cost of process 1 is expected: a whole number that is not negative'],
    ["a number of more than 32 bits", withToken(7, "4294967296"), 'token 7 is "4294967296", but the capacity of machine 0 for resource 0 is expected: at most 4294967295'],
    ["a number with a thousand digits", withToken(7, "9".repeat(1000)), `token 7 is "${"9".repeat(24)}...", but the capacity of machine 0 for resource 0 is expected: at most 4294967295`],
    ["a neighbourhood that is no machine's number", withToken(5, "2"), 'token 5 is "2", but the neighbourhood of machine 0 is expected: at most 1'],
    ["a service that does not exist", withToken(24, "2"), 'token 24 is "2", but the service of process 0 is expected: at most 1'],
    ["a dependency on a service that does not exist", withToken(22, "9"), 'token 22 is "9", but service 0 of those that service 1 depends on is expected: at most 1'],
    ["a resource that does not exist", withToken(35, "1"), 'token 35 is "1", but the second resource of balance cost 0 is expected: at most 0'],
    ["a flag that is neither", withToken(2, "2"), 'token 2 is "2", but whether resource 0 is transient (0 or 1) is expected: at most 1'],
  ])("refuses %s by the number of its token", (_, text, fault) => expect(modelFaults(text)).toEqual([fault]));

  it("names all that is wrong at once", () => {
    const tokens = small.trim().split(/\s+/u);
    [tokens[4], tokens[6], tokens[23]] = ["7", "-1", "5"];
    expect(modelFaults(tokens.join(" "))).toEqual([
      'token 5 is "7", but the neighbourhood of machine 0 is expected: at most 1',
      'token 7 is "-1", but the capacity of machine 0 for resource 0 is expected: a whole number that is not negative',
      'token 24 is "5", but the service of process 0 is expected: at most 1',
    ]);
  });

  it("stops after twenty faults", () => {
    const faults = modelFaults(`1 0 0 1 0 0 1 1 0 1 0 0 30 ${"9 9 9 ".repeat(30)}0 0 0 0`);
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toBe("there may be more, but this is enough");
  });

  it("allocates nothing for a count that the file has no room for", () => {
    expect(modelFaults("1 0 0 4000000000 0 0")).toEqual(["token 4, the number of machines, is 4000000000: so many need at least 16000000000 more numbers, but after token 4 the file has room for at most 2"]);
    expect(modelFaults(`1 0 0 9 ${"0 ".repeat(40)}`)[0]).toMatch(/^9 machines with a moving cost to each need at least 117 more numbers/u);
    expect(modelFaults("x 0 0")).toEqual(['token 1 is "x", but the number of resources is expected: a whole number that is not negative', "nothing after it can be read without this number"]);
  });

  it("reads back what was written, for random instances", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const { model } = generateInstance(random, {
        machines: random.between(1, 9), resources: random.between(1, 4), services: random.between(1, 12), largest: 4, locations: 4, neighbourhoods: 3,
        balances: random.below(3), movedPermille: 300,
      });
      expect(readModel(bytes(writeModel(model))), `seed ${seed}`).toEqual(model);
    }
  });
});

describe("reading an assignment", () => {
  const model = { machineCount: 4, processCount: 3 };
  const read = (text: string): Int32Array => readAssignment(bytes(text), model);
  it("takes blanks and line ends as they come", () => {
    expect([...read("0 3 0")]).toEqual([0, 3, 0]);
    expect([...read(" 0 3\n0 \n\n")]).toEqual([0, 3, 0]);
    expect([...read(writeAssignment(Int32Array.of(1, 2, 3)))]).toEqual([1, 2, 3]);
  });
  it.each([
    ["0 3", "token 3 is missing: the file ends where the machine of process 2 is expected"],
    ["0 3 0 1", 'token 4 is "1", but the file should end after the machine of process 2'],
    ["0 4 0", 'token 2 is "4", but the machine of process 1 is expected: at most 3'],
    ["0 -1 0", 'token 2 is "-1", but the machine of process 1 is expected: a whole number that is not negative'],
  ])("refuses %j", (text, fault) => expect(faultsOf(() => read(text))).toEqual([fault]));
});
