import { homedir, userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import type { Live } from "./context.ts";
import { exitCodes } from "./exit-code.ts";
import { printable } from "./render/printable.ts";
import { fit } from "./render/text.ts";

/** The terminal of this process, its account and its signals. */
export function liveAt(process: NodeJS.Process, columns: number): Live {
  const { stdin, stdout, stderr, env } = process;
  let shown = 0;
  const clear = (): void => {
    if (shown > 0) stderr.write(`\r${" ".repeat(shown)}\r`);
    shown = 0;
  };
  return {
    isTerminal: isatty(stdin.fd) && isatty(stdout.fd) && isatty(stderr.fd),
    account: accountOf(process), home: homedir(), workingFolder: process.cwd(), variables: env,
    line(text) {
      clear();
      stdout.write(`${printable(text)}\n`);
    },
    note(text) {
      clear();
      stderr.write(`${printable(text)}\n`);
    },
    status(text) {
      clear();
      if (text === null || !isatty(stderr.fd)) return;
      const line = fit(printable(text), Math.max(20, columns - 1));
      stderr.write(line);
      shown = columns - 1;
    },
    async ask(question) {
      if (!isatty(stdin.fd) || !isatty(stderr.fd)) return null;
      clear();
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return await reader.question(printable(question));
      } finally {
        reader.close();
      }
    },
    onInterrupt(told) {
      let times = 0;
      const interrupted = (): void => {
        times++;
        // Whoever asks twice does not want to wait: what is under way is taken up again from the journal.
        if (times > 1) process.exit(exitCodes.interrupted);
        told();
      };
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupted);
      return () => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupted);
      };
    },
  };
}

function accountOf(process: NodeJS.Process): string {
  try {
    return userInfo().username;
  } catch {
    // A number without a name, as in some containers.
    return `account ${process.getuid?.() ?? ""}`.trim();
  }
}
