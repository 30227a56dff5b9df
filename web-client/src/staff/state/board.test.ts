import { expect, test } from "vitest";
import type { BoardChange, CounselorView } from "../../lib/protocol/generated/wire.ts";
import { EMPTY_BOARD, foldBoard, presenceOf } from "./board.ts";

const NOTHING: BoardChange = { waiting: [], active: null, counselors: [], gone: [] };

function counselor(staff_id: string, over: Partial<CounselorView> = {}): CounselorView {
  return { staff_id, status: "available", here: true, limit: 3, levels: [], ...over };
}

const WHOLE: BoardChange = {
  waiting: [
    { class: 3, people: 0, since: null },
    { class: 2, people: 1, since: 5 },
    { class: 0, people: 4, since: 1 },
  ],
  active: 2,
  counselors: [counselor("rini"), counselor("dimas", { levels: [3, 0] })],
  gone: [],
};

test("the first is all of it, and what changes takes its place", () => {
  const board = foldBoard(EMPTY_BOARD, WHOLE);
  expect(board).toEqual({ waiting: WHOLE.waiting, active: 2, counselors: WHOLE.counselors });
  expect(foldBoard(board, NOTHING)).toEqual(board);

  const busy = counselor("rini", { status: "busy" });
  const next = foldBoard(board, {
    waiting: [{ class: 3, people: 1, since: 9 }],
    active: 0,
    counselors: [busy, counselor("wulan")],
    gone: ["dimas"],
  });
  expect(next.waiting.map(({ class: number, people }) => [number, people])).toEqual([
    [3, 1],
    [2, 1],
    [0, 4],
  ]);
  expect(next.active).toBe(0);
  expect(next.counselors).toEqual([busy, counselor("wulan")]);
});

test("a class that was not there before stands where it belongs", () => {
  const board = foldBoard(EMPTY_BOARD, {
    ...NOTHING,
    waiting: [{ class: 0, people: 1, since: 1 }],
  });
  const { waiting } = foldBoard(board, {
    ...NOTHING,
    waiting: [{ class: 3, people: 1, since: 2 }],
  });
  expect(waiting.map(({ class: number }) => number)).toEqual([3, 0]);
});

test.each([
  ["ready", {}],
  ["here", { status: "busy" }],
  ["here", { status: "pause" }],
  ["away", { here: false }],
] as const)("%s", (presence, over) => {
  expect(presenceOf(counselor("rini", over))).toBe(presence);
});
