import { unreachable } from "../../model/assert.ts";
import type { Action, Move } from "../../model/plan.ts";

/** The symbol of an action or a move: `+` something comes to be, `-` something goes, `->` moves, `~` changes in place. */
export type Symbol = "+" | "-" | "->" | "~";

/** An action in words: `migrate web-1 h1 -> h2`. */
export function actionWords(action: Action): string {
  switch (action.kind) {
    case "bootHost": return `boot host ${action.host}`;
    case "shutdownHost": return `shut down host ${action.host}`;
    case "migrate": return `migrate ${action.workload} ${action.from} -> ${action.to}`;
    case "stop": return `stop ${action.workload} on ${action.host}`;
    case "transfer": return `transfer data of ${action.workload} ${action.from} -> ${action.to}`;
    case "start": return `start ${action.workload} on ${action.host}${action.checkpoint === undefined ? "" : ` from checkpoint ${action.checkpoint}`}`;
    case "deleteSource": return `delete data of ${action.workload} left on ${action.host}`;
    case "copy": return `copy ${action.source} ${action.from} -> ${action.workload} ${action.to}`;
    case "remove": return `remove ${action.workload} from ${action.host}`;
    default: return unreachable(action);
  }
}

/** The symbol of one action. */
export function actionSymbol(action: Action): Symbol {
  switch (action.kind) {
    case "bootHost": case "start": case "copy": return "+";
    case "shutdownHost": case "deleteSource": case "remove": return "-";
    case "migrate": case "transfer": return "->";
    case "stop": return "~";
    default: return unreachable(action);
  }
}

/** The symbol of a move as a whole. A start where the workload already lies changes it in place. */
export function moveSymbol(move: Move): Symbol {
  switch (move.how) {
    case "live": case "cold": return "->";
    case "start": return move.from !== null && move.from !== move.to ? "->" : move.from === null ? "+" : "~";
    case "copy": return "+";
    case "stop": return move.from !== move.to ? "->" : "~";
    case "remove": return "-";
    default: return unreachable(move.how);
  }
}
