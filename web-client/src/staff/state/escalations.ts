// The escalations that a desk knows: a pure fold over what the server says of them.
import type { EscalationView, PageView, RaiseView } from "../../lib/protocol/generated/wire.ts";

/** What is known of escalations. */
export interface Escalations {
  /**
   * A supervisor's: those that are open, and those resolved lately or before her eyes, so that she
   * can take it back. A counselor's: those of her cases.
   */
  readonly all: readonly EscalationView[];
  /** How many open ones the last welcome had no room for. */
  readonly leftOut: number;
  /** The newest call about overdue ones that this supervisor was given. */
  readonly page: PageView | null;
  /** Calls of hers that the server does not know yet that they were shown, by minute. */
  readonly unseen: readonly number[];
  /** How many supervisors are there; null before the server has said so. */
  readonly supervisors: number | null;
}

/** What changes them. */
export type EscalationsEvent =
  | {
      readonly type: "welcome";
      readonly escalations: readonly EscalationView[];
      /** How many are open in all. */
      readonly open: number;
      readonly pages: readonly PageView[];
      readonly supervisors: number;
    }
  | { readonly type: "escalation"; readonly escalation: EscalationView }
  | { readonly type: "paged"; readonly page: PageView }
  /** That of this minute was shown, and with it each earlier one. */
  | { readonly type: "page_seen"; readonly minute: number }
  | { readonly type: "supervisors"; readonly count: number };

/** Before the server has said anything. */
export const NO_ESCALATIONS: Escalations = {
  ...{ all: [], leftOut: 0, page: null, unseen: [], supervisors: null },
};

/** What is known after an event. */
export function foldEscalations(known: Escalations, event: EscalationsEvent): Escalations {
  switch (event.type) {
    case "welcome":
      return welcome(known, event);
    case "escalation":
      return { ...known, all: put(known.all, event.escalation) };
    case "paged":
      return paged(known, event.page);
    case "page_seen":
      return { ...known, unseen: known.unseen.filter((minute) => minute > event.minute) };
    case "supervisors":
      return { ...known, supervisors: event.count };
  }
}

function welcome(
  known: Escalations,
  { escalations, open, pages, supervisors }: Extract<EscalationsEvent, { type: "welcome" }>,
): Escalations {
  const leftOut = Math.max(0, open - escalations.filter((one) => !isOver(one)).length);
  // The server names those that were resolved lately; what she saw resolved she may still reopen.
  const named = new Set(escalations.map(({ escalation_id }) => escalation_id));
  const over = known.all.filter((one) => isOver(one) && !named.has(one.escalation_id));
  return pages.reduce(paged, { ...known, all: [...over, ...escalations], leftOut, supervisors });
}

function paged(known: Escalations, page: PageView): Escalations {
  const isNewer = known.page === null || known.page.minute < page.minute;
  const isKnown = known.unseen.includes(page.minute);
  return {
    ...known,
    page: isNewer ? page : known.page,
    unseen: isKnown ? known.unseen : [...known.unseen, page.minute],
  };
}

function put(all: readonly EscalationView[], escalation: EscalationView): EscalationView[] {
  const others = all.filter(({ escalation_id }) => escalation_id !== escalation.escalation_id);
  return [...others, escalation];
}

/** Whether somebody resolved it. */
export const isOver = ({ state }: EscalationView): boolean => state === "resolved";

/** Whether nobody has acknowledged it in its time. `now` in ms since 1970, by the server's clock. */
export const isOverdue = ({ due }: EscalationView, now: number): boolean =>
  due !== null && due <= now;

/**
 * What is open, as supervisors answer it: whoever staff have spoken to first, by level and then by due
 * time; below them the others by due time alone. What is acknowledged follows what is not.
 */
export function queueOf({ all }: Escalations): EscalationView[] {
  return all.filter((one) => !isOver(one)).sort(before);
}

/** What was resolved before her eyes, the latest first. */
export function resolvedOf({ all }: Escalations): EscalationView[] {
  const at = ({ resolved }: EscalationView): number => resolved?.at ?? 0;
  return all.filter(isOver).sort((a, b) => at(b) - at(a));
}

/** The escalation of a case: the open one, else the one that was resolved last. */
export function ofCase(known: Escalations, caseId: string): EscalationView | undefined {
  const its = (one: EscalationView): boolean => one.case_id === caseId;
  return queueOf(known).find(its) ?? resolvedOf(known).find(its);
}

/** The newest call, while it is still true; it stands from the moment it comes. `now` as above. */
export function callOf(known: Escalations, now: number): PageView | null {
  const { page } = known;
  // Its deadline was over when it was written, whatever this browser makes of the time.
  const isLate =
    page && queueOf(known).some((one) => isOverdue(one, Math.max(now, page.oldest_due)));
  return isLate === true ? page : null;
}

/** How often the client has said it, and when last. */
export function signsOf({ raises }: EscalationView): { times: number; last: number } {
  const signs = raises.filter(({ source }) => source !== "counselor");
  return { times: signs.length, last: signs[signs.length - 1]?.at ?? 0 };
}

/** What counselors said, and of the client's signs the first and the last. */
export function telling({ raises }: EscalationView): RaiseView[] {
  const signs = raises.filter(({ source }) => source !== "counselor");
  const ends = [signs[0], signs[signs.length - 1]];
  return raises.filter((raise) => raise.source === "counselor" || ends.includes(raise));
}

/** Whether the client herself has raised; without an escalation only she can have. */
export function saidByClient(escalation: EscalationView | undefined): boolean {
  return escalation?.raises.some(({ source }) => source !== "counselor") ?? true;
}

function before(a: EscalationView, b: EscalationView): number {
  return (
    Number(a.not_yet_spoken_to) - Number(b.not_yet_spoken_to) ||
    (a.not_yet_spoken_to ? 0 : b.level - a.level) ||
    Number(a.due === null) - Number(b.due === null) ||
    (a.due ?? 0) - (b.due ?? 0) ||
    a.opened_at - b.opened_at ||
    (a.escalation_id < b.escalation_id ? -1 : 1)
  );
}
