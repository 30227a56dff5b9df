// What a person still holds when she signs out.
import { isHers, type DeskState } from "../state/desk.ts";
import { queueOf, type Escalations } from "../state/escalations.ts";
import { labelOf } from "./label.ts";
import type { Said } from "./said.ts";

/** The talks that she is in and the escalations that she owns; nothing where she only reads. */
export function heldBy(
  desk: Pick<DeskState, "chats" | "staffId"> | undefined,
  known: Escalations,
  isMine: (by: string) => boolean,
): Said[] {
  const hers = desk?.chats.filter(({ session }) => isHers(session, desk.staffId)) ?? [];
  const owned = queueOf(known).filter(({ owner }) => owner !== null && isMine(owner.by));
  const named = (key: Said["key"], cases: readonly string[]): Said[] =>
    cases.length === 0 ? [] : [{ key, values: { names: cases.map(labelOf).join(", ") } }];
  return [
    ...named(
      "desk.signin.out_chats",
      hers.map(({ caseId }) => caseId),
    ),
    ...named(
      "desk.signin.out_escalations",
      owned.map(({ case_id }) => case_id),
    ),
  ];
}
