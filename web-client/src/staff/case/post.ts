// Posting records with a deed: built anew over whatever was newer, until they fit.
import { CommandRefused, refusalCode, Unanswered } from "../../lib/realtime/connection.ts";
import type { Said } from "../views/said.ts";

/** How often records are built anew. */
const TRIES = 3;

/** What is said when the server refuses a deed with records, by code. */
const SAID: Readonly<Record<string, Said>> = {
  not_opened: { key: "desk.supervisor.reading.over" },
  read_only: { key: "desk.supervisor.coaching.read_only" },
  not_assigned: { key: "desk.error.changed" },
  wrong_state: { key: "desk.error.changed" },
  session_ended: { key: "desk.error.case_gone" },
  record_refused: { key: "desk.chat.record_refused" },
  forbidden: { key: "desk.error.not_allowed" },
};

/** How what is newer is fetched. */
interface Newer {
  readonly refreshOrg: () => Promise<void>;
  /** The case with its newest records. */
  readonly refresh: () => Promise<void>;
}

/** Acts until the records fit. What went wrong, or null; `act` says itself what it did not do. */
export async function untilItFits(
  act: () => Promise<Said | null>,
  { refreshOrg, refresh }: Newer,
): Promise<Said | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const code = refusalCode(error);
      const isOld = code === "stale_epoch" || code === "stale_roster";
      if (!isOld || tries === TRIES) return SAID[code] ?? { key: "desk.error.generic" };
      await fetched(code === "stale_roster" ? refreshOrg : refresh);
    }
  }
}

/** Whatever keeps what is newer from her is what the next try is refused with. */
async function fetched(newer: () => Promise<void>): Promise<void> {
  try {
    await newer();
  } catch (error) {
    if (!(error instanceof CommandRefused || error instanceof Unanswered)) throw error;
  }
}
