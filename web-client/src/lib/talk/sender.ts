// One lane's outbox at work, the same for a client and for staff: seals, sends, hears what came of it.
import { fromB64u, toB64u, type Bytes } from "../crypto/bytes.ts";
import type { CaseKeys } from "../crypto/chain.ts";
import { sealMessage, type SealedMessage } from "../crypto/message.ts";
import { newOutbox, step, unacknowledged, type Draft, type Outbox } from "../crypto/outbox.ts";
import type { OutboxEffect, OutboxEvent } from "../crypto/outbox.ts";
import type { Transcript } from "../crypto/receiver.ts";
import { sigKid, type SigKeys } from "../crypto/sign.ts";
import type { Envelope, StoredAck } from "../protocol/generated/wire.ts";
import { isAgain } from "../realtime/again.ts";
import { backoff } from "../realtime/backoff.ts";
import { CommandRefused, Unanswered } from "../realtime/connection.ts";
import type { Arrived } from "./arrived.ts";

/** The lane that is written in. */
export interface SendLane {
  readonly number: 1 | 2;
  readonly keys: CaseKeys;
  /** The newest accepted epoch. */
  readonly epoch: number | undefined;
  readonly seen: Transcript["seen"];
  /** The key of an epoch. */
  key(epoch: number): Bytes | undefined;
}

/** Who writes. */
export interface Writer {
  readonly sig: SigKeys;
  /** One of `SENDER`. */
  readonly stype: number;
}

/** What a sender needs of the world, and what it tells. */
export interface SenderWorld {
  /** Calls back after some milliseconds; returns how to call it off. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** A number from 0 to 1, 1 excluded. */
  readonly jitter: () => number;
  readonly send: (envelope: Envelope) => Promise<StoredAck>;
  /** A message is stored; it comes with it where its bytes are the last ones sent. */
  readonly stored: (ack: StoredAck, message: Arrived | undefined) => void;
  readonly notStored: (msgId: string) => void;
  readonly sending: (msgId: string) => void;
  /** What can no longer be sent. */
  readonly unsent: (drafts: readonly Draft[]) => void;
  /** The server knows newer records: they are fetched and `epoch` is called. */
  readonly stale: () => void;
  /** The server takes nothing more, by the code of its refusal. */
  readonly over: (code: string) => void;
  /** The server has something under our id that we never sent, or broke another rule. */
  readonly alarm: () => void;
}

/** Sends one writer's messages of a lane, in the order in which they were written. */
export class Sender {
  readonly #world: SenderWorld;
  readonly #lane: SendLane;
  readonly #writer: Writer;
  // Nothing is sealed before it is known what the server has of this writer.
  #outbox: Outbox = newOutbox(0, undefined);
  #isReady = false;
  #attempt = 0;
  #callOff: () => void = () => undefined;

  constructor(world: SenderWorld, lane: SendLane, writer: Writer) {
    this.#world = world;
    this.#lane = lane;
    this.#writer = writer;
  }

  /** Takes a draft; it is sent when its turn comes. */
  write(draft: Draft): void {
    this.#step({ type: "write", draft });
  }

  /**
   * Everything that the server has of this writer is here; only now may anything be sealed.
   *
   * @param lastCtr the highest counter of the writer's own stored messages, 0 for none
   */
  knows(lastCtr: number): void {
    if (lastCtr > this.#outbox.lastCtr) this.#outbox = { ...this.#outbox, lastCtr };
    this.#isReady = true;
  }

  /** The line stands, and the session takes messages. */
  online(): void {
    this.epoch();
    if (!this.#outbox.isOnline) this.#step({ type: "online" });
  }

  offline(): void {
    this.#callOff();
    this.#step({ type: "offline" });
  }

  /** Records were accepted: what is not acknowledged goes under the newest key. */
  epoch(): void {
    const { epoch } = this.#lane;
    if (this.#isReady && epoch !== undefined && epoch !== this.#outbox.epoch)
      this.#step({ type: "epoch", epoch, canWrite: true });
  }

  /** Nothing more is sent; what is unsent is told. */
  stop(): void {
    this.#callOff();
    this.#step({ type: "epoch", epoch: this.#lane.epoch ?? 0, canWrite: false });
  }

  /**
   * Keeps a counter for a message of the writer's that goes its own way, with a record. Undefined
   * while anything is unacknowledged: what was written first must be stored first.
   */
  reserve(): number | undefined {
    if (unacknowledged(this.#outbox).length > 0) return undefined;
    const lastCtr = this.#outbox.lastCtr + 1;
    this.#outbox = { ...this.#outbox, lastCtr };
    return lastCtr;
  }

  /** Whether the server refused the newest epoch that is here. */
  get isBehind(): boolean {
    return this.#outbox.epoch === undefined && this.#outbox.head?.epoch === this.#lane.epoch;
  }

  /** Tries again now, with the same bytes. */
  retry(): void {
    this.#callOff();
    for (const { msgId } of unacknowledged(this.#outbox)) this.#world.sending(msgId);
    this.#step({ type: "retry" });
  }

  #step(event: OutboxEvent): void {
    const { outbox, effects } = step(this.#outbox, event);
    this.#outbox = outbox;
    for (const effect of effects) void this.#do(effect);
  }

  async #do(effect: OutboxEffect): Promise<void> {
    switch (effect.type) {
      case "seal":
        return this.#seal(effect);
      case "send":
        return this.#send(effect.msgId, effect.message);
      case "fetch":
        return this.#world.stale();
      case "unsent":
        return this.#world.unsent(effect.drafts);
      case "alarm":
        return this.#world.alarm();
      case "stored":
        // It was told with the server's own time when the answer came.
        return;
    }
  }

  async #seal({ draft, ctr, epoch }: Extract<OutboxEffect, { type: "seal" }>): Promise<void> {
    const key = this.#lane.key(epoch);
    if (key === undefined) return this.#world.alarm();
    const message = await sealOwn(this.#lane, this.#writer, { epoch, key }, draft, ctr);
    this.#step({ type: "sealed", msgId: draft.msgId, epoch, message });
  }

  async #send(msgId: string, { envelope, hash }: SealedMessage): Promise<void> {
    let ack: StoredAck;
    try {
      ack = await this.#world.send(envelope);
    } catch (error) {
      return this.#failed(msgId, error);
    }
    this.#attempt = 0;
    // Other bytes of ours may be stored, sent before under an older key; those are to be fetched.
    // What we never sent stops the outbox, and is never told as stored.
    const isSame = ack.ct_hash === toB64u(hash);
    this.#step({ type: "stored", msgId, seq: ack.seq, hash: fromB64u(ack.ct_hash) });
    const { seq, stored_at } = ack;
    if (isSame) this.#world.stored(ack, { seq, stored_at, envelope: { ...envelope } });
    else if (!this.#outbox.isStopped) this.#world.stored(ack, undefined);
  }

  #failed(msgId: string, error: unknown): void {
    // The line broke: it says so itself, and the same bytes go out when it stands again.
    if (error instanceof Unanswered) return;
    if (!(error instanceof CommandRefused)) return this.#world.alarm();
    const { code } = error.problem;
    if (code === "stale_epoch") return this.#step({ type: "stale", msgId });
    if (!isAgain(code)) return this.#world.over(code);
    this.#world.notStored(msgId);
    this.#callOff();
    const ms = backoff(this.#attempt, this.#world.jitter());
    this.#attempt += 1;
    this.#callOff = this.#world.after(ms, () => this.retry());
  }
}

/** Seals one of the writer's own messages. */
export async function sealOwn(
  { keys: { orgId, caseId }, number, seen }: SendLane,
  { sig, stype }: Writer,
  { epoch, key }: { readonly epoch: number; readonly key: Bytes },
  { msgId, kind, body, ts }: Draft,
  ctr: number,
): Promise<SealedMessage> {
  const header = {
    ...{ orgId, caseId, lane: number, epoch, stype, kind },
    msgId: fromB64u(msgId),
    senderKid: await sigKid(sig.pk),
  };
  return sealMessage(key, header, { ctr, ts, seen, body }, sig.seed);
}
