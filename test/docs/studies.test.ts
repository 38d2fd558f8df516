import { folderOfReader, showsWhatIsPrinted } from "./documented.ts";

showsWhatIsPrinted("docs/studies.md", folderOfReader());
