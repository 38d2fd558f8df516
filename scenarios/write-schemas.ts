import { writeFile } from "node:fs/promises";
import { editorSchema, scenarioSchema, studyFileSchema } from "./publish.ts";
import { referencePage } from "./reference-page.ts";

// Writes the published schemas and the page that lists their keys; a test says when they are out of date.
const folder = new URL("../schemas/", import.meta.url);
await writeFile(new URL("scenario.schema.json", folder), `${JSON.stringify(scenarioSchema(), null, 2)}\n`);
await writeFile(new URL("scenario.draft-07.schema.json", folder), `${JSON.stringify(editorSchema(), null, 2)}\n`);
await writeFile(new URL("study.schema.json", folder), `${JSON.stringify(studyFileSchema(), null, 2)}\n`);
await writeFile(new URL("../docs/scenario-format.md", import.meta.url), referencePage());
