import fc from "fast-check";
import { expect, test } from "vitest";
import type { EscalationView, PageView } from "../../lib/protocol/generated/wire.ts";
import {
  callOf,
  foldEscalations,
  isOverdue,
  NO_ESCALATIONS,
  ofCase,
  queueOf,
  resolvedOf,
  saidByClient,
  signsOf,
  telling,
  type Escalations,
  type EscalationsEvent,
} from "./escalations.ts";

function escalation(id: string, over: Partial<EscalationView> = {}): EscalationView {
  return {
    ...{ escalation_id: id, case_id: `case ${id}`, level: 3, by_staff: true },
    ...{ not_yet_spoken_to: false, opened_at: 0, state: "raised", due: 100 },
    ...{ acknowledged: null, owner: null, resolved: null, outcome: null, follow_up: null },
    ...{ client_left: null, raises: [] },
    ...over,
  };
}

const acknowledged: Partial<EscalationView> = {
  ...{ state: "acknowledged", due: null },
  acknowledged: { by: "ratna", at: 50 },
};
const resolved = (at: number): Partial<EscalationView> => ({
  ...{ state: "resolved", due: null },
  resolved: { by: "ratna", at },
});

const page = (minute: number): PageView => ({ minute, count: 1, oldest_due: 0, alone: 0 });
const welcome = (escalations: EscalationView[], pages: PageView[] = []): EscalationsEvent => ({
  ...{ type: "welcome", escalations, pages, supervisors: 1 },
  open: escalations.filter(({ state }) => state !== "resolved").length,
});
const change = (one: EscalationView): EscalationsEvent => ({ type: "escalation", escalation: one });
const after = (...events: EscalationsEvent[]): Escalations =>
  events.reduce(foldEscalations, NO_ESCALATIONS);
const ids = (all: EscalationView[]): string[] => all.map(({ escalation_id }) => escalation_id);

test("staff-raised ones by level, then due time; below them the not yet spoken to by due time alone", () => {
  const order = [
    escalation("soon"),
    escalation("later", { due: 200 }),
    escalation("seen", acknowledged),
    escalation("two", { level: 2, due: 10 }),
    escalation("alone, two", { not_yet_spoken_to: true, level: 2, due: 1 }),
    escalation("alone", { not_yet_spoken_to: true, due: 2 }),
    escalation("alone, seen", { not_yet_spoken_to: true, ...acknowledged }),
  ];
  fc.assert(
    fc.property(
      fc.shuffledSubarray(order, { minLength: order.length }),
      fc.nat(order.length),
      (mixed, many) => {
        // However they came: with the welcome, or one by one after it.
        const state = after(welcome(mixed.slice(0, many)), ...mixed.slice(many).map(change));
        expect(ids(queueOf(state))).toEqual(ids(order));
      },
    ),
  );
});

test("a change takes the place of what was known before", () => {
  const state = after(
    welcome([escalation("a"), escalation("b")]),
    change(escalation("a", acknowledged)),
  );
  expect(ids(queueOf(state))).toEqual(["b", "a"]);
  expect(ofCase(state, "case a")?.acknowledged?.by).toBe("ratna");
});

test("a counselor's call is not the client's word", () => {
  const raise = (source: "counselor" | "client_button") => ({
    ...{ raise_id: source, source, by: null, level: 3, at: 0, record: null, sig: null },
  });
  const called = escalation("a", { raises: [raise("counselor")] });
  const both = escalation("a", { raises: [raise("counselor"), raise("client_button")] });
  expect([called, both, undefined].map(saidByClient)).toEqual([false, true, true]);
});

test("overdue is what nobody acknowledged in its time", () => {
  expect(isOverdue(escalation("a", { due: 100 }), 99)).toBe(false);
  expect(isOverdue(escalation("a", { due: 100 }), 100)).toBe(true);
  expect(isOverdue(escalation("a", acknowledged), 1000)).toBe(false);
});

test("what was resolved before her eyes can be taken back, also after a broken line", () => {
  const over = after(
    welcome([escalation("a"), escalation("b"), escalation("c")]),
    change(escalation("a", resolved(5))),
    change(escalation("b", resolved(9))),
  );
  expect(ids(resolvedOf(over))).toEqual(["b", "a"]);
  // Somebody resolved `c` while the line was broken, and reopened `a`.
  const later = foldEscalations(over, welcome([escalation("a")]));
  expect(ids(queueOf(later))).toEqual(["a"]);
  expect(ids(resolvedOf(later))).toEqual(["b"]);
});

test("of a case the open escalation counts, else the last that was", () => {
  const first = escalation("first", { case_id: "k", ...resolved(5) });
  const second = escalation("second", { case_id: "k", ...resolved(9) });
  expect(ofCase(after(welcome([first, second])), "k")?.escalation_id).toBe("second");
  const open = escalation("open", { case_id: "k" });
  expect(ofCase(after(welcome([second, open])), "k")?.escalation_id).toBe("open");
  expect(ofCase(NO_ESCALATIONS, "k")).toBeUndefined();
});

test("the newest call stands; each waits until it was shown, and none is doubled", () => {
  const state = after(
    welcome([], [page(3)]),
    { type: "paged", page: page(5) },
    { type: "paged", page: page(3) },
  );
  expect(state.page?.minute).toBe(5);
  expect(state.unseen).toEqual([3, 5]);
  expect(foldEscalations(state, { type: "page_seen", minute: 3 }).unseen).toEqual([5]);
  expect(foldEscalations(state, { type: "page_seen", minute: 5 }).unseen).toEqual([]);
});

test("a call stands at once, whatever the desk's clock says, and only while it is true", () => {
  const called: PageView = { minute: 3, count: 1, oldest_due: 100, alone: 0 };
  const late = after(welcome([escalation("a", { due: 100 })]), { type: "paged", page: called });
  // The desk is behind, and has not looked at its clock for some seconds.
  expect(callOf(late, 40)?.minute).toBe(3);
  expect(callOf(foldEscalations(late, change(escalation("a", acknowledged))), 400)).toBeNull();
  const next = foldEscalations(late, change(escalation("a", { due: 300 })));
  expect(callOf(next, 299)).toBeNull();
  expect(callOf(next, 300)?.minute).toBe(3);
  expect(callOf(after(welcome([escalation("a")])), 400)).toBeNull();
});

test("of what a client says again and again the first and the last are told, with their number", () => {
  const raise = (id: string, source: "counselor" | "client_button" | "client_intake") => ({
    ...{ raise_id: id, source, by: null, level: 3, at: Number(id), record: null, sig: null },
  });
  const said = escalation("a", {
    raises: [
      ...[raise("1", "client_intake"), raise("2", "client_button"), raise("3", "counselor")],
      ...[raise("4", "client_button"), raise("5", "client_button"), raise("6", "counselor")],
    ],
  });
  expect(signsOf(said)).toEqual({ times: 4, last: 5 });
  expect(telling(said).map(({ raise_id }) => raise_id)).toEqual(["1", "3", "5", "6"]);
  expect(signsOf(escalation("a")).times).toBe(0);
});

test("how many open ones a welcome has no room for is known", () => {
  const all = [escalation("a"), escalation("b", resolved(5))];
  const long = foldEscalations(NO_ESCALATIONS, { ...welcome(all), open: 4 } as EscalationsEvent);
  expect(long.leftOut).toBe(3);
  expect(after(welcome(all)).leftOut).toBe(0);
});

test("how many supervisors are there is unknown until the server says it", () => {
  expect(NO_ESCALATIONS.supervisors).toBeNull();
  expect(after(welcome([])).supervisors).toBe(1);
  expect(after(welcome([]), { type: "supervisors", count: 0 }).supervisors).toBe(0);
});
