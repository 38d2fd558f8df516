import { defineConfig } from "vitest/config";

/** Tests with virtual machines: one file at a time, because two of them starve each other. */
const machines = ["test/lab/**/*.test.ts", "test/executor/agent/{libvirt,address}/**/*.test.ts", "test/docs/lab-commands.test.ts"];

/** Tests that start the built command, or a real daemon, browser or spreadsheet. */
const processes = [
  "test/{browser,docs,spreadsheets}/**/*.test.ts",
  "test/cli/{bad-input,hostile,hostile-imports,loaded,process,simulate}.test.ts", "test/cli/{execution,study}/**/*.test.ts",
  "test/executor/agent/**/*.test.ts", "test/executor/trust/tls.test.ts",
  "test/scenarios/importers/{libvirt,prometheus}/**/*.test.ts",
  "test/bench/roadef/command.test.ts",
];

const built = ["packaging/build.mjs"];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: "100%",
    // Files share what they import: loading it anew for each took longer than most of them do.
    isolate: false,
    reporters: ["default"],
    projects: [
      { extends: true, test: { name: "pure", include: ["test/**/*.test.ts"], exclude: [...processes, ...machines], sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: "processes", include: processes, exclude: machines, globalSetup: built, sequence: { groupOrder: 2 } } },
      { extends: true, test: { name: "machines", include: machines, globalSetup: built, maxWorkers: 1, isolate: true, sequence: { groupOrder: 3 } } },
    ],
  },
});
