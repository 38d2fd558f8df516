import type { Diagnostic } from "../model/diagnostic.ts";

/** What went wrong with a file, as a diagnostic. */
export function fileProblem(path: string, error: unknown, verb: "read" | "written"): Diagnostic {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [words, advice] = verb === "read" && code === "ENOENT" ? missing : wordsFor[code] ?? [`could not be ${verb} (${code === "" ? String(error) : code})`, "Check the path and its permissions."];
  return {
    code: code === "ENOENT" && verb === "read" ? "file-not-found" : "file-unreadable",
    severity: "error", file: path, line: null, column: null, path: "", message: `File ${path} ${words}.`, advice,
  };
}

const missing = ["does not exist", "Check the name and the folder."] as const;

const wordsFor: Readonly<Record<string, readonly [words: string, advice: string]>> = {
  ENOENT: ["cannot be written: its folder does not exist", "Make the folder, or choose another place."],
  EACCES: ["may not be touched by you", "Change its permissions, or choose another path."],
  EPERM: ["may not be touched by you", "Change its permissions, or choose another path."],
  EISDIR: ["is a folder", "Name a file inside it."],
  ENOTDIR: ["lies under something that is no folder", "Check the path."],
  ENOSPC: ["does not fit: no space is left", "Free some space, or choose another place."],
  EROFS: ["lies on a read-only file system", "Choose another place."],
};
