import { expect, test } from "vitest";
import { BEFORE_THE_TALK, type Talk } from "../lib/state/talk.ts";
import { Seat } from "./seat.ts";
import type { MakeVisit, Visit } from "./visit.ts";

interface Made {
  readonly visit: Visit;
  readonly changed: (talk: Talk) => void;
  left: boolean;
}

function seated(): { seat: Seat; made: Made[]; talk: () => Talk | undefined } {
  const made: Made[] = [];
  let talk: Talk | undefined;
  const make: MakeVisit = ({ changed }) => {
    const one: Made = {
      visit: { leave: () => (one.left = true) } as unknown as Visit,
      changed,
      left: false,
    };
    made.push(one);
    return one.visit;
  };
  const seat = new Seat(
    () => Promise.resolve(make),
    { orgId: "o", root: "r" },
    (now) => (talk = now),
  );
  return { seat, made, talk: () => talk };
}

const HALTED: Talk = { ...BEFORE_THE_TALK, halt: "refused" };

test("each way in is a visit of its own; the one before it is left and no longer heard", async () => {
  const { seat, made, talk } = seated();
  const first = await seat.fresh();
  made[0]?.changed(HALTED);
  expect(talk()).toBe(HALTED);
  const second = await seat.fresh();
  expect(second).not.toBe(first);
  expect(seat.visit).toBe(second);
  expect(made.map(({ left }) => left)).toEqual([true, false]);
  expect(talk()).toBe(BEFORE_THE_TALK);
  made[0]?.changed(HALTED);
  expect(talk()).toBe(BEFORE_THE_TALK);
});

test("an attempt that is given up while the page still loads makes no visit", async () => {
  const { seat, made } = seated();
  const given = seat.fresh();
  seat.leave();
  await expect(given).rejects.toThrow();
  expect(made).toEqual([]);
  expect(seat.visit).toBeUndefined();
});
