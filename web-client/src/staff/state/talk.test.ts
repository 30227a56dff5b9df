import fc from "fast-check";
import { expect, test } from "vitest";
import {
  EMPTY_TALK,
  foldTalk,
  intake,
  shownState,
  unansweredSince,
  unread,
  type Line,
  type Talk,
  type TalkEvent,
} from "./talk.ts";

function line(msgId: string, over: Partial<Line> = {}): TalkEvent {
  return {
    ...{ type: "line", lane: 1 },
    line: {
      ...{ msgId, seq: null, author: { by: "self" }, kind: 1, body: { t: msgId } },
      ...{ at: 0, state: "sending" },
      ...over,
    },
  };
}

const from = (seq: number, at = seq): TalkEvent =>
  line(`c${seq}`, { seq, at, author: { by: "client" }, state: "stored" });
const talk = (...events: TalkEvent[]): Talk => events.reduce(foldTalk, EMPTY_TALK);
const ids = ({ lines }: Talk): string[] => lines.map(({ msgId }) => msgId);

test("stored messages stand by their place, the others behind them as they were written", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }),
      fc.array(fc.nat(5), { maxLength: 4 }),
      (seqs, at) => {
        const events = seqs.map((seq) => from(seq));
        at.forEach((place, i) => events.splice(place, 0, line(`own${i}`)));
        const written = events.flatMap((event) =>
          event.type === "line" && event.line.seq === null ? [event.line.msgId] : [],
        );
        const expected = ["c1", "c2", "c3", "c4", "c5", "c6", ...written];
        expect(ids(talk(...events))).toEqual(expected);
      },
    ),
  );
});

test("a message is stored only once the server has it, and read once the client has", () => {
  const sent = talk(line("a"));
  const states = (one: Talk): string[] => one.lines.map((it) => shownState(one, it));
  expect(states(sent)).toEqual(["sending"]);
  const lost = foldTalk(sent, { type: "not_stored", lane: 1, msgId: "a" });
  expect(states(lost)).toEqual(["not_stored"]);
  const stored = foldTalk(lost, { type: "stored", lane: 1, msgId: "a", seq: 3, at: 9 });
  expect(states(stored)).toEqual(["stored"]);
  // A late "not stored" of an earlier try takes nothing back.
  expect(states(foldTalk(stored, { type: "not_stored", lane: 1, msgId: "a" }))).toEqual(["stored"]);
  expect(states(foldTalk(stored, { type: "read_by_client", seq: 3 }))).toEqual(["read"]);
});

test("the same message twice is one line", () => {
  expect(ids(talk(from(1), from(1), line("a"), line("a", { seq: 2, state: "stored" })))).toEqual([
    "c1",
    "a",
  ]);
});

test("what may no longer be sent leaves the list and is kept for copying", () => {
  const stopped = talk(from(1), line("a"), { type: "unsent", texts: ["a"] });
  expect(ids(stopped)).toEqual(["c1"]);
  expect(stopped.unsent).toEqual(["a"]);
});

test("unread are the client's words that she has not been shown", () => {
  const events = [from(1), from(2), line("a", { seq: 3 }), from(4)];
  expect(unread(talk(...events, { type: "shown", seq: 2 }))).toBe(1);
  expect(unread(talk(...events, { type: "shown", seq: 4 }, { type: "shown", seq: 2 }))).toBe(0);
});

test("the client waits from the first word after the last answer", () => {
  expect(unansweredSince(talk(from(1, 10), from(2, 20)))).toBe(10);
  expect(unansweredSince(talk(from(1, 10), line("a", { seq: 2, at: 15 }), from(3, 30)))).toBe(30);
  expect(unansweredSince(talk(from(1, 10), line("a", { seq: 2, at: 15 })))).toBeNull();
});

test("the first alarm stays, and the newest intake counts", () => {
  const alarmed = talk(
    { type: "alarm", alarm: "missing" },
    { type: "alarm", alarm: "record_refused" },
  );
  expect(alarmed.alarm).toBe("missing");
  const asked = { kind: 8, author: { by: "client" } as const, state: "stored" as const };
  const both = talk(
    line("i1", { ...asked, seq: 1, body: { safe: "yes" } }),
    line("i2", { ...asked, seq: 5, body: { safe: "no" } }),
  );
  expect(intake(both)).toEqual({ safe: "no" });
});
