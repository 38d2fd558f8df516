import type { RunEvent } from "../../executor/index.ts";

/** An event of an execution in words, for the audit trail. */
export function eventWords(event: RunEvent, run: string): string {
  switch (event.kind) {
    case "began": return `${run} begins with epoch ${event.epoch}, ${event.actions.length} actions`;
    case "tookOver": return `taken over with epoch ${event.epoch}`;
    case "dispatched": return `${event.action} sent, attempt ${event.attempt}`;
    case "succeeded": return `${event.action} done`;
    case "failed": return `${event.action} failed: ${event.because}${event.again ? "; it is tried again" : ""}`;
    case "voided": return `${event.action} never reached its host; it is sent again`;
    case "overdue": return `${event.action} takes too long; it is ended`;
    case "lostTrack": return `${event.action} is unknown: ${event.because}`;
    case "noticed": return `${event.workload} is ${event.activity}, by itself or by somebody else`;
    case "wished": return `${wishWords[event.wish]}, asked by ${event.by}`;
    case "paused": return "paused";
    case "turnedBack": return `turns back: ${event.actions.length} actions undo what was done${event.left.length === 0 ? "" : `; left as it is: ${event.left.join("; ")}`}`;
    case "ended": return `ended${event.because === "" ? "" : `: ${event.because}`}`;
    case "asked": return `${event.action} is asked for`;
    case "heard": return `${event.action} goes on`;
    case "sighted": return `${event.action}: the other side finds it ${event.found}`;
  }
}

const wishWords = { pause: "pause", resume: "go on", cancel: "cancel", goBack: "go back" } as const;
