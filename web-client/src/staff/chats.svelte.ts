// The chats on a desk: what the server says of them goes into the fold, what she writes goes out.
import { SvelteMap } from "svelte/reactivity";
import { Refused } from "../lib/crypto/refused.ts";
import type {
  CaseView,
  Event,
  Frame,
  OpeningView,
  SessionView,
  StaffCommand,
} from "../lib/protocol/generated/wire.ts";
import { untilDone } from "../lib/realtime/again.ts";
import { CommandRefused } from "../lib/realtime/connection.ts";
import type { ChatsWorld } from "./case/lanes.ts";
import { untilItFits } from "./case/post.ts";
import type { SeatDeed } from "./case/records.ts";
import { Room } from "./case/room.ts";
import {
  attending,
  EMPTY_DESK,
  fold,
  isAsBefore,
  isHers,
  isOpened,
  neighbour,
  seatOf,
  type Chat,
  type DeskEvent,
  type DeskState,
} from "./state/desk.ts";
import { EMPTY_TALK, foldTalk, type Talk, type TalkEvent } from "./state/talk.ts";
import type { Said } from "./views/said.ts";

/** The server's first answer to a desk. */
export type StaffWelcome = Extract<Frame, { type: "staff_welcome" }>;

/** The chats of one person at one desk. */
export class Chats {
  desk: DeskState = $state.raw(EMPTY_DESK);
  /** The content of each chat, by case. */
  readonly talks = new SvelteMap<string, Talk>();
  /** What became of the last thing that she did in a chat, by case. */
  readonly did = new SvelteMap<string, Said>();
  /** What else went wrong with the last thing she did. */
  said: Said | null = $state.raw(null);
  connected = $state(false);
  protected readonly world: ChatsWorld;
  // Rooms are never shown; what they tell goes into `talks`.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #rooms = new Map<string, Room>();
  readonly #drafts = new SvelteMap<string, string>();
  /** How often the line stood or broke: what one line began is not gone on with on the next. */
  #lines = 0;

  constructor(world: ChatsWorld) {
    this.world = world;
  }

  /** The line stands: the desk is as the server says, and every chat catches up. */
  welcome(welcome: StaffWelcome): void {
    this.connected = true;
    this.#lines += 1;
    const { staff_id: staffId, status, limit, queue, cases, has_keys: hasKeys } = welcome;
    const openings = welcome.openings.filter(({ by, state }) => by === staffId && state === "open");
    const { chats } = this.desk;
    this.fold({ type: "welcome", staffId, status, limit, queue, cases, hasKeys, openings });
    for (const chat of chats) this.#moved(chat);
    for (const chat of this.desk.chats) {
      if (this.#mayRead(chat)) void this.#bring(chat.caseId);
      else
        this.#over(
          chat.caseId,
          chats.find(({ caseId }) => caseId === chat.caseId),
        );
    }
    // What she had opened before her page was loaded anew.
    for (const opening of openings) {
      if (this.chat(opening.case_id) === undefined) void this.#readAgain(opening);
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
        this.session(event.case_id, event.session);
        return;
      default:
        return;
    }
  }

  /** The chat in front. */
  toFront(caseId: string): void {
    if (this.desk.lately[0] !== caseId) this.fold({ type: "front", caseId });
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

  /** Everything up to `seq` was shown to her; who only reads marks nothing as read. */
  async shown(caseId: string, seq: number): Promise<void> {
    this.#tell(caseId, { type: "shown", seq });
    const chat = this.chat(caseId);
    if (chat === undefined || !isHers(chat.session, this.desk.staffId)) return;
    try {
      await this.world.request({ type: "read", case_id: caseId, lane: 1, seq });
    } catch {
      // The case went to somebody else meanwhile, or the next welcome shows it to her once more.
    }
  }

  /** Ends the session. */
  async end(caseId: string): Promise<void> {
    const chat = this.chat(caseId);
    if (chat === undefined) return;
    const { session } = chat;
    if (!(await this.ask({ type: "end", session_id: session.session_id }))) return;
    this.session(caseId, { ...session, state: "ended", ended: "counselor" });
  }

  /** Gives the case back to the queue. */
  async giveBack(caseId: string): Promise<void> {
    const session = this.chat(caseId)?.session;
    if (session === undefined) return;
    const { session_id } = session;
    const failed = await this.#post(caseId, async (room) => {
      await this.world.request({ type: "give_back", session_id, epoch: await room.giveBack() });
      return null;
    });
    if (failed !== null) this.said = failed;
    else await this.#out(caseId, { ...session, state: "waiting", counselor: null, again: true });
  }

  /** Puts a left-behind case back to the head of the queue. Tells whether it is done. */
  async requeue(caseId: string): Promise<boolean> {
    const before = this.chat(caseId);
    const failed = await this.#post(caseId, async (room) => {
      const epoch = await room.giveBack();
      await this.world.request({ type: "requeue", case_id: caseId, epoch });
      return null;
    });
    if (failed !== null) this.#say(caseId, before, failed);
    return failed === null;
  }

  /** What went wrong, unless the desk shows by now what stood in its way. */
  #say(caseId: string, before: Chat | undefined, failed: Said): void {
    const isSeen = failed.key === "desk.error.changed" && !isAsBefore(before, this.chat(caseId));
    if (!isSeen) this.did.set(caseId, failed);
  }

  /** Joins a chat, takes it over, or leaves it. Tells whether it is done. */
  async seat(caseId: string, deed: SeatDeed): Promise<boolean> {
    const before = this.chat(caseId);
    const failed = await this.#post(caseId, (room) => this.#seat(caseId, room, deed));
    if (failed !== null) this.#say(caseId, before, failed);
    else if (deed === "take_over") {
      this.did.set(caseId, { key: "desk.supervisor.in_chat.taken_over" });
    }
    return failed === null;
  }

  async #seat(caseId: string, room: Room, deed: SeatDeed): Promise<Said | null> {
    const { staffId } = this.desk;
    const session = this.chat(caseId)?.session;
    const seat = session === undefined ? null : seatOf(session, staffId);
    const after = { join: "joined", take_over: "counselor", leave: null } as const;
    // An earlier try may have been taken, and its answer lost.
    if (seat === after[deed]) return null;
    if (deed === "leave") {
      await room.leave();
      await this.#left(caseId);
      return null;
    }
    const view = await room.enter(deed);
    if (view === null) return { key: "desk.chat.not_stored" };
    this.session(caseId, view.session);
    return null;
  }

  async #left(caseId: string): Promise<void> {
    const session = this.chat(caseId)?.session;
    if (session === undefined) return;
    const joined = session.joined.filter(({ staff_id }) => staff_id !== this.desk.staffId);
    await this.#out(caseId, { ...session, joined });
  }

  /** She is out of the talk; by an opening she may go on reading, from the newest epoch on. */
  async #out(caseId: string, session: SessionView): Promise<void> {
    this.session(caseId, session);
    const chat = this.chat(caseId);
    const room = this.#rooms.get(caseId);
    if (chat === undefined || room === undefined || !isOpened(chat)) return;
    const act = async (): Promise<void> => void (await room.refresh());
    await this.#trusted(caseId, () => untilDone(act, this.world.after, this.#wanted(caseId)));
  }

  /** A case that she has opened: it is verified and stands among her chats, in front. */
  async read(opening: OpeningView, view: CaseView): Promise<void> {
    const { case_id: caseId, session } = view;
    this.did.delete(caseId);
    this.fold({ type: "opening", opening, session });
    this.toFront(caseId);
    const room = this.#rooms.get(caseId);
    const isHere = room !== undefined && this.chat(caseId)?.ready === true;
    const act = (): Promise<void> => (isHere ? room.adopt(view) : this.openView(view));
    await this.#trusted(caseId, () => untilDone(act, this.world.after, this.#wanted(caseId)));
  }

  /** What became of an opening of hers. */
  opening(opening: OpeningView): void {
    const before = this.chat(opening.case_id);
    this.fold({ type: "opening", opening });
    const chat = this.chat(opening.case_id);
    if (chat !== undefined && !this.#mayRead(chat)) this.#over(chat.caseId, before);
  }

  /** Takes a chat that is over off the desk. */
  close(caseId: string): void {
    this.#forget(caseId);
    this.fold({ type: "closed", caseId });
  }

  /** The chat of a case, where one stands on the desk. */
  chat(caseId: string): Chat | undefined {
    return this.desk.chats.find((one) => one.caseId === caseId);
  }

  /** Sends a command whose answer says only that it was done. */
  protected async ask(command: StaffCommand): Promise<boolean> {
    try {
      await this.world.request(command);
      return true;
    } catch (error) {
      if (error instanceof CommandRefused) this.said = { key: "desk.error.changed" };
      return false;
    }
  }

  /** Posts records of a chat until they fit. What went wrong, or null. */
  #post(caseId: string, act: (room: Room) => Promise<Said | null>): Promise<Said | null> {
    const room = this.#rooms.get(caseId);
    if (room === undefined) return Promise.resolve({ key: "desk.error.generic" });
    return untilItFits(() => act(room), {
      refreshOrg: () => this.world.refreshOrg(),
      refresh: async () => {
        const { session } = await room.refresh();
        this.session(caseId, session);
      },
    });
  }

  protected session(caseId: string, session: SessionView): void {
    const before = this.chat(caseId);
    this.fold({ type: "session", caseId, session });
    if (before !== undefined) this.#moved(before);
    const chat = this.chat(caseId);
    if (chat === undefined) this.#forget(caseId);
    else if (!this.#mayRead(chat)) this.#over(caseId, before);
    else void this.#leaveOut(caseId);
  }

  /** Whoever is gone and still reads a case of hers drops out, by epochs that her desk makes itself. */
  async #leaveOut(caseId: string): Promise<void> {
    const there = (): string[] | null => attending(this.desk, caseId);
    if (there() === null) return;
    // What is refused is tried again once the session changes, or the line stands anew.
    await this.#post(caseId, async (room) => {
      await room.leaveOut(there);
      return null;
    });
  }

  /** What was said of her last deed is no longer true once the case stands elsewhere. */
  #moved(before: Chat): void {
    if (!isAsBefore(before, this.chat(before.caseId))) this.did.delete(before.caseId);
  }

  #mayRead(chat: Chat): boolean {
    return isHers(chat.session, this.desk.staffId) || isOpened(chat);
  }

  /** She may read it no longer: what is unsent is shown, and what she only read goes. */
  #over(caseId: string, before: Chat | undefined): void {
    this.#rooms.get(caseId)?.stop();
    const wasSeated = before !== undefined && isHers(before.session, this.desk.staffId);
    if (wasSeated || this.chat(caseId)?.opening === undefined) return;
    const { unsent } = this.talks.get(caseId) ?? EMPTY_TALK;
    this.#rooms.delete(caseId);
    this.talks.set(caseId, { ...EMPTY_TALK, unsent });
  }

  /** Opens a chat of hers, or brings it up to date, as often as the line and the server let it. */
  async #bring(caseId: string): Promise<void> {
    const act = async (): Promise<void> => {
      const room = this.#rooms.get(caseId);
      // A room that belongs to an earlier session of the case is not gone on with.
      if (room === undefined || this.chat(caseId)?.ready !== true) return this.#openCase(caseId);
      const { session } = await room.refresh();
      this.session(caseId, session);
      room.line(true);
    };
    await this.#trusted(caseId, () => untilDone(act, this.world.after, this.#wanted(caseId)));
  }

  /** Whether what this line began for a case may still be gone on with. */
  #wanted(caseId: string): () => boolean {
    const line = this.#lines;
    return () => {
      const chat = this.chat(caseId);
      return line === this.#lines && chat !== undefined && this.#mayRead(chat);
    };
  }

  /** What she had opened before her page was loaded anew. */
  async #readAgain(opening: OpeningView): Promise<void> {
    const line = this.#lines;
    const command = { type: "case", case_id: opening.case_id } as const;
    const act = async (): Promise<void> => {
      await this.read(opening, (await this.world.request(command)) as CaseView);
    };
    await this.#trusted(opening.case_id, () =>
      untilDone(act, this.world.after, () => line === this.#lines),
    );
  }

  /** A box or record that is not to be trusted is said in the chat itself. */
  async #trusted(caseId: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      // After anything else the next welcome or session change says what is true.
      if (error instanceof Refused) this.#tell(caseId, { type: "alarm", alarm: "record_refused" });
    }
  }

  async #openCase(caseId: string): Promise<void> {
    const view = await this.world.request({ type: "case", case_id: caseId });
    await this.openView(view as CaseView);
  }

  protected async openView(view: CaseView): Promise<void> {
    const { case_id: caseId, session } = view;
    this.talks.set(caseId, EMPTY_TALK);
    const tell = (event: TalkEvent): void => this.#tell(caseId, event);
    this.#rooms.set(caseId, await Room.open({ ...this.world, tell }, view));
    this.fold({ type: "ready", caseId, session });
    void this.#leaveOut(caseId);
  }

  #forget(caseId: string): void {
    this.#rooms.get(caseId)?.stop();
    this.#rooms.delete(caseId);
    this.talks.delete(caseId);
    this.did.delete(caseId);
    for (const lane of [1, 2]) this.#drafts.delete(`${caseId}.${lane}`);
  }

  #tell(caseId: string, event: TalkEvent): void {
    this.talks.set(caseId, foldTalk(this.talks.get(caseId) ?? EMPTY_TALK, event));
  }

  protected fold(event: DeskEvent): void {
    this.desk = fold(this.desk, event);
  }
}
