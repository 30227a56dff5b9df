// The counselor's desk at work: what the server says goes into the fold, what she does goes out.
import { SvelteMap } from "svelte/reactivity";
import type {
  CaseView,
  ClaimedCase,
  Event,
  Frame,
  StaffStatus,
} from "../lib/protocol/generated/wire.ts";
import { untilDone } from "../lib/realtime/again.ts";
import { CommandRefused } from "../lib/realtime/connection.ts";
import { isBadBox } from "./case/lane.ts";
import { openClaim, postClaim, type ClaimWorld } from "./case/opening.ts";
import { Room } from "./case/room.ts";
import { Refused } from "../lib/crypto/refused.ts";
import {
  EMPTY_DESK,
  fold,
  isHers,
  neighbour,
  type Chat,
  type DeskEvent,
  type DeskState,
} from "./state/desk.ts";
import { EMPTY_TALK, foldTalk, type Talk, type TalkEvent } from "./state/talk.ts";
import type { Said } from "./views/said.ts";

/** The server's first answer to a desk. */
export type StaffWelcome = Extract<Frame, { type: "staff_welcome" }>;

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
export class Counselor {
  desk: DeskState = $state.raw(EMPTY_DESK);
  /** The content of each chat, by case. */
  readonly talks = new SvelteMap<string, Talk>();
  /** What became of the last claim; null while there is nothing to say. */
  claimSaid: Said | null = $state.raw(null);
  /** What else went wrong with the last thing she did. */
  said: Said | null = $state.raw(null);
  connected = $state(false);
  readonly #world: ClaimWorld;
  // Rooms are never shown; what they tell goes into `talks`.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #rooms = new Map<string, Room>();
  readonly #drafts = new SvelteMap<string, string>();
  /** How often the line stood or broke: what one line began is not gone on with on the next. */
  #lines = 0;

  constructor(world: ClaimWorld) {
    this.#world = world;
  }

  /** The line stands: the desk is as the server says, and every chat catches up. */
  welcome(welcome: StaffWelcome): void {
    this.connected = true;
    this.#lines += 1;
    const { staff_id: staffId, status, limit, queue, cases, has_keys: hasKeys } = welcome;
    this.#fold({ type: "welcome", staffId, status, limit, queue, cases, hasKeys });
    for (const { caseId, session } of this.desk.chats) {
      if (isHers(session, staffId)) void this.#bring(caseId);
      else this.#rooms.get(caseId)?.stop();
    }
    // A claim whose answer was lost with the line is asked for again.
    for (const { session } of cases) {
      if (session.state === "opening") void this.#claim(session.session_id);
    }
  }

  /** The line is broken; what she writes waits. */
  lost(): void {
    this.connected = false;
    this.#lines += 1;
    for (const room of this.#rooms.values()) room.line(false);
  }

  /** Something happened. */
  event(event: Event): void {
    switch (event.type) {
      case "message":
        void this.#rooms.get(event.case_id)?.messages(event.lane, [event.message]);
        return;
      case "record":
        void this.#rooms.get(event.case_id)?.record(event.lane, event.record, event.org);
        return;
      case "read":
        if (event.by_client && event.lane === 1) {
          this.#tell(event.case_id, { type: "read_by_client", seq: event.seq });
        }
        return;
      case "session_changed":
        this.#session(event.case_id, event.session);
        return;
      case "queue":
        this.#fold({ type: "queue", queue: event.queue });
        return;
      default:
        return;
    }
  }

  /** Whether she holds every key that her role needs, once it changes. */
  keys(hasKeys: boolean): void {
    this.#fold({ type: "keys", hasKeys });
  }

  /** Whether she takes sessions. */
  async setStatus(status: StaffStatus): Promise<void> {
    if (await this.#did({ type: "status", status })) this.#fold({ type: "status", status });
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
    this.#fold({ type: "claiming", claiming: "opening" });
    this.claimSaid = null;
    try {
      const command = { type: "claim", session_id: sessionId } as const;
      const claimed = (await this.#world.request(command)) as ClaimedCase;
      const lanes = await openClaim(this.#world, claimed.case);
      const view = await postClaim(this.#world, sessionId, lanes);
      await this.#openView(view);
      return true;
    } catch (error) {
      await this.#claimFailed(sessionId, error);
      return false;
    } finally {
      this.#fold({ type: "claiming", claiming: "no" });
    }
  }

  async #claimFailed(sessionId: string, error: unknown): Promise<void> {
    if (error instanceof CommandRefused) {
      this.claimSaid = CLAIM_SAID[error.problem.code] ?? { key: "desk.error.generic" };
    } else if (isBadBox(error)) {
      this.claimSaid = { key: "desk.claim.bad_box" };
      await this.#did({ type: "bad_box", session_id: sessionId });
    } else if (error instanceof Refused) {
      this.claimSaid = { key: "desk.chat.record_refused" };
    } else {
      this.claimSaid = { key: "desk.offer.open_failed" };
    }
  }

  /** The chat in front. */
  toFront(caseId: string): void {
    if (this.desk.lately[0] !== caseId) this.#fold({ type: "front", caseId });
  }

  /** The chat to the right (1) or left (-1) of the one in front. */
  step(by: 1 | -1): void {
    const caseId = neighbour(this.desk, by);
    if (caseId !== null) this.toFront(caseId);
  }

  /** What stands in a field, not sent yet. */
  draft(caseId: string, lane: 1 | 2): string {
    return this.#drafts.get(`${caseId}.${lane}`) ?? "";
  }

  setDraft(caseId: string, lane: 1 | 2, text: string): void {
    this.#drafts.set(`${caseId}.${lane}`, text);
  }

  /** Sends what stands in the field to the client. */
  send(caseId: string): void {
    this.#write(caseId, 1);
  }

  /** Saves what stands in the note's field, for staff only. */
  note(caseId: string): void {
    this.#write(caseId, 2);
  }

  /** Adds a note beside the one that she may be writing. */
  addNote(caseId: string, text: string): void {
    this.#rooms.get(caseId)?.write(2, text);
  }

  #write(caseId: string, lane: 1 | 2): void {
    const text = this.draft(caseId, lane).trim();
    const room = this.#rooms.get(caseId);
    if (text === "" || room === undefined) return;
    const fits = room.write(lane, text);
    this.said = fits ? null : { key: "desk.error.too_long" };
    if (fits) this.setDraft(caseId, lane, "");
  }

  /** Sends again what was not stored. */
  resend(caseId: string): void {
    this.#rooms.get(caseId)?.again();
  }

  /** Everything up to `seq` was shown to her. */
  async shown(caseId: string, seq: number): Promise<void> {
    this.#tell(caseId, { type: "shown", seq });
    await this.#did({ type: "read", case_id: caseId, lane: 1, seq });
  }

  /** Ends the session. */
  async end(caseId: string): Promise<void> {
    const chat = this.desk.chats.find((one) => one.caseId === caseId);
    if (chat === undefined) return;
    const { session } = chat;
    if (!(await this.#did({ type: "end", session_id: session.session_id }))) return;
    this.#session(caseId, { ...session, state: "ended", ended: "counselor" });
  }

  /** Gives the case back to the queue. */
  async giveBack(caseId: string): Promise<void> {
    const chat = this.desk.chats.find((one) => one.caseId === caseId);
    const room = this.#rooms.get(caseId);
    if (chat === undefined || room === undefined) return;
    const { session } = chat;
    for (let tries = 0; tries < 3; tries += 1) {
      try {
        const epoch = await room.giveBack();
        await this.#world.request({ type: "give_back", session_id: session.session_id, epoch });
        this.#session(caseId, { ...session, state: "waiting", counselor: null, again: true });
        return;
      } catch (error) {
        const code = error instanceof CommandRefused ? error.problem.code : "";
        if (code === "stale_epoch") await room.refresh();
        else if (code === "stale_roster") await this.#world.refreshOrg();
        else break;
      }
    }
    this.said = { key: "desk.error.generic" };
  }

  /** Takes a chat that is over off the desk. */
  close(caseId: string): void {
    this.#forget(caseId);
    this.#fold({ type: "closed", caseId });
  }

  /** Sends a command whose answer says only that it was done. */
  async #did(command: Parameters<ClaimWorld["request"]>[0]): Promise<boolean> {
    try {
      await this.#world.request(command);
      return true;
    } catch (error) {
      if (error instanceof CommandRefused) this.said = { key: "desk.error.changed" };
      return false;
    }
  }

  #session(caseId: string, session: StaffWelcome["cases"][number]["session"]): void {
    this.#fold({ type: "session", caseId, session });
    const chat = this.desk.chats.find((one) => one.caseId === caseId);
    if (chat === undefined) this.#forget(caseId);
    else if (!isHers(chat.session, this.desk.staffId)) this.#rooms.get(caseId)?.stop();
  }

  /** Opens a chat of hers, or brings it up to date, as often as the line and the server let it. */
  async #bring(caseId: string): Promise<void> {
    const line = this.#lines;
    const chat = (): Chat | undefined => this.desk.chats.find((one) => one.caseId === caseId);
    const isWanted = (): boolean => {
      const session = chat()?.session;
      return line === this.#lines && session !== undefined && isHers(session, this.desk.staffId);
    };
    const act = async (): Promise<void> => {
      const room = this.#rooms.get(caseId);
      // A room that belongs to an earlier session of the case is not gone on with.
      if (room === undefined || chat()?.ready !== true) return this.#openCase(caseId);
      await room.refresh();
      room.line(true);
    };
    try {
      await untilDone(act, this.#world.after, isWanted);
    } catch (error) {
      // A box or record that is not to be trusted is said in the chat itself; after anything else
      // the next welcome or session change says what is true.
      if (error instanceof Refused) this.#tell(caseId, { type: "alarm", alarm: "record_refused" });
    }
  }

  async #openCase(caseId: string): Promise<void> {
    const view = await this.#world.request({ type: "case", case_id: caseId });
    await this.#openView(view as CaseView);
  }

  async #openView(view: CaseView): Promise<void> {
    const { case_id: caseId, session } = view;
    this.talks.set(caseId, EMPTY_TALK);
    const tell = (event: TalkEvent): void => this.#tell(caseId, event);
    this.#rooms.set(caseId, await Room.open({ ...this.#world, tell }, view));
    this.#fold({ type: "ready", caseId, session });
  }

  #forget(caseId: string): void {
    this.#rooms.get(caseId)?.stop();
    this.#rooms.delete(caseId);
    this.talks.delete(caseId);
    for (const lane of [1, 2]) this.#drafts.delete(`${caseId}.${lane}`);
  }

  #tell(caseId: string, event: TalkEvent): void {
    this.talks.set(caseId, foldTalk(this.talks.get(caseId) ?? EMPTY_TALK, event));
  }

  #fold(event: DeskEvent): void {
    this.desk = fold(this.desk, event);
  }
}
