import { expect, test } from "vitest";
import type { OpeningView, SessionView } from "../../lib/protocol/generated/wire.ts";
import {
  EMPTY_DESK,
  fold,
  isOpen,
  isOpened,
  load,
  neighbour,
  type DeskEvent,
  type DeskState,
} from "./desk.ts";

const ME = "me";

function session(over: Partial<SessionView> = {}): SessionView {
  return {
    ...{ session_id: "s1", state: "active", level: 0, place: null, since: 0, counselor: ME },
    ...{ counselor_here: true, client: "here", again: false, ended: null, reopen: null },
    ...{ has_code: false, opened: [], opened_older: 0, joined: [] },
    ...over,
  };
}

function welcome(cases: readonly (readonly [string, SessionView])[]): DeskEvent {
  return {
    ...{ type: "welcome", staffId: ME, status: "available", limit: 3, hasKeys: true, openings: [] },
    queue: { items: [], waiting: 0, next: null },
    cases: cases.map(([case_id, view]) => ({ case_id, session: view, last_seq: 0 })),
  };
}

function desk(...events: DeskEvent[]): DeskState {
  return events.reduce(fold, EMPTY_DESK);
}

const ids = ({ chats }: DeskState): string[] => chats.map(({ caseId }) => caseId);

test("the server's cases stand on the desk, and those of others do not", () => {
  const state = desk(
    welcome([
      ["a", session()],
      ["b", session({ counselor: "other" })],
      ["c", session({ state: "opening" })],
    ]),
  );
  expect(ids(state)).toEqual(["a"]);
  expect(load(state)).toBe(1);
});

test("a chat is open for writing once it is verified, and while it is hers", () => {
  const waiting = desk(welcome([["a", session()]]));
  expect(waiting.chats.map((chat) => isOpen(waiting, chat))).toEqual([false]);
  const ready = fold(waiting, { type: "ready", caseId: "a", session: session() });
  expect(ready.chats.map((chat) => isOpen(ready, chat))).toEqual([true]);
  const ended = fold(ready, {
    ...{ type: "session", caseId: "a" },
    session: session({ state: "ended", ended: "client" }),
  });
  expect(ended.chats.map((chat) => isOpen(ended, chat))).toEqual([false]);
  expect(load(ended)).toBe(0);
});

test("a case that comes back in a newer session to somebody else leaves the desk", () => {
  const given = desk(
    welcome([["a", session()]]),
    { type: "session", caseId: "a", session: session({ state: "waiting", counselor: null }) },
    {
      ...{ type: "session", caseId: "a" },
      session: session({ session_id: "s2", counselor: "other" }),
    },
  );
  expect(ids(given)).toEqual([]);
  expect(given.lately).toEqual([]);
});

test("a newer session that is hers takes the chat's place", () => {
  const again = desk(
    welcome([["a", session({ state: "active" })]]),
    { type: "session", caseId: "a", session: session({ state: "ended" }) },
    { type: "ready", caseId: "a", session: session({ session_id: "s2" }) },
  );
  expect(ids(again)).toEqual(["a"]);
  expect(again.chats.map((chat) => isOpen(again, chat))).toEqual([true]);
});

test("after a broken line a chat that was given away stays to be read, and is not hers", () => {
  const before = desk(welcome([["a", session()]]), {
    type: "ready",
    caseId: "a",
    session: session(),
  });
  const after = fold(before, welcome([]));
  expect(ids(after)).toEqual(["a"]);
  expect(after.chats.map((chat) => isOpen(after, chat))).toEqual([false]);
  expect(ids(fold(after, { type: "closed", caseId: "a" }))).toEqual([]);
});

test("a chat that ended stays after a broken line, as the server says that it ended", () => {
  const before = desk(welcome([["a", session()]]), {
    ...{ type: "ready", caseId: "a" },
    session: session(),
  });
  const after = fold(before, welcome([["a", session({ state: "ended", ended: "client" })]]));
  expect(ids(after)).toEqual(["a"]);
  expect(after.lately).toEqual(["a"]);
  expect(after.chats.map(({ session: { ended } }) => ended)).toEqual(["client"]);
  expect(after.chats.map((chat) => isOpen(after, chat))).toEqual([false]);
  expect(ids(fold(after, { type: "closed", caseId: "a" }))).toEqual([]);
});

test("the keyboard goes round the chats in the order in which they came", () => {
  const state = desk(
    welcome([
      ["a", session()],
      ["b", session({ session_id: "s2" })],
      ["c", session({ session_id: "s3" })],
    ]),
  );
  expect(state.lately[0]).toBe("a");
  expect(neighbour(state, 1)).toBe("b");
  expect(neighbour(state, -1)).toBe("c");
  expect(neighbour(EMPTY_DESK, 1)).toBeNull();
});

const SARI = { staff_id: "sari", alias: 8, here: true };
const OPENING = { opening_id: "o", case_id: "a", by: ME, state: "open" } as OpeningView;

test("a supervisor who joined may write; what she only opened she may not, and it takes no place", () => {
  const joined = session({ counselor: "rini", joined: [{ ...SARI, staff_id: ME }] });
  const state = desk(
    welcome([["b", joined]]),
    { type: "opening", opening: OPENING, session: session({ counselor: "rini" }) },
    { type: "ready", caseId: "a", session: session({ counselor: "rini" }) },
    { type: "ready", caseId: "b", session: joined },
  );
  const open = state.chats.map((chat) => [chat.caseId, isOpen(state, chat), isOpened(chat)]);
  expect(open).toEqual([
    ["b", true, false],
    ["a", false, true],
  ]);
  expect(load(state)).toBe(0);
});

test("an opening that the server names no longer is over; a newer one of the case counts", () => {
  const state = desk(welcome([]), { type: "opening", opening: OPENING, session: session() });
  expect(fold(state, welcome([])).chats.map(isOpened)).toEqual([false]);
  const newer: OpeningView = { ...OPENING, opening_id: "p" };
  const again = fold(state, { type: "opening", opening: newer });
  const old: OpeningView = { ...OPENING, state: "closed" };
  expect(fold(again, { type: "opening", opening: old }).chats.map(isOpened)).toEqual([true]);
});

test("who left is known until somebody joins again; taking over is not leaving", () => {
  const before = desk(welcome([["a", session({ joined: [SARI] })]]));
  const to = (state: DeskState, view: SessionView): DeskState =>
    fold(state, { type: "session", caseId: "a", session: view });
  const left = to(before, session());
  expect(left.chats[0]?.left).toBe("sari");
  expect(to(left, session({ joined: [SARI] })).chats[0]?.left).toBeUndefined();
  expect(to(before, session({ counselor: "sari" })).chats[0]?.left).toBeUndefined();
});
