import { folderOfReader, showsWhatIsPrinted } from "./documented.ts";

showsWhatIsPrinted("docs/planner.md", folderOfReader());
