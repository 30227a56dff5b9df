// One chat as it is read: a pure fold over messages that were opened and verified elsewhere.
import type { Body } from "../../lib/protocol/generated/wire.ts";

/** Who wrote: the client, she herself, or a colleague by name. */
export type Author =
  | { readonly by: "client" }
  | { readonly by: "self" }
  | { readonly by: "staff"; readonly staffId: string; readonly name: string };

/** Where an own message stands; nothing is called stored before the server has it durably. */
export type SendState = "sending" | "stored" | "not_stored";

/** Kinds of our own: a message that broke a rule or does not open, and one that was destroyed. */
export const UNOPENED = -1;
export const SHREDDED = -2;

/** A message in a lane, opened. */
export interface Line {
  readonly msgId: string;
  /** Its place in the lane, from 1; null until it is stored. */
  readonly seq: number | null;
  readonly author: Author;
  /** The kind that its header names, or one of ours. */
  readonly kind: number;
  readonly body: Body | null;
  /** Whether this greeting came with a take over. */
  readonly tookOver?: boolean;
  /** When it was stored, or first tried, ms since 1970. */
  readonly at: number;
  readonly state: SendState;
}

/** Why nothing more is trusted or sent in this chat. */
export type Alarm = "missing" | "record_refused";

/** A chat's content. */
export interface Talk {
  /** Lane 1 in order of seq, then what is not stored yet. */
  readonly lines: readonly Line[];
  /** Lane 2, the same. */
  readonly notes: readonly Line[];
  /** The highest seq of lane 1 that the client has read. */
  readonly readByClient: number;
  /** The highest seq of lane 1 that was shown to her. */
  readonly shown: number;
  readonly alarm: Alarm | null;
  /** What she wrote and may no longer send: shown, so that it can be copied. */
  readonly unsent: readonly string[];
  /** Whether there are notes that do not open for her. */
  readonly notesClosed: boolean;
  /** Whether a box of the escalation group is not what its record names. */
  readonly boxBroken: boolean;
  /** Whether lane 1 was opened to the team again after its start: the client came back. */
  readonly returned: boolean;
}

/** What changes a chat. */
export type TalkEvent =
  | { readonly type: "line"; readonly lane: 1 | 2; readonly line: Line }
  | {
      readonly type: "stored";
      readonly lane: 1 | 2;
      readonly msgId: string;
      readonly seq: number;
      readonly at: number;
    }
  | { readonly type: "not_stored"; readonly lane: 1 | 2; readonly msgId: string }
  | { readonly type: "sending"; readonly lane: 1 | 2; readonly msgId: string }
  | { readonly type: "read_by_client"; readonly seq: number }
  | { readonly type: "shown"; readonly seq: number }
  | { readonly type: "alarm"; readonly alarm: Alarm }
  | { readonly type: "unsent"; readonly texts: readonly string[] }
  | { readonly type: "notes_closed" }
  | { readonly type: "box_broken" }
  | { readonly type: "returned" };

/** A chat with nothing in it. */
export const EMPTY_TALK: Talk = {
  lines: [],
  notes: [],
  readByClient: 0,
  shown: 0,
  alarm: null,
  unsent: [],
  notesClosed: false,
  boxBroken: false,
  returned: false,
};

/** The chat after an event. */
export function foldTalk(talk: Talk, event: TalkEvent): Talk {
  switch (event.type) {
    case "line":
      return lane(talk, event.lane, (lines) => sorted(merged(lines, event.line)));
    case "stored":
      return lane(talk, event.lane, (lines) =>
        sorted(
          lines.map((line) =>
            line.msgId === event.msgId
              ? { ...line, seq: event.seq, at: event.at, state: "stored" as const }
              : line,
          ),
        ),
      );
    case "not_stored":
    case "sending":
      return lane(talk, event.lane, (lines) =>
        lines.map((line) =>
          line.msgId === event.msgId && line.seq === null ? { ...line, state: event.type } : line,
        ),
      );
    case "read_by_client":
      return { ...talk, readByClient: Math.max(talk.readByClient, event.seq) };
    case "shown":
      return { ...talk, shown: Math.max(talk.shown, event.seq) };
    case "alarm":
      return { ...talk, alarm: talk.alarm ?? event.alarm };
    case "unsent":
      return {
        ...talk,
        unsent: [...talk.unsent, ...event.texts],
        // What can no longer be sent must not stand there as if it were on its way.
        lines: talk.lines.filter(({ seq }) => seq !== null),
        notes: talk.notes.filter(({ seq }) => seq !== null),
      };
    case "notes_closed":
      return { ...talk, notesClosed: true };
    case "box_broken":
      return { ...talk, boxBroken: true };
    case "returned":
      return { ...talk, returned: true };
  }
}

function lane(talk: Talk, which: 1 | 2, change: (lines: readonly Line[]) => readonly Line[]): Talk {
  return which === 1
    ? { ...talk, lines: change(talk.lines) }
    : { ...talk, notes: change(talk.notes) };
}

/** Adds a line, or puts it in the place of the one with the same id. */
function merged(lines: readonly Line[], line: Line): readonly Line[] {
  return lines.some(({ msgId }) => msgId === line.msgId)
    ? lines.map((one) => (one.msgId === line.msgId ? line : one))
    : [...lines, line];
}

/** Stored lines by seq, the others behind them in the order in which they were written. */
function sorted(lines: readonly Line[]): readonly Line[] {
  return [...lines].sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || 0);
}

/** The state of an own message as it is shown. */
export function shownState(talk: Talk, line: Line): SendState | "read" {
  return line.seq !== null && line.seq <= talk.readByClient ? "read" : line.state;
}

/** How many of the client's messages she has not been shown. */
export function unread(talk: Talk): number {
  return talk.lines.filter(
    ({ author, seq, kind }) => author.by === "client" && kind === 1 && (seq ?? 0) > talk.shown,
  ).length;
}

/** Since when the client waits for an answer, ms since 1970; null when it is her turn no longer. */
export function unansweredSince(talk: Talk): number | null {
  let since: number | null = null;
  for (const { author, kind, at } of talk.lines) {
    if (kind !== 1) continue;
    since = author.by === "client" ? (since ?? at) : null;
  }
  return since;
}

/** The newest intake answers, where the client gave any. */
export function intake(talk: Talk): Body | null {
  return talk.lines.filter(({ kind }) => kind === 8).pop()?.body ?? null;
}

/** Whether a colleague last greeted the client as a supervisor. */
export function isSupervisor(talk: Talk, { author }: Line): boolean {
  if (author.by !== "staff") return false;
  const greetings = talk.lines.filter(
    (line) => line.author.by === "staff" && line.author.staffId === author.staffId,
  );
  const last = greetings.map(({ body }) => body).filter((body) => body && "role" in body);
  const body = last[last.length - 1];
  return body ? "role" in body && body.role === "supervisor" : false;
}
