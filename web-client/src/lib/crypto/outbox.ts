// The outbox of one lane: first in, first out, one message on its way at a time.
//
// One at a time, because a later message that is stored while an earlier one is not would reach
// the readers with counters that fall. Pure: it says what to do and is told what came of it.
import { equal, type Bytes } from "./bytes.ts";
import type { SealedMessage } from "./message.ts";

/** A message as it was written; `msgId` is 16 random bytes as base64url. */
export interface Draft {
  readonly msgId: string;
  readonly kind: number;
  /** UTF-8 JSON. */
  readonly body: Bytes;
  /** Milliseconds since 1970. */
  readonly ts: number;
}

/** The oldest message that is not acknowledged. */
interface Head {
  readonly draft: Draft;
  /** Given once, when it is first sealed. */
  readonly ctr: number;
  /** The epoch that it was last sealed for; only a newer one permits sealing it again. */
  readonly epoch: number;
  /** Absent while it is being sealed. */
  readonly sealed: SealedMessage | undefined;
  /** H(ct) of everything that was sent under its id. */
  readonly hashes: readonly Bytes[];
}

export interface Outbox {
  /** The newest epoch that was accepted; undefined while records are awaited. */
  readonly epoch: number | undefined;
  readonly isOnline: boolean;
  /** A sender who stopped reading the lane, or found a foreign ciphertext, sends nothing more. */
  readonly isStopped: boolean;
  readonly lastCtr: number;
  readonly head: Head | undefined;
  readonly waiting: readonly Draft[];
}

export type OutboxEvent =
  | { readonly type: "write"; readonly draft: Draft }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** A newer epoch was accepted; `canWrite` says whether this sender is among its readers. */
  | { readonly type: "epoch"; readonly epoch: number; readonly canWrite: boolean }
  | {
      readonly type: "sealed";
      readonly msgId: string;
      readonly epoch: number;
      readonly message: SealedMessage;
    }
  /** The server stored it, now or long ago; `hash` is the H(ct) that it has. */
  | { readonly type: "stored"; readonly msgId: string; readonly seq: number; readonly hash: Bytes }
  /** The server knows a newer epoch. */
  | { readonly type: "stale"; readonly msgId: string }
  /** Not stored; the page decides when to try again. */
  | { readonly type: "retry" };

export type OutboxEffect =
  | { readonly type: "seal"; readonly draft: Draft; readonly ctr: number; readonly epoch: number }
  | { readonly type: "send"; readonly msgId: string; readonly message: SealedMessage }
  | { readonly type: "stored"; readonly msgId: string; readonly seq: number }
  /** Fetch and accept the records, then say `epoch`. */
  | { readonly type: "fetch" }
  /** What was not sent, to be shown for copying and then dropped. */
  | { readonly type: "unsent"; readonly drafts: readonly Draft[] }
  /** The server has a ciphertext under our id that we never sent. */
  | { readonly type: "alarm"; readonly msgId: string };

export interface Step {
  readonly outbox: Outbox;
  readonly effects: readonly OutboxEffect[];
}

/** An outbox of a sender whose last stored message had the counter `lastCtr`, 0 for none. */
export function newOutbox(lastCtr: number, epoch: number | undefined): Outbox {
  return { epoch, lastCtr, isOnline: false, isStopped: false, head: undefined, waiting: [] };
}

/** Everything unacknowledged, oldest first. */
export const unacknowledged = ({ head, waiting }: Outbox): readonly Draft[] =>
  head === undefined ? waiting : [head.draft, ...waiting];

/** The next state and what is to be done. */
export function step(outbox: Outbox, event: OutboxEvent): Step {
  const stay = { outbox, effects: [] };
  if (outbox.isStopped) {
    return event.type === "write"
      ? { outbox, effects: [{ type: "unsent", drafts: [event.draft] }] }
      : stay;
  }
  switch (event.type) {
    case "write":
      // An id names one text; writing it twice changes nothing.
      if (unacknowledged(outbox).some(({ msgId }) => msgId === event.draft.msgId)) return stay;
      return advance({ ...outbox, waiting: [...outbox.waiting, event.draft] });
    case "online":
      return resend({ ...outbox, isOnline: true });
    case "offline":
      return { outbox: { ...outbox, isOnline: false }, effects: [] };
    case "retry":
      return resend(outbox);
    case "epoch":
      return event.canWrite ? enter(outbox, event.epoch) : stop(outbox);
    case "sealed":
      return isHead(outbox, event.msgId) ? sealed(outbox, event.epoch, event.message) : stay;
    case "stored":
      return isHead(outbox, event.msgId) ? stored(outbox, event.seq, event.hash) : stay;
    case "stale":
      if (!isHead(outbox, event.msgId)) return stay;
      return { outbox: { ...outbox, epoch: undefined }, effects: [{ type: "fetch" }] };
  }
}

const isHead = ({ head }: Outbox, msgId: string): boolean => head?.draft.msgId === msgId;

/** Begins with the oldest draft where nothing is on its way. */
function advance(outbox: Outbox): Step {
  const [draft, ...waiting] = outbox.waiting;
  const { epoch, head } = outbox;
  if (draft === undefined || head !== undefined || epoch === undefined) {
    return { outbox, effects: [] };
  }
  const ctr = outbox.lastCtr + 1;
  return seal({ ...outbox, lastCtr: ctr, waiting }, { draft, ctr, hashes: [] }, epoch);
}

function seal(outbox: Outbox, head: Pick<Head, "draft" | "ctr" | "hashes">, epoch: number): Step {
  return {
    outbox: { ...outbox, head: { ...head, epoch, sealed: undefined } },
    effects: [{ type: "seal", draft: head.draft, ctr: head.ctr, epoch }],
  };
}

function sealed(outbox: Outbox, epoch: number, message: SealedMessage): Step {
  const { head } = outbox;
  // A sealing that a newer epoch has overtaken is dropped unsent.
  if (head === undefined || head.epoch !== epoch || head.sealed !== undefined) {
    return { outbox, effects: [] };
  }
  const hashes = [...head.hashes, message.hash];
  return resend({ ...outbox, head: { ...head, sealed: message, hashes } });
}

/** Sends the head's bytes, the same ones at every attempt, while its epoch is the newest. */
function resend(outbox: Outbox): Step {
  const { head, isOnline, epoch } = outbox;
  if (head?.sealed === undefined || !isOnline || epoch === undefined) {
    return { outbox, effects: [] };
  }
  const send = { type: "send", msgId: head.draft.msgId, message: head.sealed } as const;
  return { outbox, effects: [send] };
}

function enter(outbox: Outbox, epoch: number): Step {
  const { head } = outbox;
  const next = { ...outbox, epoch };
  if (head === undefined) return advance(next);
  // Two plaintexts must never share an epoch and an id: within an epoch the bytes stay.
  return epoch > head.epoch ? seal(next, head, epoch) : resend(next);
}

function stored(outbox: Outbox, seq: number, hash: Bytes): Step {
  const { head } = outbox;
  if (head === undefined) return { outbox, effects: [] };
  const { msgId } = head.draft;
  if (!head.hashes.some((sent) => equal(sent, hash))) {
    const stopped = stop(outbox);
    return { ...stopped, effects: [{ type: "alarm", msgId }, ...stopped.effects] };
  }
  const next = advance({ ...outbox, head: undefined });
  return { ...next, effects: [{ type: "stored", msgId, seq }, ...next.effects] };
}

function stop(outbox: Outbox): Step {
  const drafts = unacknowledged(outbox);
  return {
    outbox: { ...outbox, isStopped: true, head: undefined, waiting: [] },
    effects: drafts.length === 0 ? [] : [{ type: "unsent", drafts }],
  };
}
