// The openings that a supervisor's desk knows: a pure fold over what the server says of them.
import type { OpeningView } from "../../lib/protocol/generated/wire.ts";

/** What is known of openings, in the order in which they were asked for. */
export type Openings = readonly OpeningView[];

/** What a supervisor is shown of an opening, and so what she can do. */
export type Shown =
  /** Her own: it waits for another supervisor, and later for herself. */
  | "waits"
  /** Her own: she may open it now. */
  | "may_open"
  /** Her own: another supervisor said no. */
  | "refused"
  /** A colleague's: it waits for her word. */
  | "to_approve"
  /** A colleague's: it was opened alone and is to be countersigned. */
  | "to_countersign"
  /** A colleague's: she reads the case now. */
  | "announced"
  /** Her own, opened alone: it waits for a colleague's word. */
  | "to_be_countersigned"
  /** Her own, opened alone: a colleague has countersigned it. */
  | "countersigned";

/** What is known once one opening is as it is. */
export function withOpening(openings: Openings, opening: OpeningView): Openings {
  const others = openings.filter(({ opening_id }) => opening_id !== opening.opening_id);
  return [...others, opening].sort((a, b) => a.asked_at - b.asked_at);
}

/** How an opening is shown; null where there is nothing to see. `now` by the server's clock. */
export function shownAs(opening: OpeningView, isOwn: boolean, now: number): Shown | null {
  const { state, ends } = opening;
  const isOver = ends !== null && ends <= now;
  if (state === "asked" && !isOver) return isOwn ? "waits" : "to_approve";
  if (state === "approved" && !isOver) return isOwn ? "may_open" : null;
  if (state === "refused") return isOwn ? "refused" : null;
  if (isToCountersign(opening)) return isOwn ? "to_be_countersigned" : "to_countersign";
  if (isOwn) return opening.alone && opening.countersigned !== null ? "countersigned" : null;
  return state === "open" && !isOver ? "announced" : null;
}

/** Whether it was opened alone and nobody has countersigned it. */
export const isToCountersign = ({ alone, countersigned, opened_at }: OpeningView): boolean =>
  alone && opened_at !== null && countersigned === null;

/** How many wait for this supervisor's word; the server says when one waits no longer. */
export function toAnswer(openings: Openings, me: string): number {
  return openings.filter(({ by, state }) => by !== me && state === "asked").length;
}

/** Whether the asker may open it now without a second supervisor, if none is there. */
export const mayBeAlone = ({ state, alone_from }: OpeningView, now: number): boolean =>
  state === "asked" && alone_from !== null && alone_from <= now;
