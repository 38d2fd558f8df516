import { unreachable } from "../model/assert.ts";

/** A shell for which a completion script exists. */
export type Shell = "bash" | "zsh" | "fish";

/** One command as completion sees it. */
export interface CommandWords {
  /** Names from the top: `[]` is the program, `["policies", "test"]` a command of a command. */
  readonly path: readonly string[];
  readonly description: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly flag: string; readonly description: string; readonly takesValue: boolean; readonly values: readonly string[] }[];
  /** Fixed words that the command takes as arguments; files when empty. */
  readonly values: readonly string[];
}

/** The completion script of a shell. */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string {
  switch (shell) {
    case "bash": return bashScript(commands);
    case "zsh": return zshScript(commands);
    case "fish": return fishScript(commands);
    default: return unreachable(shell);
  }
}

/** The case table that bash and zsh share: words before the cursor decide what may come. */
function wordTable(commands: readonly CommandWords[], indent: string): string {
  return commands.map(({ path, subcommands, options, values }) => {
    const words = [...subcommands.map(({ name }) => name), ...values, ...options.map(({ flag }) => flag)];
    const only = subcommands.length > 0 || values.length > 0 ? " only=1;" : "";
    return `${indent}"${path.join(" ")}") words="${words.join(" ")}";${only} ;;`;
  }).join("\n");
}

/** Values of options that take one of a few words. */
function valueTable(commands: readonly CommandWords[], indent: string): string {
  const values = new Map<string, string>();
  for (const { options } of commands) {
    for (const option of options) if (option.values.length > 0) values.set(option.flag, option.values.join(" "));
  }
  return [...values].map(([flag, words]) => `${indent}${flag}) words="${words}"; only=1 ;;`).join("\n");
}

function pathFinder(commands: readonly CommandWords[], indent: string): string {
  const parents = commands.filter(({ path, subcommands }) => path.length > 0 && subcommands.length > 0).map(({ path }) => path.join(" "));
  const names = commands.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`).join("|");
  return [
    `${indent}case "\${command:+$command }$word" in`,
    `${indent}  ${names}) command="\${command:+$command }$word" ;;`,
    `${indent}esac`,
    `${indent}# Commands of commands: ${parents.join(", ")}`,
  ].join("\n");
}

function bashScript(commands: readonly CommandWords[]): string {
  return `# bash completion for stowage
_stowage() {
  local word words="" command="" only="" current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${pathFinder(commands, "    ")}
  done
  case "$command" in
${wordTable(commands, "    ")}
  esac
  case "$previous" in
${valueTable(commands, "    ")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ -n "$only" ] || COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _stowage stowage
`;
}

function zshScript(commands: readonly CommandWords[]): string {
  return `#compdef stowage
# zsh completion for stowage
_stowage() {
  local word list="" command="" only=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
${pathFinder(commands, "    ")}
  done
  case "$command" in
${wordTable(commands, "    ").replaceAll("words=", "list=")}
  esac
  case "\${words[CURRENT-1]}" in
${valueTable(commands, "    ").replaceAll("words=", "list=")}
  esac
  compadd -- \${=list}
  [[ -n "$only" ]] || _files
}
if [ "$funcstack[1]" = "_stowage" ]; then
  _stowage "$@"
else
  compdef _stowage stowage
fi
`;
}

function fishScript(commands: readonly CommandWords[]): string {
  const lines = ["# fish completion for stowage"];
  for (const { path, subcommands, options, values } of commands) {
    const condition = fishCondition(path, subcommands);
    for (const { name, description } of subcommands) {
      lines.push(`complete -c stowage -n ${condition} -a ${name} -d ${fishQuote(firstSentence(description))}`);
    }
    for (const value of values) lines.push(`complete -c stowage -n ${condition} -a ${value}`);
    for (const option of options) {
      const takes = option.values.length > 0 ? ` -x -a ${fishQuote(option.values.join(" "))}` : option.takesValue ? " -r" : "";
      lines.push(`complete -c stowage -n ${condition} -l ${option.flag.slice(2)}${takes} -d ${fishQuote(option.description)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function fishCondition(path: readonly string[], subcommands: CommandWords["subcommands"]): string {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  if (path.length === 0) return "__fish_use_subcommand";
  const notYet = subcommands.length > 0 ? [`not __fish_seen_subcommand_from ${subcommands.map(({ name }) => name).join(" ")}`] : [];
  return fishQuote([...seen, ...notYet].join("; and "));
}

function firstSentence(text: string): string {
  return text.split(/[.:;]/, 1)[0] ?? text;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
