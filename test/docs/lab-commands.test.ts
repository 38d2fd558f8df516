import { afterAll, describe } from "vitest";
import { defaultFolder, Lab } from "../../cli/lab/index.ts";
import { canHaveLab } from "../lab/lab-of.ts";
import { folderOfReader, showsWhatIsPrinted } from "./documented.ts";

const page = "docs/lab.md";
/** A lab of its own, whatever else there is on this machine. */
const name = "docs";

describe.runIf(canHaveLab(`the commands of ${page}`))("a lab of its own", () => {
  showsWhatIsPrinted(page, folderOfReader(), { STOWAGE_LAB: name, STOWAGE_CONFIG: `${defaultFolder}/${name}/operator/stowage.yaml` });
  afterAll(() => Lab.down(name));
});
