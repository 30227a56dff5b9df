// Sends one lane's messages: does what the outbox says and tells it what came of it.
import { fromB64u, toB64u, utf8, type Bytes, type Random } from "../../lib/crypto/bytes.ts";
import type { CaseKeys } from "../../lib/crypto/chain.ts";
import { leafOf, MAX_BODY, sealMessage, SENDER, splitEnvelope } from "../../lib/crypto/message.ts";
import type { SealedMessage } from "../../lib/crypto/message.ts";
import {
  newOutbox,
  step,
  unacknowledged,
  type Draft,
  type Outbox,
  type OutboxEffect,
  type OutboxEvent,
} from "../../lib/crypto/outbox.ts";
import { sigKid, type SigKeys } from "../../lib/crypto/sign.ts";
import type { StaffCommand, StoredAck, StoredMessage } from "../../lib/protocol/generated/wire.ts";
import { isAgain } from "../../lib/realtime/again.ts";
import { backoff } from "../../lib/realtime/backoff.ts";
import { CommandRefused } from "../../lib/realtime/connection.ts";
import type { TalkEvent } from "../state/talk.ts";
import type { Lane } from "./lane.ts";

/** What a sender needs of the world. */
export interface SenderWorld {
  readonly random: Random;
  /** ms since 1970. */
  readonly now: () => number;
  readonly after: (ms: number, act: () => void) => () => void;
  readonly request: (command: StaffCommand) => Promise<unknown>;
  readonly sig: SigKeys;
  readonly tell: (event: TalkEvent) => void;
  /** An own message was stored: it takes its place in the transcript. */
  readonly stored: (message: StoredMessage) => Promise<void>;
  /** The server knows a newer epoch: its records are fetched and `epoch` is said. */
  readonly fetch: () => Promise<void>;
}

/** One lane's outbox at work. */
export class Sender {
  readonly #world: SenderWorld;
  readonly #keys: CaseKeys;
  readonly #lane: Lane;
  #outbox: Outbox;
  #attempt = 0;
  #callOff: () => void = () => undefined;

  private constructor(world: SenderWorld, keys: CaseKeys, lane: Lane, outbox: Outbox) {
    this.#world = world;
    this.#keys = keys;
    this.#lane = lane;
    this.#outbox = outbox;
  }

  static async of(world: SenderWorld, keys: CaseKeys, lane: Lane): Promise<Sender> {
    const kid = toB64u(await sigKid(world.sig.pk));
    const outbox = newOutbox(lane.transcript.nextCtr(kid) - 1, lane.epoch);
    return new Sender(world, keys, lane, outbox);
  }

  /** What is written and not acknowledged. */
  get pending(): readonly Draft[] {
    return unacknowledged(this.#outbox);
  }

  /** Writes a text; false where it is too long for one message. */
  write(kind: number, text: string): boolean {
    const body = utf8(JSON.stringify({ t: text }));
    if (body.length > MAX_BODY) return false;
    const msgId = toB64u(this.#world.random(16));
    const at = this.#world.now();
    this.#world.tell({
      type: "line",
      lane: this.#lane.number,
      line: {
        msgId,
        kind,
        at,
        seq: null,
        author: { by: "self" },
        body: { t: text },
        state: "sending",
      },
    });
    this.dispatch({ type: "write", draft: { msgId, kind, body, ts: at } });
    return true;
  }

  /** Sends again now what was not stored. */
  again(): void {
    this.#callOff();
    for (const { msgId } of this.pending) {
      this.#world.tell({ type: "sending", lane: this.#lane.number, msgId });
    }
    this.dispatch({ type: "retry" });
  }

  /** Nothing more is sent; what is unsent is shown for copying. */
  stop(): void {
    this.#callOff();
    this.dispatch({ type: "epoch", epoch: this.#lane.epoch ?? 0, canWrite: false });
  }

  /** Tells the outbox what happened and does what it says. */
  dispatch(event: OutboxEvent): void {
    const { outbox, effects } = step(this.#outbox, event);
    this.#outbox = outbox;
    for (const effect of effects) void this.#do(effect);
  }

  async #do(effect: OutboxEffect): Promise<void> {
    const { tell } = this.#world;
    const lane = this.#lane.number;
    switch (effect.type) {
      case "seal":
        return this.#seal(effect.draft, effect.ctr, effect.epoch);
      case "send":
        return this.#send(effect.msgId, effect.message);
      case "fetch":
        return this.#fetch();
      case "unsent":
        return tell({ type: "unsent", texts: effect.drafts.map(({ body }) => textOf(body)) });
      case "alarm":
        return tell({ type: "alarm", alarm: "missing" });
      case "stored":
        this.#attempt = 0;
        return tell({
          ...{ type: "stored", lane, msgId: effect.msgId },
          ...{ seq: effect.seq, at: this.#world.now() },
        });
    }
  }

  /** Without an answer the records come when the line stands again. */
  async #fetch(): Promise<void> {
    try {
      await this.#world.fetch();
    } catch (error) {
      if (error instanceof CommandRefused) this.stop();
    }
  }

  async #seal({ msgId, kind, body, ts }: Draft, ctr: number, epoch: number): Promise<void> {
    const key = this.#lane.newestKey;
    if (key === undefined || this.#lane.epoch !== epoch) return;
    const { orgId, caseId } = this.#keys;
    const { sig } = this.#world;
    const header = {
      ...{ orgId, caseId, lane: this.#lane.number, epoch, msgId: fromB64u(msgId), kind },
      stype: SENDER.staff,
      senderKid: await sigKid(sig.pk),
    };
    const content = { ctr, ts, seen: this.#lane.transcript.seen, body };
    const message = await sealMessage(key, header, content, sig.seed);
    this.dispatch({ type: "sealed", msgId, epoch, message });
  }

  async #send(msgId: string, message: SealedMessage): Promise<void> {
    const { envelope } = message;
    try {
      const ack = (await this.#world.request({ type: "send", envelope })) as StoredAck;
      const { hdr, ct } = splitEnvelope(envelope);
      const leaf = toB64u(await leafOf(hdr, ct));
      await this.#world.stored({ seq: ack.seq, envelope, leaf, stored_at: ack.stored_at });
      this.dispatch({ type: "stored", msgId, seq: ack.seq, hash: fromB64u(ack.ct_hash) });
    } catch (error) {
      // Without an answer the line is broken; the same bytes go again when it stands.
      if (error instanceof CommandRefused) this.#refused(msgId, error.problem.code);
    }
  }

  #refused(msgId: string, code: string): void {
    if (code === "stale_epoch") return this.dispatch({ type: "stale", msgId });
    if (!isAgain(code)) return this.stop();
    this.#world.tell({ type: "not_stored", lane: this.#lane.number, msgId });
    this.#callOff();
    this.#callOff = this.#world.after(backoff(this.#attempt, 0.5), () => this.again());
    this.#attempt += 1;
  }
}

function textOf(body: Bytes): string {
  const { t } = JSON.parse(new TextDecoder().decode(body)) as { t: string };
  return t;
}
