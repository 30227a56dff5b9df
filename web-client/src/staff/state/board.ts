// The live board as a supervisor's desk knows it: a pure fold over what the server says of it.
import type {
  BoardChange,
  CounselorView,
  WaitingClass,
} from "../../lib/protocol/generated/wire.ts";

/** The board at one moment. */
export interface Board {
  /** Every class, the most urgent first. */
  readonly waiting: readonly WaitingClass[];
  /** How many sessions are active. */
  readonly active: number;
  /** Counselors who are here, and whoever holds a session. */
  readonly counselors: readonly CounselorView[];
}

/** Before the server has said anything. */
export const EMPTY_BOARD: Board = { waiting: [], active: 0, counselors: [] };

/** What a counselor can do for the next one. */
export type Presence =
  /** Takes sessions. */
  | "ready"
  /** Here, and takes nobody new. */
  | "here"
  /** Not at an unlocked desk. */
  | "away";

/** The board once something changed. */
export function foldBoard(board: Board, change: BoardChange): Board {
  const waiting = merged(board.waiting, change.waiting, ({ class: number }) => number);
  const known = board.counselors.filter(({ staff_id }) => !change.gone.includes(staff_id));
  return {
    waiting: waiting.sort((one, other) => other.class - one.class),
    active: change.active ?? board.active,
    counselors: merged(known, change.counselors, ({ staff_id }) => staff_id),
  };
}

/** Rows keep their place, new ones go to the end. */
function merged<T>(known: readonly T[], changed: readonly T[], idOf: (one: T) => unknown): T[] {
  const rows = [...known];
  for (const one of changed) {
    const at = rows.findIndex((row) => idOf(row) === idOf(one));
    if (at === -1) rows.push(one);
    else rows[at] = one;
  }
  return rows;
}

/** Whether somebody may be given the next session, as far as the board says. */
export function presenceOf({ here, status }: CounselorView): Presence {
  if (!here) return "away";
  return status === "available" ? "ready" : "here";
}
