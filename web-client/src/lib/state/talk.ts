// What a client's page knows of her talk: a pure fold over what happened. It lives in memory only.
import type { SessionView } from "../protocol/generated/wire.ts";

/** What she wrote or read. */
export interface TalkMessage {
  readonly kind: "message";
  readonly id: string;
  /** Nobody where it broke a rule: no one vouches for it, so nothing of it is shown. */
  readonly from: "client" | "counselor" | "nobody";
  /** The person of the staff whose it is. */
  readonly staffId?: string | undefined;
  /** None where a newer page wrote it, or nobody. */
  readonly text: string | undefined;
  readonly state: "sending" | "stored" | "read" | "not_stored";
  /** When it was stored, before that when it was written; ms since 1970. */
  readonly at: number;
  /** Its place in the lane; none before it is stored. */
  readonly seq: number | undefined;
}

/** What happened between the messages. */
export interface TalkNotice {
  readonly kind: "notice";
  readonly id: string;
  readonly what: "joined" | "gone" | "given_back" | "closed";
  /** Whom it is about. */
  readonly staffId: string;
}

export type TalkEntry = TalkMessage | TalkNotice;

/** Why nothing more is sent. */
export type Halt =
  /** A record that must not be trusted. */
  | "refused"
  /** The same talk goes on in another page. */
  | "elsewhere"
  /** The session's token is no longer good. */
  | "signed_out"
  /** Who the counselors are cannot be made sure of. */
  | "no_roster"
  /** The server will not take it, and trying again would not help. */
  | "failed";

/** Who may read: a person of the staff as the newest record names them. */
export interface Reader {
  readonly staffId: string;
  /** The number that stands for a name until a name was read. */
  readonly alias: number;
}

/** How far her code is. */
export type CodeState = "none" | "making" | "failed" | "stored" | "confirmed";

export interface Talk {
  readonly line: "connecting" | "open" | "lost";
  readonly session: SessionView | undefined;
  readonly entries: readonly TalkEntry[];
  readonly readers: readonly Reader[];
  /** Whether the newest record lets the whole team read, as while she waits. */
  readonly teamReads: boolean;
  /** Names that counselors gave themselves, by staff id. */
  readonly names: Readonly<Record<string, string>>;
  /** The highest number that staff have read. */
  readonly readByStaff: number;
  readonly halt: Halt | undefined;
  /** A message is missing or was changed. */
  readonly missing: boolean;
  /** Whether a sign of danger waits to be stored, or is. */
  readonly danger: "none" | "sending" | "stored";
  readonly code: CodeState;
  /** She asked for the end, and the server has not answered. */
  readonly ending: boolean;
  /** The staff list could not be renewed for a while. */
  readonly oldRoster: boolean;
  /** The phone's clock is more than an hour off. */
  readonly clockOff: boolean;
}

export const BEFORE_THE_TALK: Talk = {
  line: "connecting",
  session: undefined,
  entries: [],
  readers: [],
  teamReads: true,
  names: {},
  readByStaff: 0,
  halt: undefined,
  missing: false,
  danger: "none",
  code: "none",
  ending: false,
  oldRoster: false,
  clockOff: false,
};

/** What can happen to a talk. */
export type Happened =
  | { readonly type: "line"; readonly line: Talk["line"] }
  | { readonly type: "session"; readonly session: SessionView }
  | { readonly type: "written"; readonly id: string; readonly text: string; readonly at: number }
  | { readonly type: "stored"; readonly id: string; readonly seq: number; readonly at: number }
  | { readonly type: "not_stored"; readonly id: string }
  | { readonly type: "again"; readonly id: string }
  | {
      readonly type: "received";
      readonly id: string;
      readonly from: TalkMessage["from"];
      readonly staffId?: string | undefined;
      readonly text: string | undefined;
      readonly seq: number;
      readonly at: number;
    }
  | { readonly type: "read"; readonly seq: number }
  | { readonly type: "named"; readonly staffId: string; readonly name: string }
  | { readonly type: "readers"; readonly readers: readonly Reader[]; readonly team: boolean }
  | { readonly type: "danger"; readonly danger: Talk["danger"] }
  | { readonly type: "code"; readonly code: CodeState }
  | { readonly type: "ending"; readonly ending: boolean }
  | { readonly type: "roster_old" }
  | { readonly type: "clock_off" }
  | { readonly type: "missing" }
  | { readonly type: "halt"; readonly halt: Halt };

/** The talk after something happened. */
export function fold(talk: Talk, happened: Happened): Talk {
  switch (happened.type) {
    case "line":
      return { ...talk, line: happened.line };
    case "session":
      return withSession(talk, happened.session);
    case "written":
      return {
        ...talk,
        entries: [
          ...talk.entries,
          {
            kind: "message",
            id: happened.id,
            from: "client",
            text: happened.text,
            state: "sending",
            at: happened.at,
            seq: undefined,
          },
        ],
      };
    case "stored":
      return stored(talk, happened.id, happened.seq, happened.at);
    case "not_stored":
      return unsent(talk, happened.id, "sending", "not_stored");
    case "again":
      return unsent(talk, happened.id, "not_stored", "sending");
    case "received":
      return received(talk, happened);
    case "read":
      return read(talk, happened.seq);
    case "named":
      return { ...talk, names: { ...talk.names, [happened.staffId]: happened.name } };
    case "readers":
      return { ...talk, readers: happened.readers, teamReads: happened.team };
    case "danger":
      return { ...talk, danger: happened.danger };
    case "code":
      return { ...talk, code: happened.code };
    case "ending":
      return { ...talk, ending: happened.ending };
    case "roster_old":
      return { ...talk, oldRoster: true };
    case "clock_off":
      return { ...talk, clockOff: true };
    case "missing":
      return { ...talk, missing: true };
    case "halt":
      // The first reason stays: what follows from it must not hide it.
      return { ...talk, halt: talk.halt ?? happened.halt };
  }
}

function withSession(talk: Talk, session: SessionView): Talk {
  const before = talk.session;
  const code = session.has_code && talk.code === "none" ? "stored" : talk.code;
  return { ...talk, session, code, entries: [...talk.entries, ...noticesBetween(before, session)] };
}

/** What she is told when a session goes from one state to another. */
function noticesBetween(before: SessionView | undefined, now: SessionView): TalkNotice[] {
  const id = `${now.session_id}.${now.state}.${now.since}`;
  if (now.state === "active" && now.counselor !== null) {
    if (before?.state === "active" && before.counselor === now.counselor) return [];
    // On a page that has just come back nobody joined: the counselor was there before.
    if (before === undefined) return [];
    return [{ kind: "notice", id, what: "joined", staffId: now.counselor }];
  }
  if (now.state === "waiting" && before?.state === "active" && before.counselor !== null) {
    const gone = before.reopen !== null || !before.counselor_here;
    return [{ kind: "notice", id, what: gone ? "gone" : "given_back", staffId: before.counselor }];
  }
  if (now.ended === "counselor" && before?.state === "active" && before.counselor !== null) {
    return [{ kind: "notice", id, what: "closed", staffId: before.counselor }];
  }
  return [];
}

const known = (talk: Talk, id: string): boolean =>
  talk.entries.some((entry) => entry.kind === "message" && entry.id === id);

/** Puts a stored message to its place: after what is older, before what is not stored yet. */
function place(entries: readonly TalkEntry[], message: TalkMessage): TalkEntry[] {
  const seq = message.seq ?? Infinity;
  const at = entries.findIndex(
    (entry) => entry.kind === "message" && (entry.seq === undefined || entry.seq > seq),
  );
  return at === -1
    ? [...entries, message]
    : [...entries.slice(0, at), message, ...entries.slice(at)];
}

function stored(talk: Talk, id: string, seq: number, at: number): Talk {
  const message = talk.entries.find((entry) => entry.kind === "message" && entry.id === id);
  if (message?.kind !== "message" || message.seq !== undefined) return talk;
  const state = seq <= talk.readByStaff ? "read" : "stored";
  const others = talk.entries.filter((entry) => entry !== message);
  return { ...talk, entries: place(others, { ...message, seq, at, state }) };
}

function received(talk: Talk, it: Extract<Happened, { type: "received" }>): Talk {
  if (known(talk, it.id)) return stored(talk, it.id, it.seq, it.at);
  const { id, from, staffId, text, seq, at } = it;
  const state = from === "client" && seq <= talk.readByStaff ? "read" : "stored";
  return {
    ...talk,
    entries: place(talk.entries, { kind: "message", id, from, staffId, text, seq, at, state }),
  };
}

function unsent(
  talk: Talk,
  id: string,
  from: TalkMessage["state"],
  state: TalkMessage["state"],
): Talk {
  return {
    ...talk,
    entries: talk.entries.map((entry) =>
      entry.kind === "message" && entry.id === id && entry.state === from
        ? { ...entry, state }
        : entry,
    ),
  };
}

function read(talk: Talk, seq: number): Talk {
  if (seq <= talk.readByStaff) return talk;
  return {
    ...talk,
    readByStaff: seq,
    entries: talk.entries.map((entry) =>
      entry.kind === "message" &&
      entry.from === "client" &&
      entry.seq !== undefined &&
      entry.seq <= seq
        ? { ...entry, state: "read" }
        : entry,
    ),
  };
}

/** The messages that are not stored yet. */
export function unsentMessages(talk: Talk): TalkMessage[] {
  return talk.entries
    .filter((entry) => entry.kind === "message")
    .filter(({ seq }) => seq === undefined);
}

/** How many messages are not stored yet. */
export const unsentCount = (talk: Talk): number => unsentMessages(talk).length;

/** Whether the other side, or a long silence, ended what she was still in the middle of. */
export function isCutOff(talk: Talk, draft: string): boolean {
  const { session } = talk;
  if (session?.state !== "ended" || session.ended === "client") return false;
  return draft.trim() !== "" || unsentCount(talk) > 0;
}

/** The name of a person of the staff; until a name was read, the number that stands for it. */
export function nameOf(talk: Talk, staffId: string): string {
  const alias = talk.readers.find((reader) => reader.staffId === staffId)?.alias;
  return talk.names[staffId] ?? (alias === undefined ? "" : String(alias));
}

/** Whether anybody of the staff has been in this talk. */
export function hasBegun(talk: Talk): boolean {
  return (
    talk.session?.state === "active" ||
    talk.entries.some((entry) => entry.kind === "notice" || entry.from === "counselor")
  );
}
