// The chat as this page reads it: records accepted one by one, messages judged one by one.
import { equal, fromB64u, toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { boxesMatch } from "../../lib/crypto/box.ts";
import {
  accept,
  emptyChain,
  openOwn,
  type CaseKeys,
  type Chain,
  type Link,
} from "../../lib/crypto/chain.ts";
import { makeEpoch, wireEpoch } from "../../lib/crypto/epoch.ts";
import type { KemKeys } from "../../lib/crypto/kem.ts";
import { SENDER } from "../../lib/crypto/message.ts";
import { decodeRecord, REASON, RTYPE } from "../../lib/crypto/record.ts";
import {
  judgeStored,
  Transcript,
  type Judged,
  type KnownEpoch,
  type Reading,
} from "../../lib/crypto/receiver.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import { isSupervisor } from "../../lib/crypto/reasons.ts";
import { newest, type Member } from "../../lib/crypto/roster.ts";
import type { SigKeys } from "../../lib/crypto/sign.ts";
import type { NewEpoch, Page, RecordView } from "../../lib/protocol/generated/wire.ts";
import type { Records } from "../../lib/state/fold.ts";
import type { Person } from "../../lib/state/talk.ts";
import { toStored, type Arrived } from "../../lib/talk/arrived.ts";
import type { Writer } from "../../lib/talk/sender.ts";
import { deedsOf } from "./deeds.ts";
import type { Organisation } from "./organisation.ts";
import type { World } from "./world.ts";

/** The client's own keys. */
export interface OwnKeys {
  readonly sig: SigKeys;
  readonly kem: KemKeys;
}

/** A message that was taken, with when it was stored; `broken` names the rule that it breaks. */
export interface Taken extends Judged {
  readonly at: number;
}

/** Lane 1 of the client's case. */
export class ChatLane {
  readonly #world: World;
  readonly #org: Organisation;
  readonly number = 1;
  readonly keys: CaseKeys;
  readonly own: OwnKeys;
  readonly #epochs = new Map<number, KnownEpoch>();
  /** Messages that came before the ones they follow. */
  readonly #early = new Map<number, Arrived>();
  #chain: Chain;
  #transcript: Transcript;
  #oldest = 1;
  /**
   * Whether a box of the newest epoch is not the one that its key makes: somebody who should read
   * cannot. It is read, for her own box opens; nothing is written until another epoch stands.
   */
  isSpoiled = false;

  private constructor(
    world: World,
    org: Organisation,
    keys: CaseKeys,
    own: OwnKeys,
    transcript: Transcript,
  ) {
    this.#world = world;
    this.#org = org;
    this.keys = keys;
    this.own = own;
    this.#chain = emptyChain(keys, 1);
    this.#transcript = transcript;
  }

  /** A lane of which nothing is known yet. */
  static async empty(
    world: World,
    org: Organisation,
    keys: CaseKeys,
    own: OwnKeys,
  ): Promise<ChatLane> {
    return new ChatLane(world, org, keys, own, await Transcript.whole(keys.caseId, 1));
  }

  get writer(): Writer {
    return { sig: this.own.sig, stype: SENDER.client };
  }

  /** The newest accepted epoch, -1 before the first. */
  get epoch(): number {
    return this.#chain.last?.record.epoch ?? -1;
  }

  /** How many records are here. */
  get records(): number {
    return this.epoch + 1;
  }

  /** The newest message that is here. */
  get lastSeq(): number {
    return this.#transcript.seen.seq;
  }

  /** The oldest message that is here, 1 for all. */
  get oldestSeq(): number {
    return this.#oldest;
  }

  get seen(): Transcript["seen"] {
    return this.#transcript.seen;
  }

  /** The key of an epoch. */
  key(epoch: number): Bytes | undefined {
    return this.#epochs.get(epoch)?.key;
  }

  /** What all records that are here say: who reads, who came and went. */
  get said(): Records {
    const links = [...this.#epochs.values()].map(({ link }) => link);
    const people: Record<string, Person> = {};
    for (const member of links.flatMap((link) => this.#members(link))) {
      people[member.staffId] = { alias: member.alias, isSupervisor: isSupervisor(member) };
    }
    return {
      readers: this.#chain.last?.standing.people ?? [],
      team: this.#chain.last?.standing.hasTeam ?? true,
      people,
      isSpoiled: this.isSpoiled,
      deeds: deedsOf(links, (id) => people[id]?.isSupervisor ?? false),
    };
  }

  /** Whose a message of an epoch is; undefined for the client. */
  author(epoch: number, senderKid: Bytes): Member | undefined {
    const kid = toB64u(senderKid);
    return this.#members(this.#epochs.get(epoch)?.link).find((member) => member.sigKid === kid);
  }

  #members(link: Link | undefined): readonly Member[] {
    return this.#org.directory(link?.record.rosterVersion ?? 0)?.members ?? [];
  }

  /** Accepts records in their order; one that is here already changes nothing. Throws `Refused`. */
  async accept(views: readonly RecordView[]): Promise<void> {
    for (const view of views) {
      const record = await decodeRecord({ body: fromB64u(view.body), sig: fromB64u(view.sig) });
      const known = this.#epochs.get(record.epoch);
      if (known !== undefined) {
        if (!equal(known.link.record.hash, record.hash)) throw new Refused("A6");
        continue;
      }
      this.#chain = await accept(this.#chain, record, {
        verify: this.#world.verify,
        directory: (version) => this.#org.directory(version),
      });
      const link = this.#chain.last;
      if (link === undefined) throw new Refused("A5");
      const key = await this.#open(link, view);
      this.isSpoiled = !(await boxesMatch(key, record, link.recipients));
      this.#epochs.set(record.epoch, { link, key });
    }
  }

  /** The client's box is the first: in what the server sends the only one. */
  #open(link: Link, { boxes: [box] }: RecordView): Promise<Bytes> {
    if (box === undefined) throw new Refused("A14");
    const held = this.key(link.record.epoch - 1);
    return openOwn(link, fromB64u(box), RTYPE.client, this.own.kem, held);
  }

  /** Makes the next epoch for the team: the first one, or the case opened to it again. */
  async makeForTeam(): Promise<NewEpoch> {
    const made = await makeEpoch(this.#chain, {
      reason: this.epoch < 0 ? REASON.open : REASON.reopen,
      creator: { keys: this.own.sig, isStaff: false },
      audience: { hasTeam: true, people: [] },
      directory: this.#org.current,
      e: this.#world.bytes(32),
      before: this.key(this.epoch),
    });
    return wireEpoch(made);
  }

  /** Whether the team and the newest generations read the newest epoch already. */
  get isOpenToTeam(): boolean {
    const last = this.#chain.last;
    if (last === undefined || !last.standing.hasTeam || this.isSpoiled) return false;
    const { roster } = this.#org.current;
    const read = last.record.readers.map(({ kid }) => toB64u(kid));
    return (["team", "escalation"] as const).every((kind) => {
      const kid = newest(roster, kind)?.kid;
      return kid !== undefined && read.includes(kid);
    });
  }

  #reading(): Reading {
    return {
      keys: this.keys,
      lane: 1,
      epoch: (epoch) => this.#epochs.get(epoch),
      verify: this.#world.verify,
    };
  }

  /**
   * Takes messages from wherever they came. What follows on is judged and returned in order; what
   * came too early is kept until the gap before it is filled. `hasGap` asks to fetch.
   */
  async take(messages: readonly Arrived[]): Promise<{ taken: Taken[]; hasGap: boolean }> {
    for (const message of messages) {
      if (message.seq > this.lastSeq) this.#early.set(message.seq, message);
    }
    const next: Arrived[] = [];
    for (let seq = this.lastSeq + 1; ; seq += 1) {
      const message = this.#early.get(seq);
      if (message === undefined) break;
      this.#early.delete(seq);
      next.push(message);
    }
    const taken = await this.#judge(this.#transcript, next);
    return { taken, hasGap: this.#early.size > 0 };
  }

  async #judge(transcript: Transcript, messages: readonly Arrived[]): Promise<Taken[]> {
    const judged = await judgeStored(messages.map(toStored), this.#reading());
    const taken: Taken[] = [];
    for (const [i, one] of judged.entries()) {
      const broken = await transcript.take(one);
      const at = messages[i]?.stored_at ?? 0;
      taken.push(broken === undefined ? { ...one, at } : { ...one, broken, at });
    }
    return taken;
  }

  /** Begins with the newest page of a case that is opened by its code. */
  async begin({ messages, th_before }: Page): Promise<Taken[]> {
    const first = messages[0]?.seq ?? 1;
    if (first > 1) {
      this.#transcript = Transcript.page(first, fromB64u(th_before));
      this.#oldest = first;
    }
    return (await this.take(messages)).taken;
  }

  /** Puts an older page before what is here; throws `Refused` where the two do not meet. */
  async before({ messages, th_before }: Page): Promise<Taken[]> {
    const first = messages[0]?.seq ?? 1;
    const older =
      first > 1
        ? Transcript.page(first, fromB64u(th_before))
        : await Transcript.whole(this.keys.caseId, 1);
    const taken = await this.#judge(older, messages);
    this.#transcript.prepend(older);
    this.#oldest = first;
    return taken;
  }
}
