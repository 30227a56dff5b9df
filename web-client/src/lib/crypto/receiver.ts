// What a receiver refuses: messages repeated, out of order, missing, changed, or not allowed.
// Nothing refused is hidden: the page shows that a message is missing or was changed.
import { equal, toB64u, type Bytes } from "./bytes.ts";
import type { CaseKeys, Link } from "./chain.ts";
import { decodeHeader, firstTh, leafOf, nextTh, openMessage } from "./message.ts";
import { SENDER, signatureOf, splitEnvelope } from "./message.ts";
import type { Envelope, Header, OpenedMessage, Seen } from "./message.ts";
import { Refused, demand, type Rule } from "./refused.ts";
import type { Lane } from "./record.ts";
import type { Verify } from "./sign.ts";

/** A message as the server keeps it: whole, or by its 32-byte leaf once it was shredded. */
export type Stored =
  | { readonly seq: number; readonly envelope: Envelope }
  | { readonly seq: number; readonly leaf: Bytes };

/** An epoch of the lane: its accepted record, and its key where this reader has it. */
export interface KnownEpoch {
  readonly link: Link;
  readonly key: Bytes | undefined;
}

/** A stored message with everything that can be said of it alone. */
export interface Judged {
  readonly seq: number;
  readonly leaf: Bytes;
  /** Absent where the message was shredded, or is not of this place and a known epoch. */
  readonly header?: Header;
  /** Absent where the message was shredded or its epoch cannot be opened. */
  readonly message?: OpenedMessage;
  /** The rule that it broke by itself. */
  readonly broken?: Rule;
}

export interface Reading {
  readonly keys: CaseKeys;
  readonly lane: Lane;
  readonly epoch: (epoch: number) => KnownEpoch | undefined;
  readonly verify: Verify;
}

/** The epoch that a message names; throws `Refused` M1 or M3. */
function place({ keys, lane, epoch }: Reading, header: Header): KnownEpoch {
  const isHere = equal(header.orgId, keys.orgId) && equal(header.caseId, keys.caseId);
  demand(isHere && header.lane === lane, "M1");
  const known = epoch(header.epoch);
  demand(known !== undefined, "M3");
  return known;
}

/** The key that must have signed a message; throws `Refused("M4")`. */
function senderKey({ link }: KnownEpoch, { senderKid, stype }: Header): Bytes {
  const kid = toB64u(senderKid);
  const sender = link.senders.find((one) => one.kid === kid);
  demand(sender !== undefined && sender.isStaff === (stype === SENDER.staff), "M4");
  return sender.sigPk;
}

/** Opens stored messages and verifies their signatures, all in one go. */
export async function judgeStored(stored: readonly Stored[], reading: Reading): Promise<Judged[]> {
  const opened = await Promise.all(stored.map((one) => judgeOne(one, reading)));
  const signed = opened.flatMap(({ message, pk }) =>
    message === undefined || pk === undefined ? [] : [{ message, check: signatureOf(message, pk) }],
  );
  const valid = await reading.verify(signed.map(({ check }) => check));
  const forged = new Set(signed.filter((_, i) => valid[i] !== true).map(({ message }) => message));
  return opened.map(({ seq, leaf, header, message, broken }) => {
    if (message !== undefined && forged.has(message)) return { seq, leaf, header, broken: "M9" };
    return { seq, leaf, header, message, broken };
  });
}

async function judgeOne(stored: Stored, reading: Reading): Promise<Judged & { pk?: Bytes }> {
  const { seq } = stored;
  if (!("envelope" in stored)) return { seq, leaf: stored.leaf };
  const split = splitEnvelope(stored.envelope);
  const leaf = await leafOf(split.hdr, split.ct);
  let header: Header | undefined;
  try {
    const decoded = decodeHeader(split.hdr);
    const epoch = place(reading, decoded);
    header = decoded;
    const pk = senderKey(epoch, header);
    if (epoch.key === undefined) return { seq, leaf, header };
    return { seq, leaf, header, pk, message: await openMessage(epoch.key, header, split) };
  } catch (error) {
    if (error instanceof Refused) return { seq, leaf, header, broken: error.rule };
    throw error;
  }
}

/** The lowest and the highest of what was taken. */
interface Range {
  readonly first: number;
  readonly last: number;
}

function joined(older: Range | undefined, newer: Range | undefined): Range | undefined {
  if (older === undefined || newer === undefined) return older ?? newer;
  return { first: older.first, last: newer.last };
}

/** The messages of a lane from some `seq` on, chained one to the next. */
export class Transcript {
  /** The transcript hash before the first message, and after each. */
  readonly #ths: Bytes[];
  readonly #ids = new Set<string>();
  /** By sender. */
  readonly #ctrs = new Map<string, Range>();
  #epochs: Range | undefined;
  /** Whether only the leaf is left of some, and whether some came whole. */
  #hasGone = false;
  #hasWhole = false;
  #first: number;
  #isProven: boolean;

  private constructor(first: number, before: Bytes, isProven: boolean) {
    this.#first = first;
    this.#ths = [before];
    this.#isProven = isProven;
  }

  /** A lane from its first message on. */
  static async whole(caseId: Bytes, lane: Lane): Promise<Transcript> {
    return new Transcript(1, await firstTh(caseId, lane), true);
  }

  /** A page that begins at `first`, with the hash before it as the server says it: unproven. */
  static page(first: number, before: Bytes): Transcript {
    return new Transcript(first, before, false);
  }

  /** Whether a signed message vouches for the hash that this page began with. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** What the next message of ours says that we have seen. */
  get seen(): Seen {
    const th = this.#ths[this.#ths.length - 1];
    return { seq: this.#first + this.#ths.length - 2, th: th ?? new Uint8Array(0) };
  }

  /**
   * Takes the next message. Returns the rule that it breaks, if any. After M2 it was not taken, so
   * that the gap can be fetched; after every other it counts, so that what follows can be judged.
   */
  async take({ seq, leaf, header, message, broken }: Judged): Promise<Rule | undefined> {
    const { seq: last, th } = this.seen;
    if (seq !== last + 1) return "M2";
    this.#ths.push(await nextTh(th, seq, leaf));
    const isGone = header === undefined && broken === undefined;
    // A deletion takes everything up to its moment.
    if (isGone && this.#hasWhole) return "M16";
    this.#hasGone ||= isGone;
    this.#hasWhole ||= !isGone;
    if (header === undefined) return broken;
    if (header.epoch < (this.#epochs?.last ?? 0)) return "M14";
    const rule = broken ?? this.#judge(header, message, last);
    if (rule === undefined) this.#count(header, message);
    return rule;
  }

  #judge(header: Header, message: OpenedMessage | undefined, last: number): Rule | undefined {
    if (this.#ids.has(toB64u(header.msgId))) return "M10";
    if (message === undefined) return undefined;
    const { ctr, seen } = message.content;
    if (ctr <= (this.#ctrs.get(toB64u(header.senderKid))?.last ?? 0)) return "M11";
    // What the sender saw before this page began cannot be judged here.
    const th = this.#ths[seen.seq - this.#first + 1];
    if (seen.seq > last || (th !== undefined && !equal(th, seen.th))) return "M12";
    if (th !== undefined) this.#isProven = true;
    return undefined;
  }

  #count(header: Header, message: OpenedMessage | undefined): void {
    this.#ids.add(toB64u(header.msgId));
    this.#epochs = { first: header.epoch, ...this.#epochs, last: header.epoch };
    if (message === undefined) return;
    const { ctr } = message.content;
    const sender = toB64u(header.senderKid);
    this.#ctrs.set(sender, { first: ctr, ...this.#ctrs.get(sender), last: ctr });
  }

  /** The counter that a sender's next message must have at least; the kid is base64url. */
  nextCtr(senderKid: string): number {
    return (this.#ctrs.get(senderKid)?.last ?? 0) + 1;
  }

  /**
   * Puts an older page, already taken, before this one. Throws `Refused` M2, M10, M11, M12 or M14
   * where the two do not meet, M16 where only the newer one was deleted.
   */
  prepend(older: Transcript): void {
    const [before] = this.#ths;
    const { seq, th } = older.seen;
    demand(seq === this.#first - 1, "M2");
    demand(before !== undefined && equal(th, before), "M12");
    for (const id of older.#ids) demand(!this.#ids.has(id), "M10");
    for (const [sender, { last }] of older.#ctrs) {
      demand(last < (this.#ctrs.get(sender)?.first ?? Infinity), "M11");
    }
    demand((older.#epochs?.last ?? 0) <= (this.#epochs?.first ?? Infinity), "M14");
    demand(!older.#hasWhole || !this.#hasGone, "M16");
    this.#ths.unshift(...older.#ths.slice(0, -1));
    this.#first = older.#first;
    for (const id of older.#ids) this.#ids.add(id);
    for (const [sender, { first, last }] of older.#ctrs) {
      this.#ctrs.set(sender, { last, ...this.#ctrs.get(sender), first });
    }
    this.#epochs = joined(older.#epochs, this.#epochs);
    // The newer part's hash commits to the older one: a proof of it proves both.
    this.#isProven ||= older.#isProven;
    this.#hasGone ||= older.#hasGone;
    this.#hasWhole ||= older.#hasWhole;
  }
}
