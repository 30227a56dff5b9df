import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionView } from "../protocol/generated/wire.ts";
import { BEFORE_THE_TALK, fold, hasBegun, nameOf, unsentCount } from "./talk.ts";
import type { Happened, Talk, TalkMessage } from "./talk.ts";

const after = (...happened: Happened[]): Talk => happened.reduce(fold, BEFORE_THE_TALK);
const written = (id: string): Happened => ({ type: "written", id, text: id, at: 1 });
const stored = (id: string, seq: number): Happened => ({ type: "stored", id, seq, at: 2 });
const received = (id: string, seq: number): Happened => ({
  ...{ type: "received", id, seq, from: "counselor", text: id, at: 3 },
});
const messages = ({ entries }: Talk): TalkMessage[] =>
  entries.filter((entry) => entry.kind === "message");
const states = (talk: Talk): string[] => messages(talk).map(({ id, state }) => `${id} ${state}`);

const session = (change: Partial<SessionView>): Happened => ({
  type: "session",
  session: {
    ...{ session_id: "s", state: "waiting", level: 0, place: 1, since: 0, counselor: null },
    ...{ counselor_here: false, client: "here", again: false, ended: null, reopen: null },
    ...{ has_code: false, ...change },
  } as SessionView,
});
const active = { state: "active", counselor: "r", counselor_here: true, place: null } as const;

test("a message is sending, stored, read; never the other way", () => {
  expect(states(after(written("a")))).toEqual(["a sending"]);
  expect(states(after(written("a"), stored("a", 1)))).toEqual(["a stored"]);
  expect(states(after(written("a"), stored("a", 1), { type: "read", seq: 1 }))).toEqual(["a read"]);
  expect(states(after(written("a"), { type: "read", seq: 1 }, stored("a", 1)))).toEqual(["a read"]);
  expect(states(after(written("a"), stored("a", 1), { type: "not_stored", id: "a" }))).toEqual([
    "a stored",
  ]);
});

test("not stored is said, and sending again", () => {
  const talk = after(written("a"), { type: "not_stored", id: "a" });
  expect(states(talk)).toEqual(["a not_stored"]);
  expect(unsentCount(talk)).toBe(1);
  expect(states(fold(talk, { type: "again", id: "a" }))).toEqual(["a sending"]);
});

test("what is stored stands in the server's order, what is not stands last", () => {
  const talk = after(
    written("a"),
    written("b"),
    received("x", 1),
    stored("a", 2),
    received("y", 3),
  );
  expect(messages(talk).map(({ id }) => id)).toEqual(["x", "a", "y", "b"]);
});

test("older messages that are fetched later stand before the newer ones", () => {
  const talk = after(received("c", 3), received("a", 1), received("b", 2));
  expect(messages(talk).map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("nothing is shown twice, whatever comes how often", () => {
  const things = fc.array(
    fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("written", "stored", "received")),
  );
  fc.assert(
    fc.property(things, (all) => {
      const once = new Set<string>();
      const talk = all.reduce((now, [id, what]) => {
        const seq = id.charCodeAt(0) - 96;
        if (what === "written" && !once.has(id)) {
          once.add(id);
          return fold(now, written(id));
        }
        if (what === "written") return now;
        if (what === "received") once.add(id);
        return fold(now, what === "stored" ? stored(id, seq) : received(id, seq));
      }, BEFORE_THE_TALK);
      const ids = messages(talk).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const seqs = messages(talk).flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
      expect(seqs).toEqual([...seqs].sort((x, y) => x - y));
    }),
  );
});

test("she is told who came, who is gone, who gave back", () => {
  const what = (...happened: Happened[]): string[] =>
    after(...happened).entries.flatMap((entry) => (entry.kind === "notice" ? [entry.what] : []));
  const came = [session({}), session(active)];
  expect(what(...came)).toEqual(["joined"]);
  expect(what(...came, session({ ...active, counselor_here: false }), session({}))).toEqual([
    ...["joined", "gone"],
  ]);
  expect(what(...came, session({ again: true, since: 5 }))).toEqual(["joined", "given_back"]);
  expect(what(...came, session(active))).toEqual(["joined"]);
  // A page that has just come back was not there when somebody came.
  expect(what(session(active))).toEqual([]);
});

test("a name takes the place of the number once it was read", () => {
  const known = after({ type: "readers", readers: [{ staffId: "r", alias: 7 }], team: false });
  expect(nameOf(known, "r")).toBe("7");
  expect(nameOf(fold(known, { type: "named", staffId: "r", name: "Rini" }), "r")).toBe("Rini");
});

test("the first reason to stop is the one she reads", () => {
  const talk = after({ type: "halt", halt: "refused" }, { type: "halt", halt: "signed_out" });
  expect(talk.halt).toBe("refused");
});

test("a talk has begun when somebody of the staff was there", () => {
  expect(hasBegun(after(session({}), written("a")))).toBe(false);
  expect(hasBegun(after(session({}), session(active)))).toBe(true);
  expect(hasBegun(after(received("x", 1)))).toBe(true);
});
