import { expect, test } from "vitest";
import type { SessionView } from "../../lib/protocol/generated/wire.ts";
import type { Chat } from "../state/desk.ts";
import { othersIn, takingOver, type Known } from "./glass.ts";

const t = (key: string): string => key;
const NAMES: Readonly<Record<string, string>> = { rini: "Rini", ratna: "Ratna", laksmi: "Laksmi" };
const known: Known = { isMine: (by) => by === "ratna", nameOf: (id) => NAMES[id] };

function session(over: Partial<SessionView> = {}): SessionView {
  return {
    ...{ session_id: "s1", state: "active", level: 0, place: null, since: 0, counselor: "rini" },
    ...{ counselor_here: true, client: "here", again: false, ended: null, reopen: null },
    ...{ has_code: false, opened: [], opened_older: 0, joined: [] },
    ...over,
  };
}

const said = (chat: Partial<Chat>, me: string): (readonly [string, string | undefined])[] => {
  const one = { caseId: "k", ready: true, session: session(), ...chat };
  return othersIn(t, "id", known, one, me).map(({ key, values }) => [key, values?.["name"]]);
};

test("who takes over is told from whom, whatever that person is, and whether she is there", () => {
  const values = { name: "Laksmi" };
  expect(takingOver(t, known, session({ counselor: "laksmi" }))).toEqual({
    title: { key: "desk.supervisor.queue.take_title", values },
    text: [{ key: "desk.supervisor.in_chat.stays", values }],
  });
  const gone = session({ counselor: "laksmi", counselor_here: false });
  expect(takingOver(t, known, gone).text).toEqual([
    { key: "desk.supervisor.in_chat.counselor_gone", values },
  ]);
});

test("a reader is told who took over from whom she knew in the talk", () => {
  const opening = { opening_id: "o", state: "open" } as NonNullable<Chat["opening"]>;
  const taken = { opening, session: session({ counselor: "laksmi" }) };
  expect(said({ ...taken, taken: "laksmi" }, "ratna")).toEqual([
    ["desk.chat.taken_over", "Laksmi"],
  ]);
  expect(said(taken, "ratna")).toEqual([["desk.supervisor.in_chat.counselor_here", "Laksmi"]]);
});

test("a counselor is told of the supervisors who are here, and of the one whose line is down", () => {
  const joined = [
    { staff_id: "ratna", alias: 8, here: false },
    { staff_id: "laksmi", alias: 9, here: true },
  ];
  expect(said({ session: session({ joined }) }, "rini")).toEqual([
    ["desk.chat.supervisor_here", "Laksmi"],
    ["desk.chat.supervisor_gone", "Ratna"],
  ]);
});
