/** Layers of the project: imports go down only, and a folder is entered by its door. Each rule says why. */
const door = (folder, others) => ({
  name: `${folder}-by-its-door`,
  severity: "error",
  comment: `Other folders use what ${folder}/index.ts exports, so that the rest of ${folder} can change freely. What few commands need has a door of its own, so that the others start without it.`,
  from: { path: `^(${others})/` },
  to: { path: `^${folder}/`, pathNot: `^${folder}/((html|importers|traces)/)?index\\.ts$` },
});

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", comment: "A cycle makes two files one.", from: {}, to: { circular: true } },
    {
      name: "model-imports-nothing", severity: "error",
      comment: "The nouns are shared by all and depend on nothing, not even on node.",
      from: { path: "^model/" }, to: { pathNot: "^model/" },
    },
    {
      name: "policies-on-model", severity: "error", comment: "Rules know the nouns only.",
      from: { path: "^policies/" }, to: { path: "^(planner|executor|simulator|scenarios|reports|cli|test|bench)/" },
    },
    {
      name: "verifier-believes-nobody", severity: "error",
      comment: "The proof shares no code with what it proves.",
      from: { path: "^policies/verify" }, to: { path: "^planner/" },
    },
    {
      name: "planner-below-scenarios", severity: "error", comment: "The planner sees a Scenario, never a file.",
      from: { path: "^planner/" }, to: { path: "^(executor|simulator|scenarios|reports|cli|test|bench)/" },
    },
    {
      name: "simulator-is-given-the-planner", severity: "error",
      comment: "What is simulated is what will be done: the planner is passed in, and the executor's pure files are run.",
      from: { path: "^simulator/" }, to: { path: "^(planner|scenarios|reports|cli|test|bench)/|^executor/(?!(protocol|decide|evolve|event|state|commands|settings|terms)\\.ts$)" },
    },
    {
      name: "executor-on-policies", severity: "error", comment: "What is approved is carried out; who planned it, and from which file, is not the executor's business.",
      from: { path: "^executor/" }, to: { path: "^(planner|simulator|scenarios|reports|cli|test|bench)/" },
    },
    {
      name: "executor-core-is-pure", severity: "error", comment: "Decisions know no promises, files or sockets, so that a simulation runs the very same.",
      from: { path: "^executor/(decide|evolve|event|state|guard|known-fleet|on-report|room|commands|terms|undo|way-back|approve|freshness|summary|settings)\\.ts$" },
      to: { dependencyTypes: ["core"], path: ".", pathNot: "^(node:)?crypto$" },
    },
    {
      name: "scenarios-on-policies", severity: "error", comment: "Reading scenarios needs the nouns and the catalogue, not the planner.",
      from: { path: "^scenarios/" }, to: { path: "^(planner|executor|simulator|reports|cli|test|bench)/" },
    },
    {
      name: "reports-are-pure", severity: "error", comment: "A report is a function of its input.",
      from: { path: "^reports/" }, to: { path: "^(planner|executor|simulator|scenarios|cli|test|bench)/" },
    },
    {
      name: "nothing-imports-the-edges", severity: "error", comment: "Only people start these.",
      from: { path: "^(model|policies|planner|simulator|executor|scenarios|reports)/" }, to: { path: "^(cli|test|bench)/" },
    },
    {
      name: "files-at-the-edge", severity: "error",
      comment: "Files, sockets and processes belong to the edges, so that everything else is repeatable.",
      from: { path: "^(model|policies|planner|reports)/", pathNot: "^planner/(solver-thread|.*-worker|exact/.*)\\.ts$" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    door("policies", "simulator|executor|scenarios|reports|cli"),
    door("planner", "cli"),
    door("scenarios", "cli"),
    door("reports", "cli"),
    door("simulator", "cli"),
    door("executor", "cli"),
    {
      name: "no-orphans", severity: "error", comment: "A file that nothing uses is deleted.",
      from: { orphan: true, pathNot: "(\\.d\\.ts$|^scenarios/write-schemas\\.ts$)" }, to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    parser: "swc",
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"], conditionNames: ["import", "node", "default"] },
  },
};
