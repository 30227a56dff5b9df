// The outbox at work: seals, sends, hears what came of it.
import { fromB64u, toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { KIND, sealMessage, SENDER } from "../../lib/crypto/message.ts";
import { newOutbox, step, type Draft, type Outbox } from "../../lib/crypto/outbox.ts";
import type { OutboxEffect, OutboxEvent } from "../../lib/crypto/outbox.ts";
import { sigKid } from "../../lib/crypto/sign.ts";
import type { Envelope, StoredAck } from "../../lib/protocol/generated/wire.ts";
import { isAgain } from "../../lib/realtime/again.ts";
import { CommandRefused, Unanswered, type Frame } from "../../lib/realtime/connection.ts";
import { textBody } from "../limits.ts";
import type { ChatLane } from "./lane.ts";
import type { World } from "./world.ts";

/** How long after a refusal that may pass the same bytes are tried again. */
export const RETRY_MS = 5000;

/** What a sender tells its visit. */
export interface SenderTells {
  /** The line's way to ask the server. */
  readonly request: (command: Frame) => Promise<Frame & StoredAck>;
  /** A message is stored; its bytes where they are the last ones sent. */
  readonly stored: (ack: StoredAck, envelope: Envelope | undefined) => void;
  readonly notStored: (id: string) => void;
  readonly sending: (id: string) => void;
  /** The server knows newer records than this page. */
  readonly stale: () => void;
  /** The session is over: nothing more can be sent. */
  readonly over: () => void;
  /** The server has something under our id that we never sent, or broke another rule. */
  readonly alarm: () => void;
}

/** Sends one client's messages of the chat, in the order in which they were written. */
export class Sender {
  readonly #world: World;
  readonly #lane: ChatLane;
  readonly #tells: SenderTells;
  #outbox: Outbox;
  #isReady = false;
  #callOff: () => void = () => undefined;

  constructor(world: World, lane: ChatLane, tells: SenderTells) {
    this.#world = world;
    this.#lane = lane;
    this.#tells = tells;
    // Nothing is sealed before it is known what the server has of this client.
    this.#outbox = newOutbox(0, undefined);
  }

  /** Takes a text; it is sent when its turn comes. */
  write(id: string, text: string): void {
    const body: Bytes = textBody(text);
    const draft: Draft = { msgId: id, kind: KIND.text, body, ts: this.#world.now() };
    this.#step({ type: "write", draft });
  }

  /**
   * Everything that the server has of this client is here; only now may anything be sealed.
   *
   * @param lastCtr the highest counter of the client's own stored messages, 0 for none
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
    if (this.#isReady && epoch !== this.#outbox.epoch)
      this.#step({ type: "epoch", epoch, canWrite: true });
  }

  /** Whether the server refused the newest epoch that is here. */
  get isBehind(): boolean {
    return this.#outbox.epoch === undefined && this.#outbox.head?.epoch === this.#lane.epoch;
  }

  /** Tries again, with the same bytes. */
  retry(): void {
    this.#callOff();
    const { head } = this.#outbox;
    if (head !== undefined) this.#tells.sending(head.draft.msgId);
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
        return this.#send(effect);
      case "fetch":
        return this.#tells.stale();
      case "alarm":
        return this.#tells.alarm();
      // She reads what is stored from the server's answer; the client never stops being a reader.
      case "stored":
      case "unsent":
        return;
    }
  }

  async #seal({ draft, ctr, epoch }: Extract<OutboxEffect, { type: "seal" }>): Promise<void> {
    const key = this.#lane.key(epoch);
    if (key === undefined) return this.#tells.alarm();
    const message = await sealOwn(this.#lane, epoch, key, draft, ctr);
    this.#step({ type: "sealed", msgId: draft.msgId, epoch, message });
  }

  async #send({ msgId, message }: Extract<OutboxEffect, { type: "send" }>): Promise<void> {
    try {
      const ack = await this.#tells.request({ type: "send", envelope: message.envelope } as Frame);
      const isSame = ack.ct_hash === toB64u(message.hash);
      this.#step({ type: "stored", msgId, seq: ack.seq, hash: fromB64u(ack.ct_hash) });
      if (!this.#outbox.isStopped) {
        this.#tells.stored(ack, isSame ? { ...message.envelope } : undefined);
      }
    } catch (error) {
      this.#failed(msgId, error);
    }
  }

  #failed(msgId: string, error: unknown): void {
    // The line broke: it says so itself, and the same bytes go out when it stands again.
    if (error instanceof Unanswered) return;
    if (!(error instanceof CommandRefused)) return this.#tells.alarm();
    const { code } = error.problem;
    if (code === "stale_epoch") return this.#step({ type: "stale", msgId });
    if (code === "session_ended" || code === "wrong_state") return this.#tells.over();
    if (!isAgain(code)) return this.#tells.alarm();
    this.#tells.notStored(msgId);
    this.#callOff = this.#world.after(RETRY_MS, () => this.retry());
  }
}

/** Seals one of the client's own messages. */
export async function sealOwn(
  lane: ChatLane,
  epoch: number,
  key: Bytes,
  draft: Draft,
  ctr: number,
): Promise<{ envelope: Envelope; hash: Bytes }> {
  const { keys, own } = lane;
  const header = {
    orgId: keys.orgId,
    caseId: keys.caseId,
    lane: 1,
    epoch,
    msgId: fromB64u(draft.msgId),
    stype: SENDER.client,
    senderKid: await sigKid(own.sig.pk),
    kind: draft.kind,
  };
  const content = { ctr, ts: draft.ts, seen: lane.seen, body: draft.body };
  return sealMessage(key, header, content, own.sig.seed);
}
