// A case on the desk: both lanes, what is sent into them, and what comes. Everything that touches a
// lane waits its turn, so that records and messages are judged in the order in which they came.
import { fromUtf8, toB64u, utf8, type Bytes } from "../../lib/crypto/bytes.ts";
import { KIND, MAX_BODY, SENDER } from "../../lib/crypto/message.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import { sigKid } from "../../lib/crypto/sign.ts";
import type {
  CaseView,
  OrgAt,
  Page,
  RecordView,
  StoredAck,
} from "../../lib/protocol/generated/wire.ts";
import { untilDone } from "../../lib/realtime/again.ts";
import { CommandRefused } from "../../lib/realtime/connection.ts";
import type { Arrived } from "../../lib/talk/arrived.ts";
import { Sender, type SenderWorld } from "../../lib/talk/sender.ts";
import { rosterBook, whoseKid } from "../flows/org.ts";
import type { Author } from "../state/talk.ts";
import { lanesOf, makerOf, openLane, takeHistory, type Lanes, type RoomWorld } from "./lanes.ts";
import type { Lane, Taken } from "./lane.ts";
import { lineOf } from "./lines.ts";
import { goneFrom, rekeyRecords, reopenRecord, seatRecords, type SeatDeed } from "./records.ts";

/** A case that is hers, or that she reads. */
export class Room {
  readonly caseId: string;
  readonly #world: RoomWorld;
  readonly #lanes: readonly [Lane, Lane];
  /** By lane; none while she only reads. */
  readonly #senders = new Map<number, Sender>();
  #isOnline = false;
  #turn: Promise<void> = Promise.resolve();
  #isBroken = false;

  private constructor(world: RoomWorld, { keys, chat, notes }: Lanes) {
    this.#world = world;
    this.#lanes = [chat, notes];
    this.caseId = toB64u(keys.caseId);
  }

  /** Verifies and opens a case. Throws `Refused` where a record or a box is not to be trusted. */
  static async open(world: RoomWorld, view: CaseView): Promise<Room> {
    const lanes = await lanesOf(world, view);
    const room = new Room(world, lanes);
    for (const lane of room.#lanes) {
      await room.#open(lane);
      const served = view.lanes.find((one) => one.lane === lane.number);
      if (served === undefined) continue;
      await room.#show(lane, (await lane.take(served.page.messages)).taken);
      const older = await takeHistory(world.request, room.caseId, lane, served.page);
      await room.#show(lane, older.taken);
      if (!older.isWhole) world.tell({ type: "alarm", alarm: "missing" });
      if (lane.number === 1) {
        world.tell({ type: "read_by_client", seq: served.read_by_client });
        world.tell({ type: "shown", seq: served.read_by_staff });
      }
    }
    if (lanes.chat.wasReopened) world.tell({ type: "returned" });
    await room.#sit();
    room.line(true);
    return room;
  }

  /** Who reads the newest epoch under her own key writes in it; who does not, writes no longer. */
  async #sit(): Promise<void> {
    const own = toB64u(await sigKid(this.#world.sig.pk));
    for (const lane of this.#lanes) {
      const sender = this.#senders.get(lane.number);
      if (lane.epoch === undefined) continue;
      if (!lane.canWrite(this.#world.staffId)) this.#rise(lane.number);
      else if (sender !== undefined) sender.epoch();
      else this.#senders.set(lane.number, this.#sender(lane, own));
    }
    if (this.#isOnline) for (const sender of this.#senders.values()) sender.online();
  }

  #rise(lane: 1 | 2): void {
    this.#senders.get(lane)?.stop();
    this.#senders.delete(lane);
  }

  #sender(lane: Lane, own: string): Sender {
    const { after, random, request, tell, sig } = this.#world;
    const at = lane.number;
    const world: SenderWorld = {
      ...{ after, jitter: () => (random(1)[0] ?? 0) / 256 },
      send: async (envelope) => (await request({ type: "send", envelope })) as StoredAck,
      stored: ({ msg_id: msgId, seq, stored_at }, message) => {
        tell({ type: "stored", lane: at, msgId, seq, at: stored_at });
        void this.#follow(lane, message);
      },
      notStored: (msgId) => tell({ type: "not_stored", lane: at, msgId }),
      sending: (msgId) => tell({ type: "sending", lane: at, msgId }),
      unsent: (drafts) => tell({ type: "unsent", texts: drafts.map(({ body }) => textOf(body)) }),
      stale: () => void this.#renew(sender),
      over: () => sender.stop(),
      alarm: () => tell({ type: "alarm", alarm: "missing" }),
    };
    const sender = new Sender(world, lane, { sig, stype: SENDER.staff });
    sender.knows(lane.transcript.nextCtr(own) - 1);
    return sender;
  }

  /** An own message takes its place in the transcript; where other bytes are stored, by fetching. */
  async #follow(lane: Lane, message: Arrived | undefined): Promise<void> {
    const act = (): Promise<void> =>
      this.#inTurn(() =>
        message === undefined ? this.#fetch(lane, []) : this.#take(lane, [message]),
      );
    try {
      await untilDone(act, this.#world.after, () => !this.#isBroken);
    } catch {
      // The line is broken or the case no longer hers; the message is stored, and what is missing
      // here is fetched with the next one that comes.
    }
  }

  /** The server knows newer records. Without an answer they come when the line stands again. */
  async #renew(sender: Sender): Promise<void> {
    try {
      await untilDone(
        async () => void (await this.refresh()),
        this.#world.after,
        () => !this.#isBroken,
      );
    } catch (error) {
      if (error instanceof CommandRefused) sender.stop();
    }
  }

  /** Writes to the client, or a note; false where it is too long for one message. */
  write(lane: 1 | 2, text: string): boolean {
    const { random, now, tell } = this.#world;
    const sender = this.#senders.get(lane);
    const body = utf8(JSON.stringify({ t: text }));
    if (body.length > MAX_BODY) return false;
    if (sender === undefined) {
      tell({ type: "unsent", texts: [text] });
      return true;
    }
    const [msgId, at] = [toB64u(random(16)), now()];
    const kind = lane === 1 ? KIND.text : KIND.note;
    const own = { author: { by: "self" }, seq: null, state: "sending" } as const;
    tell({ type: "line", lane, line: { ...own, msgId, kind, at, body: { t: text } } });
    sender.write({ msgId, kind, body, ts: at });
    return true;
  }

  /** Sends again now what was not stored. */
  again(): void {
    for (const sender of this.#senders.values()) sender.retry();
  }

  /** The line stands or is broken. */
  line(isOpen: boolean): void {
    this.#isOnline = isOpen;
    for (const sender of this.#senders.values()) {
      if (isOpen) sender.online();
      else sender.offline();
    }
  }

  /** The session is no longer hers: what is unsent is shown, nothing more is sent. */
  stop(): void {
    for (const sender of this.#senders.values()) sender.stop();
    this.#senders.clear();
  }

  /** Messages that the server tells of. */
  messages(number: number, messages: readonly Arrived[]): Promise<void> {
    const lane = this.#lanes[number - 1];
    return this.#inTurn(async () => {
      if (lane === undefined) return;
      if (lane.lacksRecordsOf(messages) && !(await this.#caughtUp())) return;
      await this.#take(lane, messages);
    });
  }

  /** Fetches newer records. False where the case is no longer hers: she is told that next. */
  async #caughtUp(): Promise<boolean> {
    try {
      await this.#adopt(await this.#case());
      return true;
    } catch (error) {
      if (error instanceof CommandRefused) return false;
      throw error;
    }
  }

  /** A new epoch; what she may open it by comes with its record. */
  record(number: number, record: RecordView, org: OrgAt): Promise<void> {
    const lane = this.#lanes[number - 1];
    return this.#inTurn(async () => {
      if (lane === undefined) return;
      await this.#enter(lane, [record], org);
    });
  }

  /** Fetches the case anew: newer records, then what was missed of the messages. */
  async refresh(): Promise<CaseView> {
    const view = await this.#case();
    await this.adopt(view);
    return view;
  }

  #case(): Promise<CaseView> {
    return this.#world.request({ type: "case", case_id: this.caseId }) as Promise<CaseView>;
  }

  /** Takes what the server serves of the case: newer records, then what was missed. */
  adopt(view: CaseView): Promise<void> {
    return this.#inTurn(() => this.#adopt(view));
  }

  async #adopt(view: CaseView): Promise<void> {
    for (const served of view.lanes) {
      const lane = this.#lanes[served.lane - 1];
      if (lane === undefined) continue;
      await this.#enter(lane, served.records, view.org);
      await this.#take(lane, served.page.messages);
      if (served.lane === 1) {
        this.#world.tell({ type: "read_by_client", seq: served.read_by_client });
      }
    }
    // Only once her own last message is here, so that the next one counts on from it.
    await this.#sit();
  }

  /** The request that gives the case to the team. */
  giveBack(): ReturnType<typeof reopenRecord> {
    return reopenRecord(this.#lanes[0], makerOf(this.#world));
  }

  /**
   * Joins or takes over, by the records of this moment; what she writes meanwhile waits. Null while
   * a message of hers is still on its way: the greeting must not overtake it.
   */
  async enter(deed: Exclude<SeatDeed, "leave">): Promise<CaseView | null> {
    const sender = this.#senders.get(1);
    const ctr = sender?.reserve();
    if (sender !== undefined && ctr === undefined) return null;
    sender?.offline();
    try {
      const view = (await this.#post(deed, ctr)) as CaseView;
      await this.adopt(view);
      return view;
    } finally {
      if (this.#isOnline) sender?.online();
    }
  }

  /** Leaves, by the records of this moment. */
  async leave(): Promise<void> {
    await this.#post("leave");
  }

  async #post(deed: SeatDeed, ctr?: number): Promise<unknown> {
    const [chat, notes] = this.#lanes;
    const { name, now, request } = this.#world;
    const greeting = { name, role: "supervisor", at: now(), ctr } as const;
    return request(await seatRecords(deed, { chat, notes }, makerOf(this.#world), greeting));
  }

  /** Whoever reads the newest epochs and is not among these drops out, by new ones. */
  leaveOut(there: () => readonly string[] | null): Promise<void> {
    return this.#inTurn(async () => {
      const [chat, notes] = this.#lanes;
      const people = there();
      if (people === null || goneFrom({ chat, notes }, people).length === 0) return;
      await this.#rekey(people);
    });
  }

  /** Both records of lane 1 are taken at once: between them she is no reader. */
  async #rekey(there: readonly string[]): Promise<void> {
    const [chat, notes] = this.#lanes;
    const { request } = this.#world;
    await request(await rekeyRecords({ chat, notes }, makerOf(this.#world), there));
    await this.#adopt(await this.#case());
  }

  /** After a refused record nothing more of the case is trusted or sent. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const guarded = async (): Promise<void> => {
      if (this.#isBroken) return;
      try {
        await act();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.#isBroken = true;
        this.#world.tell({ type: "alarm", alarm: "record_refused" });
        this.stop();
      }
    };
    const turn = this.#turn.then(guarded);
    // A failed fetch must not stop what comes after it.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #open(lane: Lane): Promise<void> {
    if (!(await openLane(lane))) this.#world.tell({ type: "notes_closed" });
    if (lane.isBoxBroken) this.#world.tell({ type: "box_broken" });
  }

  async #enter(lane: Lane, records: readonly RecordView[], org: OrgAt): Promise<void> {
    const { verify } = this.#world;
    lane.world = { ...lane.world, directory: await rosterBook(verify, this.#world.org(), org) };
    await lane.accept(records);
    await this.#open(lane);
    if (lane.epoch === undefined) return;
    if (lane.canWrite(this.#world.staffId)) this.#senders.get(lane.number)?.epoch();
    else this.#rise(lane.number);
  }

  async #take(lane: Lane, messages: readonly Arrived[]): Promise<void> {
    const { taken, gap } = await lane.take(messages);
    await this.#show(lane, taken);
    if (gap) await this.#fetch(lane, messages);
  }

  /** Fetches what comes after the newest message that is here, and puts `messages` after it. */
  async #fetch(lane: Lane, messages: readonly Arrived[]): Promise<void> {
    for (;;) {
      const { seq } = lane.seen;
      const page = (await this.#world.request({
        ...{ type: "fetch_after", case_id: this.caseId },
        ...{ lane: lane.number, seq },
      })) as Page;
      const { taken, gap } = await lane.take([...page.messages, ...messages]);
      await this.#show(lane, taken);
      if (!gap && page.last_seq <= lane.seen.seq) return;
      // A server that has nothing for the gap leaves a message out.
      if (taken.length === 0) return this.#world.tell({ type: "alarm", alarm: "missing" });
    }
  }

  async #show(lane: Lane, taken: readonly Taken[]): Promise<void> {
    const { sig, org, tell } = this.#world;
    const own = toB64u(await sigKid(sig.pk));
    const authorOf = ({ senderKid }: { senderKid: Bytes }): Author =>
      toB64u(senderKid) === own ? { by: "self" } : { by: "staff", ...whoseKid(org(), senderKid) };
    for (const one of taken) {
      if (one.rule !== undefined) tell({ type: "alarm", alarm: "missing" });
      const line = lineOf(one, authorOf, (epoch) => lane.isTransfer(epoch));
      if (line === null && lane.number === 2) tell({ type: "notes_closed" });
      if (line !== null) tell({ type: "line", lane: lane.number, line });
    }
  }
}

function textOf(body: Bytes): string {
  const { t } = JSON.parse(fromUtf8(body)) as { t: string };
  return t;
}
