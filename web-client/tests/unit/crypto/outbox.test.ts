// The outbox against a server that loses answers, moves epochs on and refuses: any order of these.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import type { SealedMessage } from "../../../src/lib/crypto/message.ts";
import {
  newOutbox,
  step,
  unacknowledged,
  type Draft,
  type Outbox,
  type OutboxEffect,
  type OutboxEvent,
} from "../../../src/lib/crypto/outbox.ts";

const draft = (n: number): Draft => ({ msgId: `m${n}`, kind: 1, body: utf8(`${n}`), ts: n });

/** What happens next in a world of one sender and one server. */
type Happening =
  | "write"
  | "sealer works"
  | "server takes"
  | "answer arrives"
  | "answer is lost"
  | "not stored"
  | "reconnect"
  | "epoch moves"
  | "records arrive";

const happenings: readonly Happening[] = [
  ...(["write", "sealer works", "server takes", "answer arrives", "answer is lost"] as const),
  ...(["not stored", "reconnect", "epoch moves", "records arrive"] as const),
];

interface Sent {
  readonly msgId: string;
  readonly epoch: number;
  readonly ctr: number;
  readonly message: SealedMessage;
}

/** A sender with its outbox, the network, and a server that stores by the rules. */
class World {
  outbox: Outbox = step(newOutbox(0, 0), { type: "online" }).outbox;
  serverEpoch = 0;
  written = 0;
  wantsRecords = false;
  readonly toSeal: Extract<OutboxEffect, { type: "seal" }>[] = [];
  /** Every sealing that was made, by id and epoch. */
  readonly sealings = new Map<string, Sent>();
  inFlight: Sent | undefined;
  answers: OutboxEvent[] = [];
  readonly stored: Sent[] = [];
  readonly acknowledged: string[] = [];

  tell(event: OutboxEvent): void {
    const { outbox, effects } = step(this.outbox, event);
    this.outbox = outbox;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: OutboxEffect): void {
    switch (effect.type) {
      case "seal":
        this.toSeal.push(effect);
        break;
      case "send":
        this.inFlight = this.#sealing(effect.message);
        break;
      case "fetch":
        this.wantsRecords = true;
        break;
      case "stored":
        this.acknowledged.push(effect.msgId);
        break;
      default:
        throw new Error(`nothing here deserves ${effect.type}`);
    }
  }

  #sealing(message: SealedMessage): Sent {
    const found = [...this.sealings.values()].find((one) => one.message === message);
    if (found === undefined) throw new Error("bytes that were never sealed");
    return found;
  }

  seal(): void {
    const asked = this.toSeal.shift();
    if (asked === undefined) return;
    const { ctr, epoch } = asked;
    const { msgId } = asked.draft;
    const key = `${msgId} ${epoch}`;
    // Two plaintexts under one epoch and id would share key and nonce.
    expect(this.sealings.has(key)).toBe(false);
    const hash: Bytes = utf8(key);
    const message = { envelope: { h: key, c: key }, hash };
    this.sealings.set(key, { msgId, epoch, ctr, message });
    this.tell({ type: "sealed", msgId, epoch, message });
  }

  take(): void {
    const sent = this.inFlight;
    if (sent === undefined) return;
    const { msgId } = sent;
    const known = this.stored.find((one) => one.msgId === msgId);
    const seq = this.stored.length + 1;
    if (known !== undefined) {
      this.answers.push({ type: "stored", msgId, seq, hash: known.message.hash });
    } else if (sent.epoch !== this.serverEpoch) {
      this.answers.push({ type: "stale", msgId });
    } else {
      this.stored.push(sent);
      this.answers.push({ type: "stored", msgId, seq, hash: sent.message.hash });
    }
    this.inFlight = undefined;
  }

  happen(happening: Happening): void {
    switch (happening) {
      case "write":
        return this.tell({ type: "write", draft: draft(++this.written) });
      case "sealer works":
        return this.seal();
      case "server takes":
        return this.take();
      case "answer arrives": {
        const answer = this.answers.shift();
        if (answer !== undefined) this.tell(answer);
        return;
      }
      case "answer is lost":
        this.answers = [];
        return;
      case "not stored":
        this.inFlight = undefined;
        return this.tell({ type: "retry" });
      case "reconnect":
        this.inFlight = undefined;
        this.answers = [];
        this.tell({ type: "offline" });
        this.tell({ type: "epoch", epoch: this.serverEpoch, canWrite: true });
        return this.tell({ type: "online" });
      case "epoch moves":
        this.serverEpoch++;
        return;
      case "records arrive":
        if (!this.wantsRecords) return;
        this.wantsRecords = false;
        return this.tell({ type: "epoch", epoch: this.serverEpoch, canWrite: true });
    }
  }

  /** Everything works from here on. */
  settle(): void {
    this.happen("reconnect");
    for (let i = 0; i < 8 * (this.written + 1); i++) {
      for (const good of ["sealer works", "server takes", "answer arrives", "records arrive"]) {
        this.happen(good as Happening);
      }
    }
  }
}

test("first in, first out; counters once and rising; each message stored once", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...happenings), { maxLength: 120 }), (story) => {
      const world = new World();
      for (const happening of story) world.happen(happening);
      world.settle();
      const ids = Array.from({ length: world.written }, (_, i) => `m${i + 1}`);
      expect(world.stored.map(({ msgId }) => msgId)).toEqual(ids);
      expect(world.stored.map(({ ctr }) => ctr)).toEqual(ids.map((_, i) => i + 1));
      expect(world.acknowledged).toEqual(ids);
      expect(unacknowledged(world.outbox)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

const sealedAs = (text: string): SealedMessage => ({
  envelope: { h: text, c: text },
  hash: utf8(text),
});

/** An outbox whose first message is on its way in epoch 0, with a second one behind it. */
function onItsWay(): Outbox {
  const events: OutboxEvent[] = [
    { type: "online" },
    { type: "write", draft: draft(1) },
    { type: "write", draft: draft(2) },
    { type: "sealed", msgId: "m1", epoch: 0, message: sealedAs("first") },
  ];
  return events.reduce((outbox, event) => step(outbox, event).outbox, newOutbox(6, 0));
}

describe("a sender", () => {
  test("sends the same bytes again after a break", () => {
    const { outbox } = step(onItsWay(), { type: "offline" });
    const { effects } = step(outbox, { type: "online" });
    expect(effects).toEqual([{ type: "send", msgId: "m1", message: sealedAs("first") }]);
  });

  test("keeps the counter when a newer epoch makes it seal again, and then goes on", () => {
    const stale = step(onItsWay(), { type: "stale", msgId: "m1" });
    expect(stale.effects).toEqual([{ type: "fetch" }]);
    const fresh = step(stale.outbox, { type: "epoch", epoch: 1, canWrite: true });
    expect(fresh.effects).toEqual([{ type: "seal", draft: draft(1), ctr: 7, epoch: 1 }]);
    const again = { type: "sealed", msgId: "m1", epoch: 1, message: sealedAs("again") } as const;
    const sent = step(fresh.outbox, again);
    const stored = { type: "stored", msgId: "m1", seq: 9, hash: utf8("again") } as const;
    expect(step(sent.outbox, stored).effects).toEqual([
      { type: "stored", msgId: "m1", seq: 9 },
      { type: "seal", draft: draft(2), ctr: 8, epoch: 1 },
    ]);
  });

  test("takes an answer that names the bytes of an older epoch", () => {
    const { outbox } = step(onItsWay(), { type: "epoch", epoch: 1, canWrite: true });
    const stored = { type: "stored", msgId: "m1", seq: 9, hash: utf8("first") } as const;
    expect(step(outbox, stored).effects[0]).toEqual({ type: "stored", msgId: "m1", seq: 9 });
  });

  test("who no longer reads the lane stops and gets the unsent texts back", () => {
    const { outbox, effects } = step(onItsWay(), { type: "epoch", epoch: 1, canWrite: false });
    expect(effects).toEqual([{ type: "unsent", drafts: [draft(1), draft(2)] }]);
    expect(step(outbox, { type: "online" }).effects).toEqual([]);
    expect(step(outbox, { type: "write", draft: draft(3) }).effects).toEqual([
      { type: "unsent", drafts: [draft(3)] },
    ]);
  });

  test("raises an alarm when the server has bytes that were never sent", () => {
    const stored = { type: "stored", msgId: "m1", seq: 9, hash: utf8("foreign") } as const;
    const { outbox, effects } = step(onItsWay(), stored);
    expect(effects[0]).toEqual({ type: "alarm", msgId: "m1" });
    expect(outbox.isStopped).toBe(true);
  });

  test("writes a text once", () => {
    const { outbox, effects } = step(onItsWay(), { type: "write", draft: draft(2) });
    expect(effects).toEqual([]);
    expect(unacknowledged(outbox)).toHaveLength(2);
  });
});
