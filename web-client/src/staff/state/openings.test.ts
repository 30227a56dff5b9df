import { expect, test } from "vitest";
import type { OpeningView } from "../../lib/protocol/generated/wire.ts";
import { mayBeAlone, shownAs, toAnswer, withOpening, type Shown } from "./openings.ts";

const NOW = 1000;

function opening(over: Partial<OpeningView> = {}): OpeningView {
  return {
    ...{ opening_id: "o", case_id: "k", by: "ratna", reason: "danger", state: "asked" },
    ...{ asked_at: 0, alone_from: 120, ends: 2000, approved: null, opened_at: null },
    ...{ alone: false, countersign_before: null, countersigned: null },
    ...over,
  };
}

const OPEN = { state: "open", opened_at: 5, alone_from: null } as const;
const ALONE = { ...OPEN, alone: true, countersign_before: 9000 } as const;
const BY = { by: "sari", at: 7 };

test.each<[string, Partial<OpeningView>, Shown | null, Shown | null]>([
  ["asked", {}, "waits", "to_approve"],
  ["asked for too long ago", { ends: NOW }, null, null],
  ["approved", { state: "approved", approved: BY }, "may_open", null],
  ["refused", { state: "refused", ends: null }, "refused", null],
  ["open", OPEN, null, "announced"],
  ["read to its end", { ...OPEN, ends: NOW }, null, null],
  ["closed", { state: "closed", opened_at: 5 }, null, null],
  ["withdrawn", { state: "closed" }, null, null],
  ["opened alone", ALONE, "to_be_countersigned", "to_countersign"],
  [
    "opened alone and closed",
    { ...ALONE, state: "closed" },
    "to_be_countersigned",
    "to_countersign",
  ],
  ["countersigned while open", { ...ALONE, countersigned: BY }, "countersigned", "announced"],
  [
    "countersigned and closed",
    { ...ALONE, state: "closed", countersigned: BY },
    "countersigned",
    null,
  ],
])("%s", (_, over, own, others) => {
  expect(shownAs(opening(over), true, NOW)).toBe(own);
  expect(shownAs(opening(over), false, NOW)).toBe(others);
});

test("only a colleague's ask waits for her word", () => {
  const all = [
    opening(),
    opening({ opening_id: "p", by: "sari" }),
    opening({ opening_id: "q", by: "sari", state: "approved" }),
  ];
  expect(toAnswer(all, "ratna")).toBe(1);
});

test("an opening takes its own place, the oldest ask first", () => {
  const first = withOpening([], opening({ opening_id: "p", asked_at: 5 }));
  const both = withOpening(first, opening());
  const after = withOpening(both, opening({ state: "approved" }));
  expect(after.map(({ opening_id, state }) => [opening_id, state])).toEqual([
    ["o", "approved"],
    ["p", "asked"],
  ]);
});

test("alone only once its time has come", () => {
  expect(mayBeAlone(opening(), 119)).toBe(false);
  expect(mayBeAlone(opening(), 120)).toBe(true);
  expect(mayBeAlone(opening({ state: "approved", alone_from: null }), 120)).toBe(false);
});
