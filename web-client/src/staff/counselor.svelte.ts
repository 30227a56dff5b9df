// The counselor's part of a desk: her status, and the sessions that she takes.
import { Refused } from "../lib/crypto/refused.ts";
import type { ClaimedCase, Event, StaffStatus } from "../lib/protocol/generated/wire.ts";
import { CommandRefused } from "../lib/realtime/connection.ts";
import { isBadBox } from "./case/lane.ts";
import { openClaim, postClaim } from "./case/opening.ts";
import { Chats, type StaffWelcome } from "./chats.svelte.ts";
import type { Said } from "./views/said.ts";

/** What is said when a claim is refused, by code. */
const CLAIM_SAID: Readonly<Record<string, Said>> = {
  nobody_waits: { key: "desk.claim.nobody" },
  not_next: { key: "desk.claim.taken" },
  taken: { key: "desk.claim.taken" },
  not_available: { key: "desk.claim.not_available" },
  keys_missing: { key: "desk.keys.waiting" },
  lapsed: { key: "desk.offer.open_failed" },
};

/** The desk of one counselor. */
export class Counselor extends Chats {
  /** What became of the last claim; null while there is nothing to say. */
  claimSaid: Said | null = $state.raw(null);

  /** The line stands; a claim whose answer was lost with the last one is asked for again. */
  override welcome(welcome: StaffWelcome): void {
    super.welcome(welcome);
    for (const { session } of welcome.cases) {
      if (session.state === "opening") void this.#claim(session.session_id);
    }
  }

  /** Something happened. */
  override event(event: Event): void {
    if (event.type === "queue") this.fold({ type: "queue", queue: event.queue });
    else super.event(event);
  }

  /** Whether she holds every key that her role needs, once it changes. */
  keys(hasKeys: boolean): void {
    this.fold({ type: "keys", hasKeys });
  }

  /** Whether she takes sessions. */
  async setStatus(status: StaffStatus): Promise<void> {
    if (await this.ask({ type: "status", status })) this.fold({ type: "status", status });
    // A refused choice must not stay chosen in the switch.
    else this.desk = { ...this.desk };
  }

  /** Takes the session that the rules give her. True once the chat stands on the desk. */
  async claim(): Promise<boolean> {
    const { queue, claiming, hasKeys } = this.desk;
    if (queue.next === null || claiming !== "no" || !hasKeys) return false;
    return this.#claim(queue.next);
  }

  async #claim(sessionId: string): Promise<boolean> {
    this.fold({ type: "claiming", claiming: "opening" });
    this.claimSaid = null;
    try {
      const command = { type: "claim", session_id: sessionId } as const;
      const claimed = (await this.world.request(command)) as ClaimedCase;
      const lanes = await openClaim(this.world, claimed.case);
      const view = await postClaim(this.world, sessionId, lanes);
      await this.openView(view);
      return true;
    } catch (error) {
      await this.#claimFailed(sessionId, error);
      return false;
    } finally {
      this.fold({ type: "claiming", claiming: "no" });
    }
  }

  async #claimFailed(sessionId: string, error: unknown): Promise<void> {
    if (error instanceof CommandRefused) {
      this.claimSaid = CLAIM_SAID[error.problem.code] ?? { key: "desk.error.generic" };
    } else if (isBadBox(error)) {
      this.claimSaid = { key: "desk.claim.bad_box" };
      await this.ask({ type: "bad_box", session_id: sessionId });
    } else if (error instanceof Refused) {
      this.claimSaid = { key: "desk.chat.record_refused" };
    } else {
      this.claimSaid = { key: "desk.offer.open_failed" };
    }
  }
}
