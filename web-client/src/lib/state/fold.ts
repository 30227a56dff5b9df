// A client's talk as a pure fold over what happened.
import type { SessionView } from "../protocol/generated/wire.ts";
import type {
  CodeState,
  Deed,
  Halt,
  Mark,
  Person,
  Talk,
  TalkEntry,
  TalkMessage,
  TalkNotice,
} from "./talk.ts";

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
  | ({ readonly type: "records" } & Records)
  | { readonly type: "marks"; readonly marks: readonly Mark[] }
  | { readonly type: "danger"; readonly danger: Talk["danger"] }
  | { readonly type: "code"; readonly code: CodeState }
  | { readonly type: "ending"; readonly ending: boolean }
  | { readonly type: "roster_old" }
  | { readonly type: "clock_off" }
  | { readonly type: "missing" }
  | { readonly type: "halt"; readonly halt: Halt };

/** What all accepted records say together. */
export interface Records {
  /** Who of the staff reads the newest epoch; staff ids. */
  readonly readers: readonly string[];
  /** Whether the whole team does. */
  readonly team: boolean;
  readonly people: Readonly<Record<string, Person>>;
  readonly isSpoiled: boolean;
  /** What the staff did by them, oldest first. */
  readonly deeds: readonly Deed[];
}

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
            ...{ kind: "message", id: happened.id, from: "client", text: happened.text },
            ...{ state: "sending", at: happened.at, seq: undefined },
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
    case "records":
      return withRecords(talk, happened);
    case "marks": {
      const others = talk.marks.filter(({ seq }) => happened.marks.every((it) => it.seq !== seq));
      const marks = [...others, ...happened.marks].sort((a, b) => a.seq - b.seq);
      return arranged({ ...talk, marks });
    }
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

/** Adds those that are not there yet. */
function withNotices(talk: Talk, notices: readonly TalkNotice[]): Talk {
  const added = notices.filter(({ id }) => talk.entries.every((entry) => entry.id !== id));
  return arranged({ ...talk, entries: [...talk.entries, ...added] });
}

/**
 * Puts everything to its place, whatever came first: what is stored in the server's order, each
 * notice between the messages around it, last what is not stored yet.
 */
function arranged(talk: Talk): Talk {
  const { entries, marks } = talk;
  const end = (marks[marks.length - 1]?.seq ?? 0) + 1;
  const order = (entry: TalkEntry): number => {
    if (entry.kind === "message") return entry.seq ?? Infinity;
    const { seq = Infinity, epoch = Infinity, at = Infinity } = entry.before;
    const next = marks.find((mark) => mark.seq >= seq || mark.epoch >= epoch || mark.at >= at);
    // Who opens a chat and then comes in has opened it first.
    return (next?.seq ?? end) - (entry.what === "opened" ? 0.6 : 0.5);
  };
  const ordered = entries.map((entry) => ({ entry, at: order(entry) }));
  ordered.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
  return { ...talk, entries: ordered.map(({ entry }) => entry) };
}

function withRecords(talk: Talk, { readers, team, people, deeds, isSpoiled }: Records): Talk {
  const notices = deeds.map(({ what, staffId, epoch }): TalkNotice => {
    return { kind: "notice", id: `record.${epoch}`, what, staffId, before: { epoch } };
  });
  const all = { ...talk.people, ...people };
  return withNotices({ ...talk, readers, teamReads: team, people: all, isSpoiled }, notices);
}

function withSession(talk: Talk, session: SessionView): Talk {
  const code = session.has_code && talk.code === "none" ? "stored" : talk.code;
  const people = { ...talk.people };
  const opened = session.opened.map(({ at, by, alias }): TalkNotice => {
    people[by] ??= { alias, isSupervisor: true };
    const before = { at: at + 1 };
    return { kind: "notice", id: `opened.${at}.${by}`, what: "opened", staffId: by, before };
  });
  const notices = [...noticesBetween(talk, session), ...opened];
  return withNotices({ ...talk, session, code, people }, notices);
}

/** What she is told when a session goes from one state to another; who came stands in a record. */
function noticesBetween({ session: was, marks }: Talk, now: SessionView): TalkNotice[] {
  const left = was?.state === "active" && now.state !== "active" ? was.counselor : null;
  if (left === null) return [];
  const told = (what: TalkNotice["what"]): TalkNotice[] => {
    const id = `${now.session_id}.${now.state}.${now.since}`;
    const before = { seq: (marks[marks.length - 1]?.seq ?? 0) + 1 };
    return [{ kind: "notice", id, what, staffId: left, before }];
  };
  if (now.state === "waiting") {
    return told(was?.reopen !== null || !was.counselor_here ? "gone" : "given_back");
  }
  return now.ended === "counselor" ? told("closed") : [];
}

const known = (talk: Talk, id: string): boolean =>
  talk.entries.some((entry) => entry.kind === "message" && entry.id === id);

function stored(talk: Talk, id: string, seq: number, at: number): Talk {
  const message = talk.entries.find((entry) => entry.kind === "message" && entry.id === id);
  if (message?.kind !== "message" || message.seq !== undefined) return talk;
  const state = seq <= talk.readByStaff ? "read" : "stored";
  const others = talk.entries.filter((entry) => entry !== message);
  return arranged({ ...talk, entries: [...others, { ...message, seq, at, state }] });
}

function received(talk: Talk, it: Extract<Happened, { type: "received" }>): Talk {
  if (known(talk, it.id)) return stored(talk, it.id, it.seq, it.at);
  const { id, from, staffId, text, seq, at } = it;
  const state = from === "client" && seq <= talk.readByStaff ? "read" : "stored";
  const message: TalkMessage = { kind: "message", id, from, staffId, text, seq, at, state };
  return arranged({ ...talk, entries: [...talk.entries, message] });
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
