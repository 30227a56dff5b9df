import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionView } from "../protocol/generated/wire.ts";
import { fold, type Happened, type Records } from "./fold.ts";
import { BEFORE_THE_TALK, hasBegun, nameOf, unsentCount } from "./talk.ts";
import type { Deed, Talk, TalkMessage } from "./talk.ts";

const after = (...happened: Happened[]): Talk => happened.reduce(fold, BEFORE_THE_TALK);
const written = (id: string): Happened => ({ type: "written", id, text: id, at: 1 });
const stored = (id: string, seq: number): Happened => ({ type: "stored", id, seq, at: 2 });
const received = (id: string, seq: number): Happened => ({
  ...{ type: "received", id, seq, from: "counselor", staffId: "r", text: id, at: 3 },
});
const messages = ({ entries }: Talk): TalkMessage[] =>
  entries.filter((entry) => entry.kind === "message");
const states = (talk: Talk): string[] => messages(talk).map(({ id, state }) => `${id} ${state}`);

const session = (change: Partial<SessionView>): Happened => ({
  type: "session",
  session: {
    ...{ session_id: "s", state: "waiting", level: 0, place: 1, since: 0, counselor: null },
    ...{ counselor_here: false, client: "here", again: false, ended: null, reopen: null },
    ...{ has_code: false, opened: [], opened_older: 0, joined: [], ...change },
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

const records = (deeds: readonly Deed[], over: Partial<Records> = {}): Happened => ({
  ...{ type: "records", readers: ["r"], team: false, isSpoiled: false, deeds },
  people: { r: { alias: 7, isSupervisor: false }, d: { alias: 8, isSupervisor: true } },
  ...over,
});
const rini = { what: "joined", staffId: "r", epoch: 1 } as const;
const came = { what: "came", staffId: "d", epoch: 2 } as const;
const tookOver = { what: "took_over", staffId: "d", epoch: 3 } as const;
const opened = {
  ...{ at: 15, by: "d", alias: 8, reason: "danger" },
  ...{ open: true, alone: false, countersigned: false },
};

const told = (...happened: Happened[]): string[] =>
  after(...happened).entries.flatMap((entry) => (entry.kind === "notice" ? [entry.what] : []));
const log = ({ entries }: Talk): string[] =>
  entries.map((entry) => (entry.kind === "notice" ? entry.what : entry.id));

test("she is told who came, who is gone, who gave back", () => {
  const here = [session({}), records([rini]), session(active)];
  expect(told(...here)).toEqual(["joined"]);
  expect(told(...here, session({ ...active, counselor_here: false }), session({}))).toEqual([
    ...["joined", "gone"],
  ]);
  expect(told(...here, session({ again: true, since: 5 }))).toEqual(["joined", "given_back"]);
  expect(told(...here, records([rini]), session(active))).toEqual(["joined"]);
});

test("a supervisor who takes over is told of once, and nobody is said to be gone", () => {
  const here = [session({}), records([rini]), session(active)];
  const hers = session({ ...active, counselor: "d" });
  const all = records([rini, came, tookOver]);
  const order = ["joined", "came", "took_over"];
  expect(told(...here, all, hers)).toEqual(order);
  // The session may be heard of before the record.
  expect(told(...here, hers, all)).toEqual(order);
});

test("what supervisors did stands where it happened, whatever was heard of first", () => {
  const marks = [
    { seq: 1, epoch: 0, at: 10 },
    { seq: 2, epoch: 1, at: 11 },
    { seq: 3, epoch: 1, at: 12 },
    // The supervisor's hello, which is no line of the log.
    { seq: 4, epoch: 2, at: 20 },
    { seq: 5, epoch: 2, at: 21 },
    { seq: 6, epoch: 3, at: 30 },
  ];
  const everything: Happened[] = [
    ...marks.map((mark): Happened => ({ type: "marks", marks: [mark] })),
    ...[1, 3, 5, 6].map((seq) => received(`m${seq}`, seq)),
    records([rini, came, tookOver]),
    session({ ...active, counselor: "d", opened: [opened] }),
    written("unsent"),
  ];
  const order = fc.shuffledSubarray(everything, { minLength: everything.length });
  fc.assert(
    fc.property(order, (happened) => {
      expect(log(after(...happened))).toEqual([
        ...["m1", "joined", "m3", "opened", "came", "m5", "took_over", "m6", "unsent"],
      ]);
    }),
  );
});

test("an opening after the newest line stands below it, and does not make a talk of her waiting", () => {
  const talk = after(
    { type: "marks", marks: [{ seq: 1, epoch: 0, at: 10 }] },
    ...[received("m1", 1), written("unsent"), session({ opened: [opened] })],
    session({ opened: [opened] }),
  );
  expect(log(talk)).toEqual(["m1", "opened", "unsent"]);
  expect(nameOf(talk, "d")).toBe("8");
  expect(hasBegun(after(session({ opened: [opened] })))).toBe(false);
});

test("a name takes the place of the number once it was read", () => {
  const known = after(records([]));
  expect(nameOf(known, "r")).toBe("7");
  expect(nameOf(fold(known, { type: "named", staffId: "r", name: "Rini" }), "r")).toBe("Rini");
  expect(nameOf(known, "nobody")).toBe("");
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
