// What the desk shows beside the chats themselves: a pure fold over what the server says.
import type {
  CaseHead,
  OpeningView,
  QueueView,
  SessionView,
  StaffStatus,
} from "../../lib/protocol/generated/wire.ts";

/** How far a claim is: the key is asked for, or the new epochs are being made. */
export type Claiming = "no" | "opening";

/** A chat that stands on the desk. It belongs to one session: a case may come back in another. */
export interface Chat {
  readonly caseId: string;
  readonly session: SessionView;
  /** Opened and verified; until then its place is kept. */
  readonly ready: boolean;
  /** The break glass by which she reads it, or last did. */
  readonly opening?: OpeningView | undefined;
  /** The supervisor who left it last, until one joins again. */
  readonly left?: string | undefined;
  /** Who took the talk over from whom she had known in it. */
  readonly taken?: string | undefined;
}

/** The desk. */
export interface DeskState {
  readonly staffId: string;
  readonly status: StaffStatus;
  /** Sessions at once. */
  readonly limit: number;
  readonly queue: QueueView;
  /** Whether she holds every group key that her role needs. */
  readonly hasKeys: boolean;
  readonly claiming: Claiming;
  /** In the order in which they came to the desk. */
  readonly chats: readonly Chat[];
  /** Cases by how lately they were in front, the front one first. */
  readonly lately: readonly string[];
}

/** What changes a desk. */
export type DeskEvent =
  | {
      readonly type: "welcome";
      readonly staffId: string;
      readonly status: StaffStatus;
      readonly limit: number;
      readonly queue: QueueView;
      readonly cases: readonly CaseHead[];
      readonly hasKeys: boolean;
      /** Those of her own that are open. */
      readonly openings: readonly OpeningView[];
    }
  | { readonly type: "queue"; readonly queue: QueueView }
  | { readonly type: "status"; readonly status: StaffStatus }
  | { readonly type: "claiming"; readonly claiming: Claiming }
  | { readonly type: "keys"; readonly hasKeys: boolean }
  | { readonly type: "session"; readonly caseId: string; readonly session: SessionView }
  | { readonly type: "ready"; readonly caseId: string; readonly session: SessionView }
  /** One of her own, as it stands; with a session it takes the case's place on the desk. */
  | {
      readonly type: "opening";
      readonly opening: OpeningView;
      readonly session?: SessionView | undefined;
    }
  | { readonly type: "front"; readonly caseId: string }
  | { readonly type: "closed"; readonly caseId: string };

/** A desk before the server has said anything. */
export const EMPTY_DESK: DeskState = {
  staffId: "",
  status: "pause",
  limit: 0,
  queue: { items: [], waiting: 0, next: null },
  hasKeys: true,
  claiming: "no",
  chats: [],
  lately: [],
};

/** What a person is in a session: assigned, a supervisor who joined, or nobody. */
export function seatOf(session: SessionView, staffId: string): "counselor" | "joined" | null {
  if (session.state !== "active") return null;
  if (session.counselor === staffId) return "counselor";
  return session.joined.some((one) => one.staff_id === staffId) ? "joined" : null;
}

/** Whether a session is hers to talk in. */
export function isHers(session: SessionView, staffId: string): boolean {
  return seatOf(session, staffId) !== null;
}

/** Who is in a talk that is assigned to her: whoever else reads it is gone. Null for any other. */
export function attending({ chats, staffId }: DeskState, caseId: string): string[] | null {
  const session = chats.find((chat) => chat.caseId === caseId)?.session;
  if (session === undefined || seatOf(session, staffId) !== "counselor") return null;
  return [staffId, ...session.joined.map(({ staff_id: id }) => id)];
}

/** Whether a case is in the same hands as before: the same session, the same people. */
export function isAsBefore(before: Chat | undefined, now: Chat | undefined): boolean {
  const hands = (chat: Chat | undefined): string => {
    const { session_id, state, counselor, joined = [] } = chat?.session ?? {};
    return [session_id, state, counselor, ...joined.map(({ staff_id }) => staff_id)].join(" ");
  };
  return hands(before) === hands(now);
}

/** Whether she may read a case by an opening of hers. */
export const isOpened = ({ opening }: Chat): boolean => opening?.state === "open";

/** The desk after an event. */
export function fold(desk: DeskState, event: DeskEvent): DeskState {
  switch (event.type) {
    case "welcome":
      return welcome(desk, event);
    case "queue":
      return { ...desk, queue: event.queue };
    case "status":
      return { ...desk, status: event.status };
    case "claiming":
      return { ...desk, claiming: event.claiming };
    case "keys":
      return { ...desk, hasKeys: event.hasKeys };
    case "session":
      return changed(desk, event.caseId, event.session);
    case "ready":
      return ready(desk, event.caseId, event.session);
    case "opening":
      return opening(desk, event.opening, event.session);
    case "front":
      return { ...desk, lately: toFront(desk.lately, event.caseId) };
    case "closed":
      return drop(desk, event.caseId);
  }
}

function welcome(desk: DeskState, event: Extract<DeskEvent, { type: "welcome" }>): DeskState {
  const { staffId, status, limit, queue, hasKeys, cases, openings } = event;
  const known = new Map(desk.chats.map((chat) => [chat.caseId, chat]));
  const hers = cases.filter(({ session }) => isHers(session, staffId));
  const written = new Set(hers.map(({ case_id }) => case_id));
  const named = new Map(cases.map(({ case_id, session }) => [case_id, session]));
  const of = (caseId: string): OpeningView | undefined =>
    openings.find((one) => one.case_id === caseId) ?? over(known.get(caseId)?.opening);
  // A chat that ended, or that the server no longer gives her, stays, so that she can read it and
  // copy what was not sent, but it is not hers any more; `closed` takes it off.
  const kept = desk.chats
    .filter(({ caseId }) => !written.has(caseId))
    .map((chat) => {
      const one = { ...chat, opening: of(chat.caseId) };
      const nobodys = { ...chat.session, counselor: null, joined: [] };
      return {
        ...one,
        session: named.get(chat.caseId) ?? (isOpened(one) ? chat.session : nobodys),
      };
    });
  const chats = hers.map(({ case_id, session }) => ({
    caseId: case_id,
    session,
    opening: of(case_id),
    ready:
      known.get(case_id)?.ready === true &&
      known.get(case_id)?.session.session_id === session.session_id,
  }));
  const all = [...kept, ...chats];
  return {
    ...desk,
    staffId,
    status,
    limit,
    queue,
    hasKeys,
    claiming: "no",
    chats: all,
    lately: [
      ...desk.lately,
      ...all.map(({ caseId }) => caseId).filter((caseId) => !desk.lately.includes(caseId)),
    ],
  };
}

/** An opening that the server names no longer is over. */
function over(opening: OpeningView | undefined): OpeningView | undefined {
  return opening?.state === "open" ? { ...opening, state: "closed" } : opening;
}

/** A session changed. A newer session of the case that is somebody else's takes the chat away. */
function changed(desk: DeskState, caseId: string, session: SessionView): DeskState {
  const chat = desk.chats.find((one) => one.caseId === caseId);
  if (chat === undefined) return desk;
  const isNewer = chat.session.session_id !== session.session_id;
  if (isNewer && !isHers(session, desk.staffId) && !isOpened(chat)) return drop(desk, caseId);
  const [left, taken] = [whoLeft(chat, session), whoTook(chat, session)];
  return put(desk, { ...chat, session, left, taken });
}

/** The person who is assigned in place of another one. */
function whoTook({ session: before, taken }: Chat, now: SessionView): string | undefined {
  const isSame = before.session_id === now.session_id && before.state === now.state;
  if (!isSame || now.state !== "active" || now.counselor === null) return undefined;
  return before.counselor === null || before.counselor === now.counselor ? taken : now.counselor;
}

/** The supervisor who was in the session and is no longer. */
function whoLeft({ session: before, left }: Chat, now: SessionView): string | undefined {
  if (before.session_id !== now.session_id || now.state !== "active") return undefined;
  const here = [...now.joined.map(({ staff_id }) => staff_id), now.counselor];
  const gone = before.joined.find(({ staff_id }) => !here.includes(staff_id));
  return gone?.staff_id ?? (here.includes(left ?? null) ? undefined : left);
}

function ready(desk: DeskState, caseId: string, session: SessionView): DeskState {
  const before = desk.chats.find((one) => one.caseId === caseId);
  return put(desk, { ...before, caseId, session, ready: true });
}

function opening(desk: DeskState, one: OpeningView, session?: SessionView): DeskState {
  const chat = desk.chats.find(({ caseId }) => caseId === one.case_id);
  if (chat !== undefined) {
    // What became of an older opening says nothing of a newer one.
    const isOther = chat.opening !== undefined && chat.opening.opening_id !== one.opening_id;
    if (isOther && one.state !== "open") return desk;
    return put(desk, { ...chat, opening: one, session: session ?? chat.session });
  }
  if (session === undefined) return desk;
  return put(desk, { caseId: one.case_id, session, ready: false, opening: one });
}

function put(desk: DeskState, chat: Chat): DeskState {
  const isNew = !desk.chats.some(({ caseId }) => caseId === chat.caseId);
  return {
    ...desk,
    chats: isNew
      ? [...desk.chats, chat]
      : desk.chats.map((one) => (one.caseId === chat.caseId ? chat : one)),
    lately: isNew ? toFront(desk.lately, chat.caseId) : desk.lately,
  };
}

function drop(desk: DeskState, caseId: string): DeskState {
  return {
    ...desk,
    chats: desk.chats.filter((chat) => chat.caseId !== caseId),
    lately: desk.lately.filter((one) => one !== caseId),
  };
}

function toFront(lately: readonly string[], caseId: string): string[] {
  return [caseId, ...lately.filter((one) => one !== caseId)];
}

/** How many chats she is in: those that ended stand on the desk but take no place. */
export function load(desk: DeskState): number {
  return desk.chats.filter(({ session }) => seatOf(session, desk.staffId) === "counselor").length;
}

/** Whether she may write in this chat now. */
export function isOpen(desk: DeskState, chat: Chat): boolean {
  return chat.ready && isHers(chat.session, desk.staffId);
}

/** The chat beside the one in front, `by` places to the right; round the end. */
export function neighbour(desk: DeskState, by: 1 | -1): string | null {
  const at = desk.chats.findIndex(({ caseId }) => caseId === desk.lately[0]);
  const { length } = desk.chats;
  if (length === 0) return null;
  return desk.chats[(at + by + length) % length]?.caseId ?? null;
}
