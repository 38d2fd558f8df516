import { diskFiles, type InputFiles } from "./input-files.ts";
import { jsonLimitMiB } from "./load.ts";

/** What standard input held, or the code with which reading it failed. Plain data, so that a worker can be given it. */
export type StandardInput = { readonly bytes: Uint8Array } | { readonly code: string };

/** Reads standard input, once: whoever plans in a worker has none there. No more than the largest scenario may have. */
export async function readStandardInput(): Promise<StandardInput> {
  try {
    return { bytes: await diskFiles.read("-", jsonLimitMiB * 1_048_576) };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return { code: String(error.code) };
  }
}

/** The disk, and a standard input that has been read already. */
export function filesAfter(standardInput: StandardInput): InputFiles {
  return {
    ...diskFiles,
    async read(path, limitBytes) {
      if (path !== "-") return diskFiles.read(path, limitBytes);
      if ("bytes" in standardInput) return standardInput.bytes;
      throw Object.assign(new Error("standard input could not be read"), { code: standardInput.code });
    },
  };
}
