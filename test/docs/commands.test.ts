import { readdirSync } from "node:fs";
import { join } from "node:path";
import { folderOfReader, root, showsWhatIsPrinted } from "./documented.ts";

// The page of the lab, with its virtual machines, is held to its word elsewhere, and so are those that take longest.
const elsewhere = new Set(["lab.md", "planner.md", "studies.md"]);
const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md") && !elsewhere.has(name));
const folder = folderOfReader();

for (const page of ["README.md", ...pages.map((name) => `docs/${name}`)]) showsWhatIsPrinted(page, folder);
