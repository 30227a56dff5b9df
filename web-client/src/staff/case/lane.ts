// One lane of a case as this person reads it: its records, the epoch keys she has, its transcript.
import { fromB64u, toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import {
  accept,
  emptyChain,
  openEpoch,
  openPast,
  type CaseKeys,
  type Chain,
  type Link,
} from "../../lib/crypto/chain.ts";
import { parse } from "../../lib/crypto/encode.ts";
import type { KemKeys } from "../../lib/crypto/kem.ts";
import { decodeHeader, splitEnvelope } from "../../lib/crypto/message.ts";
import { judgeStored, Transcript, type Judged } from "../../lib/crypto/receiver.ts";
import {
  REASON,
  RTYPE,
  type Lane as LaneNumber,
  type ReaderType,
} from "../../lib/crypto/record.ts";
import { demand, Refused, type Rule } from "../../lib/crypto/refused.ts";
import type { Directory } from "../../lib/crypto/roster.ts";
import type { Verify } from "../../lib/crypto/sign.ts";
import type { LaneView, Page, RecordView } from "../../lib/protocol/generated/wire.ts";
import { toStored, type Arrived } from "../../lib/talk/arrived.ts";

/** The private keys that may open a box. */
export interface KeyRing {
  readonly kem: KemKeys;
  /** `kid(kem)` of her own key, base64url. */
  readonly kemKid: () => string;
  /** The team's private half by its `kid(kem)`, where she holds it. */
  readonly team: (kid: string) => KemKeys | undefined;
  /** The same of the escalation group. */
  readonly escalation: (kid: string) => KemKeys | undefined;
}

/** A box of hers, and the key that opens it. */
interface OwnBox {
  readonly box: Bytes;
  readonly rtype: ReaderType;
  readonly keys: KemKeys;
}

/** What a lane is judged by. */
export interface LaneWorld {
  readonly verify: Verify;
  readonly ring: KeyRing;
  /** The roster of a version. */
  readonly directory: (version: number) => Directory | undefined;
}

/** A message that was taken: what it is, and the rule that it broke, if any. */
export interface Taken {
  readonly judged: Judged;
  readonly rule: Rule | undefined;
  /** ms since 1970, by the server. */
  readonly storedAt: number;
}

/** One lane of a case. */
export class Lane {
  readonly number: LaneNumber;
  /** The roster lookup is replaced when newer statements come. */
  world: LaneWorld;
  readonly keys: CaseKeys;
  #chain: Chain;
  readonly #links: Link[] = [];
  readonly #boxes: RecordView[] = [];
  readonly #epochKeys = new Map<number, Bytes>();
  readonly #broken = new Set<number>();
  #transcript: Transcript;

  private constructor(world: LaneWorld, keys: CaseKeys, number: LaneNumber, start: Transcript) {
    this.world = world;
    this.number = number;
    this.keys = keys;
    this.#chain = emptyChain(keys, number);
    this.#transcript = start;
  }

  /** A lane in which nothing has been posted yet. */
  static async empty(world: LaneWorld, keys: CaseKeys, number: LaneNumber): Promise<Lane> {
    return new Lane(world, keys, number, await Transcript.whole(keys.caseId, number));
  }

  /** Accepts a lane's whole chain. Throws `Refused` of the rules A and R; opens nothing yet. */
  static async from(world: LaneWorld, keys: CaseKeys, view: LaneView): Promise<Lane> {
    const number = view.lane === 2 ? 2 : 1;
    const first = view.page.messages[0]?.seq ?? 1;
    const start =
      first === 1
        ? await Transcript.whole(keys.caseId, number)
        : Transcript.page(first, fromB64u(view.page.th_before));
    const lane = new Lane(world, keys, number, start);
    await lane.accept(view.records);
    return lane;
  }

  /** The chain as far as it was accepted. */
  get chain(): Chain {
    return this.#chain;
  }

  /** The number of the newest epoch; undefined before the first. */
  get epoch(): number | undefined {
    return this.#chain.last?.record.epoch;
  }

  /** The newest epoch's key, where she has it. */
  get newestKey(): Bytes | undefined {
    return this.epoch === undefined ? undefined : this.#epochKeys.get(this.epoch);
  }

  /** The key of an epoch, where she has it. */
  key(epoch: number): Bytes | undefined {
    return this.#epochKeys.get(epoch);
  }

  /** Whether an escalation box of an epoch without a key is not what its record names. */
  get isBoxBroken(): boolean {
    return [...this.#broken].some((epoch) => !this.#epochKeys.has(epoch));
  }

  /** How far the messages are here. */
  get seen(): Transcript["seen"] {
    return this.#transcript.seen;
  }

  /** How far the transcript is verified, and the counter that a sender's next message has. */
  get transcript(): Transcript {
    return this.#transcript;
  }

  /** Whether an epoch began as the talk was taken over. */
  isTransfer(epoch: number): boolean {
    const link = this.#links.find(({ record }) => record.epoch === epoch);
    return link?.record.reason === REASON.transfer;
  }

  /** Whether she is named as a reader of the newest epoch. */
  canWrite(staffId: string): boolean {
    return this.#chain.last?.standing.people.includes(staffId) === true;
  }

  /** Whether the client opened the lane to the team again after its beginning. */
  get wasReopened(): boolean {
    return this.#links.some(({ record }) => record.epoch > 0 && record.ctype === 1);
  }

  /** Accepts records beyond those it has; the ones it has are passed over. */
  async accept(records: readonly RecordView[]): Promise<void> {
    for (const view of records.slice(Math.max(0, this.#overlap(records)))) {
      const { verify, directory } = this.world;
      const signed = { body: fromB64u(view.body), sig: fromB64u(view.sig) };
      this.#chain = await accept(this.#chain, signed, { verify, directory });
      if (this.#chain.last !== undefined) this.#links.push(this.#chain.last);
      this.#boxes.push(view);
    }
  }

  /** How many of these records stand here already; boxes that came anew are kept. */
  #overlap(records: readonly RecordView[]): number {
    const first = this.#boxes.findIndex(({ body }) => body === records[0]?.body);
    if (first === -1) return 0;
    const known = Math.min(records.length, this.#boxes.length - first);
    records.slice(0, known).forEach((view, i) => {
      demand(view.body === this.#boxes[first + i]?.body, "A8");
      if (view.boxes.length > 0) this.#boxes[first + i] = view;
    });
    return known;
  }

  /**
   * Opens every epoch that a box or a back link leads to. Throws `Refused` A7 or of the rules B; a
   * broken escalation box does not throw: what else opens is read, and `isBoxBroken` says so.
   */
  async open(): Promise<void> {
    for (let i = this.#links.length - 1; i >= 0; i -= 1) {
      const [link, view] = [this.#links[i], this.#boxes[i]];
      if (link === undefined || view === undefined || this.#epochKeys.has(link.record.epoch))
        continue;
      const own = this.#ownBox(view);
      if (own === undefined) continue;
      try {
        await this.#openFrom(i, link, own);
      } catch (error) {
        if (own.rtype !== RTYPE.escalation || !isBadBox(error)) throw error;
        this.#broken.add(link.record.epoch);
      }
    }
  }

  /** Opens an epoch by its box, and what its back links reach. */
  async #openFrom(at: number, link: Link, { box, rtype, keys }: OwnBox): Promise<void> {
    const held = this.#epochKeys.get(link.record.epoch - 1);
    const key = await openEpoch(link, box, rtype, keys, held);
    const records = this.#links.slice(0, at + 1).map(({ record }) => record);
    for (const [epoch, past] of await openPast(key, records)) this.#epochKeys.set(epoch, past);
  }

  /** Her own box before a group's; of the groups the one that is served. */
  #ownBox({ boxes }: RecordView): OwnBox | undefined {
    const { ring } = this.world;
    const found: OwnBox[] = [];
    for (const text of boxes) {
      const box = fromB64u(text);
      const [type, kid] = parse("rcp", [1, 16, 32, 48], box);
      if (type === undefined || kid === undefined) continue;
      const name = toB64u(kid);
      const isHers = type[0] === RTYPE.staff && name === ring.kemKid();
      if (isHers) found.push({ box, rtype: RTYPE.staff, keys: ring.kem });
      const team = type[0] === RTYPE.team ? ring.team(name) : undefined;
      if (team !== undefined) found.push({ box, rtype: RTYPE.team, keys: team });
      const escalation = type[0] === RTYPE.escalation ? ring.escalation(name) : undefined;
      if (escalation !== undefined) found.push({ box, rtype: RTYPE.escalation, keys: escalation });
    }
    return found.sort((a, b) => a.rtype - b.rtype)[0];
  }

  /**
   * Takes the messages that follow on; those it has are passed over, and it stops before a gap.
   * Tells whether there was one.
   */
  async take(messages: readonly Arrived[]): Promise<{ taken: Taken[]; gap: boolean }> {
    const { seq: last } = this.#transcript.seen;
    const bySeq = new Map(messages.map((message) => [message.seq, message]));
    const fresh = [...bySeq.values()].filter(({ seq }) => seq > last).sort((a, b) => a.seq - b.seq);
    const judged = await this.#judge(fresh);
    const taken: Taken[] = [];
    for (const [i, one] of judged.entries()) {
      const rule = await this.#transcript.take(one);
      if (rule === "M2") return { taken, gap: true };
      taken.push({ judged: one, rule, storedAt: fresh[i]?.stored_at ?? 0 });
    }
    return { taken, gap: false };
  }

  /** Puts an older page before what is here. Throws `Refused` where the two do not meet. */
  async takeOlder(page: Page): Promise<Taken[]> {
    const first = page.messages[0]?.seq;
    if (first === undefined) return [];
    const { caseId } = this.keys;
    const older =
      first === 1
        ? await Transcript.whole(caseId, this.number)
        : Transcript.page(first, fromB64u(page.th_before));
    const taken: Taken[] = [];
    for (const [i, one] of (await this.#judge(page.messages)).entries()) {
      const rule = await older.take(one);
      taken.push({ judged: one, rule, storedAt: page.messages[i]?.stored_at ?? 0 });
    }
    this.#transcript.prepend(older);
    return taken;
  }

  /** Whether a message names an epoch whose record is not here yet. */
  lacksRecordsOf(messages: readonly Arrived[]): boolean {
    return messages.some(({ envelope }) => {
      if (envelope === null) return false;
      try {
        return decodeHeader(splitEnvelope(envelope).hdr).epoch > (this.epoch ?? -1);
      } catch {
        // What has no header is judged as such.
        return false;
      }
    });
  }

  #judge(messages: readonly Arrived[]): Promise<Judged[]> {
    const { verify } = this.world;
    const links = new Map(this.#links.map((link) => [link.record.epoch, link]));
    const epoch = (number: number) => {
      const link = links.get(number);
      return link && { link, key: this.#epochKeys.get(number) };
    };
    const reading = { keys: this.keys, lane: this.number, epoch, verify };
    return judgeStored(messages.map(toStored), reading);
  }
}

/** Whether an error says that a box does not open or is not what its record names. */
export function isBadBox(error: unknown): boolean {
  return error instanceof Refused && error.rule.startsWith("B");
}
