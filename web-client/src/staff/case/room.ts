// A case on the desk: both lanes, what is sent into them, and what comes. Everything that touches a
// lane waits its turn, so that records and messages are judged in the order in which they came.
import {
  fromB64u,
  fromUtf8,
  toB64u,
  utf8,
  type Bytes,
  type Random,
} from "../../lib/crypto/bytes.ts";
import { caseKeys, type CaseKeys } from "../../lib/crypto/chain.ts";
import { makeEpoch, wireEpoch } from "../../lib/crypto/epoch.ts";
import { KIND, MAX_BODY, SENDER } from "../../lib/crypto/message.ts";
import { REASON } from "../../lib/crypto/record.ts";
import { demand, Refused } from "../../lib/crypto/refused.ts";
import { sigKid, type SigKeys, type Verify } from "../../lib/crypto/sign.ts";
import type {
  CaseView,
  NewEpoch,
  OrgAt,
  Page,
  RecordView,
  StaffCommand,
  StoredAck,
} from "../../lib/protocol/generated/wire.ts";
import { untilDone } from "../../lib/realtime/again.ts";
import { CommandRefused } from "../../lib/realtime/connection.ts";
import type { Arrived } from "../../lib/talk/arrived.ts";
import { Sender, type SenderWorld } from "../../lib/talk/sender.ts";
import { nameOfKid, rosterBook, type Org } from "../flows/org.ts";
import type { Author, TalkEvent } from "../state/talk.ts";
import { isBadBox, Lane, type KeyRing, type Taken } from "./lane.ts";
import { lineOf } from "./lines.ts";

/** What a room needs of the world. */
export interface RoomWorld extends Pick<SenderWorld, "after"> {
  readonly random: Random;
  /** ms since 1970. */
  readonly now: () => number;
  readonly request: (command: StaffCommand) => Promise<unknown>;
  readonly sig: SigKeys;
  readonly verify: Verify;
  readonly ring: KeyRing;
  readonly staffId: string;
  /** The newest that is known of the organisation. */
  readonly org: () => Org;
  readonly tell: (event: TalkEvent) => void;
}

/** The lanes of a case, verified; nothing of them was opened yet. */
export interface Lanes {
  readonly keys: CaseKeys;
  readonly chat: Lane;
  readonly notes: Lane;
}

/** Verifies what the server serves of a case. Throws `Refused`. */
export async function lanesOf(
  world: Pick<RoomWorld, "verify" | "ring" | "org">,
  view: CaseView,
): Promise<Lanes> {
  const { verify, ring } = world;
  const { orgId } = world.org();
  const keys = await caseKeys(orgId, fromB64u(view.csig_pk), fromB64u(view.ckem_pk));
  demand(toB64u(keys.caseId) === view.case_id, "A13");
  const directory = await rosterBook(verify, world.org(), view.org);
  const laneWorld = { verify, ring, directory };
  const of = async (number: 1 | 2): Promise<Lane> => {
    const lane = view.lanes.find((one) => one.lane === number);
    return lane === undefined
      ? Lane.empty(laneWorld, keys, number)
      : Lane.from(laneWorld, keys, lane);
  };
  return { keys, chat: await of(1), notes: await of(2) };
}

/**
 * Opens a lane; whether every box of hers did open. Throws `Refused` for lane 1. Lane 2 may be
 * claimed with an empty back link where its box does not open: the talk must not wait for notes.
 */
export async function openLane(lane: Lane): Promise<boolean> {
  try {
    await lane.open();
    return true;
  } catch (error) {
    if (lane.number === 1 || !isBadBox(error)) throw error;
    return false;
  }
}

/** Fetches what stands before a page, down to the first message, and chains it on. */
export async function takeHistory(
  request: RoomWorld["request"],
  caseId: string,
  lane: Lane,
  page: Page,
): Promise<{ taken: Taken[]; isWhole: boolean }> {
  const taken: Taken[] = [];
  let first = page.messages[0]?.seq ?? 1;
  while (first > 1) {
    const command = {
      type: "fetch_before",
      case_id: caseId,
      lane: lane.number,
      seq: first,
    } as const;
    const older = (await request(command)) as Page;
    const oldest = older.messages[0]?.seq;
    if (oldest === undefined || oldest >= first) return { taken, isWhole: false };
    taken.push(...(await lane.takeOlder(older)));
    first = oldest;
  }
  return { taken, isWhole: true };
}

/** A case that is hers. */
export class Room {
  readonly caseId: string;
  readonly #world: RoomWorld;
  readonly #lanes: readonly [Lane, Lane];
  #senders: readonly Sender[] = [];
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
    const own = toB64u(await sigKid(world.sig.pk));
    room.#senders = room.#lanes.map((lane) => room.#sender(lane, own));
    room.line(true);
    return room;
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
        () => this.refresh(),
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
    const sender = this.#senders[lane - 1];
    const body = utf8(JSON.stringify({ t: text }));
    if (sender === undefined || body.length > MAX_BODY) return false;
    const [msgId, at] = [toB64u(random(16)), now()];
    const kind = lane === 1 ? KIND.text : KIND.note;
    const own = { author: { by: "self" }, seq: null, state: "sending" } as const;
    tell({ type: "line", lane, line: { ...own, msgId, kind, at, body: { t: text } } });
    sender.write({ msgId, kind, body, ts: at });
    return true;
  }

  /** Sends again now what was not stored. */
  again(): void {
    for (const sender of this.#senders) sender.retry();
  }

  /** The line stands or is broken. */
  line(isOpen: boolean): void {
    for (const sender of this.#senders) {
      if (isOpen) sender.online();
      else sender.offline();
    }
  }

  /** The session is no longer hers: what is unsent is shown, nothing more is sent. */
  stop(): void {
    for (const sender of this.#senders) sender.stop();
  }

  /** Messages that the server tells of. */
  messages(number: number, messages: readonly Arrived[]): Promise<void> {
    const lane = this.#lanes[number - 1];
    return this.#inTurn(async () => {
      if (lane !== undefined) await this.#take(lane, messages);
    });
  }

  /** A new epoch. */
  record(number: number, record: RecordView, org: OrgAt): Promise<void> {
    const lane = this.#lanes[number - 1];
    return this.#inTurn(async () => {
      if (lane !== undefined) await this.#enter(lane, [record], org);
    });
  }

  /** Fetches the case anew: newer records, then what was missed of the messages. */
  async refresh(): Promise<void> {
    const view = (await this.#world.request({ type: "case", case_id: this.caseId })) as CaseView;
    await this.#inTurn(async () => {
      for (const served of view.lanes) {
        const lane = this.#lanes[served.lane - 1];
        if (lane === undefined) continue;
        await this.#enter(lane, served.records, view.org);
        await this.#take(lane, served.page.messages);
        if (served.lane === 1) {
          this.#world.tell({ type: "read_by_client", seq: served.read_by_client });
        }
      }
    });
  }

  /** The record that gives the case back to the team: lane 1, reason 5. */
  async giveBack(): Promise<NewEpoch> {
    const [chat] = this.#lanes;
    const { current } = this.#world.org();
    if (current === null) throw new Error("there is no roster");
    const epoch = await makeEpoch(chat.chain, {
      reason: REASON.reopen,
      creator: { keys: this.#world.sig, isStaff: true },
      audience: { hasTeam: true, people: [] },
      directory: current,
      e: this.#world.random(32),
      before: chat.newestKey,
    });
    return wireEpoch(epoch);
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
  }

  async #enter(lane: Lane, records: readonly RecordView[], org: OrgAt): Promise<void> {
    const { verify } = this.#world;
    lane.world = { ...lane.world, directory: await rosterBook(verify, this.#world.org(), org) };
    await lane.accept(records);
    await this.#open(lane);
    if (lane.epoch === undefined) return;
    const sender = this.#senders[lane.number - 1];
    if (lane.canWrite(this.#world.staffId)) sender?.epoch();
    else sender?.stop();
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
      toB64u(senderKid) === own
        ? { by: "self" }
        : { by: "staff", name: nameOfKid(org(), senderKid) ?? "" };
    for (const one of taken) {
      if (one.rule !== undefined) tell({ type: "alarm", alarm: "missing" });
      const line = lineOf(one, authorOf);
      if (line === null && lane.number === 2) tell({ type: "notes_closed" });
      if (line !== null) tell({ type: "line", lane: lane.number, line });
    }
  }
}

function textOf(body: Bytes): string {
  const { t } = JSON.parse(fromUtf8(body)) as { t: string };
  return t;
}
