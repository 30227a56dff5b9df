// What a client's page knows of her talk: a pure fold over what happened. It lives in memory only.
import type { SessionView } from "../protocol/generated/wire.ts";

/** What she wrote or read. */
export interface TalkMessage {
  readonly kind: "message";
  readonly id: string;
  /** Nobody where it broke a rule: no one vouches for it, so nothing of it is shown. */
  readonly from: "client" | "counselor" | "supervisor" | "nobody";
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

/** Where a stored message of any kind stands: its place, its epoch, when it was stored. */
export interface Mark {
  readonly seq: number;
  readonly epoch: number;
  readonly at: number;
}

/**
 * What one of the staff did by a record: claimed; or as a supervisor came, took over, or left,
 * where `left` says that a counselor stays and `left_chat` does not.
 */
export interface Deed {
  readonly what: "joined" | "came" | "took_over" | "left" | "left_chat";
  readonly staffId: string;
  /** Of the record. */
  readonly epoch: number;
}

/** What happened between the messages. */
export interface TalkNotice {
  readonly kind: "notice";
  readonly id: string;
  readonly what: "gone" | "given_back" | "closed" | "opened" | Deed["what"];
  /** Whom it is about. */
  readonly staffId: string;
  /** It stands before the first message that has reached the one number that is given here. */
  readonly before: Partial<Mark>;
}

export type TalkEntry = TalkMessage | TalkNotice;

/** Why nothing more is sent. */
export type Halt =
  /** A record that must not be trusted. */
  | "refused"
  /** A key of the newest epoch: her own does not open, or another's is wrong. */
  | "box"
  /** The same talk goes on in another page. */
  | "elsewhere"
  /** The session's token is no longer good. */
  | "signed_out"
  /** Who the counselors are cannot be made sure of. */
  | "no_roster"
  /** The server will not take it, and trying again would not help. */
  | "failed";

/** A person of the staff as a record or the server names them. */
export interface Person {
  /** The number that stands for a name until a name was read. */
  readonly alias: number;
  readonly isSupervisor: boolean;
}

/** How far her code is. */
export type CodeState = "none" | "making" | "failed" | "stored" | "confirmed";

export interface Talk {
  readonly line: "connecting" | "open" | "lost";
  readonly session: SessionView | undefined;
  readonly entries: readonly TalkEntry[];
  /** The position of every stored message that is here, in their order. */
  readonly marks: readonly Mark[];
  /** Who of the staff may read, as the newest record names them; staff ids. */
  readonly readers: readonly string[];
  /** Everybody whom a record or an opening names, by staff id. */
  readonly people: Readonly<Record<string, Person>>;
  /** Whether the newest record lets the whole team read, as while she waits. */
  readonly teamReads: boolean;
  /** Names that counselors gave themselves, by staff id. */
  readonly names: Readonly<Record<string, string>>;
  /** The highest number that staff have read. */
  readonly readByStaff: number;
  readonly halt: Halt | undefined;
  /** A reader's box of the newest epoch is wrong: nothing is sent until there is another. */
  readonly isSpoiled: boolean;
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
  marks: [],
  readers: [],
  people: {},
  teamReads: true,
  names: {},
  readByStaff: 0,
  halt: undefined,
  isSpoiled: false,
  missing: false,
  danger: "none",
  code: "none",
  ending: false,
  oldRoster: false,
  clockOff: false,
};

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
export const nameOf = ({ names, people }: Talk, staffId: string): string =>
  names[staffId] ?? String(people[staffId]?.alias ?? "");

/** Whether anybody of the staff has been in this talk; who only opened it has not. */
export function hasBegun(talk: Talk): boolean {
  return (
    talk.session?.state === "active" ||
    talk.entries.some((entry) =>
      entry.kind === "notice" ? entry.what !== "opened" : entry.staffId !== undefined,
    )
  );
}
