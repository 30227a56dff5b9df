// A case of tests with its client: it stores, answers and serves boxes as the protocol says.
import { fromB64u, systemRandom, toB64u, utf8, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import { accept, caseKeys, emptyChain, openEpoch } from "../../../src/lib/crypto/chain.ts";
import type { CaseKeys, Chain } from "../../../src/lib/crypto/chain.ts";
import { parse } from "../../../src/lib/crypto/encode.ts";
import { makeEpoch, wireEpoch, type NewEpoch } from "../../../src/lib/crypto/epoch.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import { kemKid, newKemKeys, type KemKeys } from "../../../src/lib/crypto/kem.ts";
import {
  decodeHeader,
  firstTh,
  KIND,
  leafOf,
  nextTh,
  sealMessage,
  SENDER,
  splitEnvelope,
} from "../../../src/lib/crypto/message.ts";
import { REASON, RTYPE } from "../../../src/lib/crypto/record.ts";
import { newSigKeys, sigKid, type SigKeys } from "../../../src/lib/crypto/sign.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type {
  CaseView,
  Envelope,
  NewEpoch as WireEpoch,
  SessionView,
  StaffCommand,
  StaffOrg,
  StoredMessage,
} from "../../../src/lib/protocol/generated/wire.ts";
import { CommandRefused } from "../../../src/lib/realtime/connection.ts";
import { openOrg, type Org } from "../../../src/staff/flows/org.ts";
import type { TestOrganisation } from "../talk/organisation.ts";

export const NOW = 1_800_000_000_000;

/** The organisation as a counselor's browser has verified it. */
export function orgOf(test: TestOrganisation): Promise<Org> {
  const view: StaffOrg = {
    org: test.state,
    ...{ orgkeys_before: [], rosters_before: [], entries: test.at.entries },
    ...{ names: [], groups: [], missing: [], waiting: [] },
  };
  return openOrg(verifyHere, test.root.pk, view, NOW);
}

interface Lane {
  chain: Chain;
  readonly records: WireEpoch[];
  readonly messages: StoredMessage[];
  readonly ths: Bytes[];
}

/** A refusal as the server answers it. */
export function refusal(code: string): CommandRefused {
  return new CommandRefused({ code, title: "" } as ConstructorParameters<typeof CommandRefused>[0]);
}

export class TestCase {
  readonly test: TestOrganisation;
  readonly org: Org;
  readonly keys: CaseKeys;
  readonly csig: SigKeys;
  readonly ckem: KemKeys;
  readonly lanes: readonly [Lane, Lane];
  /** The newest epoch key of lane 1, as the client has it. */
  #e: Bytes = new Uint8Array(32);
  #ctr = 0;
  /** What the next command of a type is refused with. */
  readonly refuse = new Map<StaffCommand["type"], string>();
  /** What the server claims to have stored of the next messages, in place of what was sent. */
  hash: string | undefined;
  readonly commands: StaffCommand[] = [];
  state: SessionView["state"] = "active";
  /** Who is assigned; the counselor until somebody takes over. */
  assigned: string;
  joined: SessionView["joined"] = [];

  private constructor(
    test: TestOrganisation,
    org: Org,
    keys: CaseKeys,
    own: [SigKeys, KemKeys],
    ths: [Bytes, Bytes],
  ) {
    [this.csig, this.ckem] = own;
    this.test = test;
    this.assigned = test.counselor.id;
    this.org = org;
    this.keys = keys;
    const lane = (number: 1 | 2, th: Bytes): Lane => ({
      ...{ chain: emptyChain(keys, number), records: [], messages: [], ths: [th] },
    });
    this.lanes = [lane(1, ths[0]), lane(2, ths[1])];
  }

  /** Opened by a client, waiting. */
  static async opened(test: TestOrganisation): Promise<TestCase> {
    const [csig, ckem] = [await newSigKeys(systemRandom), await newKemKeys(systemRandom)];
    const keys = await caseKeys(test.orgId, csig.pk, ckem.pk);
    const ths = [await firstTh(keys.caseId, 1), await firstTh(keys.caseId, 2)] as [Bytes, Bytes];
    const one = new TestCase(test, await orgOf(test), keys, [csig, ckem], ths);
    await one.clientEpoch(REASON.open);
    return one;
  }

  get id(): string {
    return toB64u(this.keys.caseId);
  }

  /** The client opens the case to the team, at first or again. */
  async clientEpoch(reason: number): Promise<NewEpoch> {
    const [chat] = this.lanes;
    const { current } = this.org;
    if (current === null) throw new Error("no roster");
    const epoch = await makeEpoch(chat.chain, {
      ...{ reason, directory: current, e: systemRandom(32) },
      creator: { keys: this.csig, isStaff: false },
      audience: { hasTeam: true, people: [] },
      before: chat.chain.last === undefined ? undefined : this.#e,
    });
    this.#e = epoch.e;
    await this.append(chat, wireEpoch(epoch));
    return epoch;
  }

  /** The client writes. */
  async clientSays(text: string, kind: number = KIND.text): Promise<StoredMessage> {
    const [chat] = this.lanes;
    this.#ctr += 1;
    const header = {
      ...{ orgId: this.keys.orgId, caseId: this.keys.caseId, msgId: systemRandom(16), kind },
      ...{ lane: 1, epoch: chat.chain.last?.record.epoch ?? 0, stype: SENDER.client },
      senderKid: await sigKid(this.csig.pk),
    };
    const seen = {
      seq: chat.messages.length,
      th: chat.ths[chat.ths.length - 1] ?? new Uint8Array(),
    };
    const body = utf8(JSON.stringify({ t: text }));
    const content = { ctr: this.#ctr, ts: NOW, seen, body };
    const { envelope } = await sealMessage(this.#e, header, content, this.csig.seed);
    return this.store(chat, envelope);
  }

  /** Stores a message at the lane's end. */
  async store(lane: Lane, envelope: Envelope): Promise<StoredMessage> {
    const { hdr, ct } = splitEnvelope(envelope);
    const leaf = await leafOf(hdr, ct);
    const seq = lane.messages.length + 1;
    const message = { seq, envelope, leaf: toB64u(leaf), stored_at: NOW + seq };
    lane.messages.push(message);
    lane.ths.push(await nextTh(lane.ths[seq - 1] ?? new Uint8Array(32), seq, leaf));
    return message;
  }

  /** Posts a record to a lane. */
  async append(lane: Lane, { body, sig, boxes }: WireEpoch): Promise<void> {
    const { current } = this.org;
    const signed = { body: fromB64u(body), sig: fromB64u(sig) };
    const directory = (): typeof current & object => {
      if (current === null) throw new Error("no roster");
      return current;
    };
    lane.chain = await accept(lane.chain, signed, { verify: verifyHere, directory });
    lane.records.push({ body, sig, boxes });
  }

  /** The case with the counselor's boxes; the team's only where it is released. */
  view(withTeam: boolean, newest = 50): Promise<CaseView> {
    const groups = withTeam ? [RTYPE.team] : [];
    return this.viewOf(this.test.counselor.kem, groups, newest);
  }

  /** The case with the boxes of one reader, and those of the groups that are released. */
  async viewOf(kem: KemKeys, groups: readonly number[], newest = 50): Promise<CaseView> {
    const own = toB64u(await kemKid(kem.pk));
    const isServed = (box: string): boolean => {
      const [rtype, kid] = parse("rcp", [1, 16, 32, 48], fromB64u(box));
      if (rtype?.[0] !== RTYPE.staff) return groups.includes(rtype?.[0] ?? 0);
      return toB64u(kid ?? new Uint8Array()) === own;
    };
    return {
      ...{ case_id: this.id, org: this.test.at, session: this.session(this.state) },
      csig_pk: toB64u(this.csig.pk),
      ckem_pk: toB64u(this.ckem.pk),
      lanes: this.lanes.map((lane, i) => {
        const from = Math.max(0, lane.messages.length - newest);
        return {
          lane: i + 1,
          records: lane.records.map((one) => ({ ...one, boxes: one.boxes.filter(isServed) })),
          page: {
            th_before: toB64u(lane.ths[from] ?? new Uint8Array(32)),
            messages: lane.messages.slice(from),
            last_seq: lane.messages.length,
          },
          ...{ read_by_client: 0, read_by_staff: 0 },
        };
      }),
    };
  }

  session(state: SessionView["state"]): SessionView {
    return {
      ...{ session_id: "s1", state, level: 0, place: null, since: NOW, again: false },
      ...{ counselor: this.assigned, counselor_here: true, client: "here" },
      ...{
        ended: null,
        reopen: null,
        has_code: false,
        opened: [],
        opened_older: 0,
        joined: this.joined,
      },
    };
  }

  /** Spoils the boxes of a lane's records, as a server or a maker that is not honest would. */
  spoil(lane: 1 | 2): void {
    for (const record of this.lanes[lane - 1]?.records ?? []) {
      record.boxes = record.boxes.map((box) => {
        const bytes = fromB64u(box);
        bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
        return toB64u(bytes);
      });
    }
  }

  /** Opens the counselor's newest epoch as the client does. */
  async clientFollows(): Promise<void> {
    const [chat] = this.lanes;
    const { last } = chat.chain;
    const kid = toB64u(await kemKid(this.ckem.pk));
    const box = chat.records[chat.records.length - 1]?.boxes.find((one) => {
      const [, reader] = parse("rcp", [1, 16, 32, 48], fromB64u(one));
      return reader !== undefined && toB64u(reader) === kid;
    });
    if (last === undefined || box === undefined) throw new Error("no box for the client");
    this.#e = await openEpoch(last, fromB64u(box), RTYPE.client, this.ckem, this.#e);
  }

  /** Answers a desk's command. */
  readonly request = async (command: StaffCommand): Promise<unknown> => {
    this.commands.push(command);
    const code = this.refuse.get(command.type);
    if (code !== undefined) {
      this.refuse.delete(command.type);
      throw refusal(code);
    }
    const [chat, notes] = this.lanes;
    switch (command.type) {
      case "claim_records":
        await this.append(chat, command.chat);
        await this.append(notes, command.notes);
        await this.store(chat, command.hello);
        return this.view(false);
      case "send": {
        const { hdr, ct } = splitEnvelope(command.envelope);
        const header = decodeHeader(hdr);
        const lane = header.lane === 2 ? notes : chat;
        if (header.epoch !== lane.chain.last?.record.epoch) throw refusal("stale_epoch");
        const { seq, stored_at } = await this.store(lane, command.envelope);
        const ct_hash = this.hash ?? toB64u(await H(ct));
        return { msg_id: toB64u(header.msgId), seq, stored_at, ct_hash };
      }
      case "rekey":
        if (command.through !== null) await this.append(chat, command.through);
        await this.append(chat, command.chat);
        if (command.notes !== null) await this.append(notes, command.notes);
        return { type: "done" };
      case "give_back":
        await this.append(chat, command.epoch);
        return { type: "done" };
      case "case":
        return this.view(false);
      case "fetch_after":
      case "fetch_before": {
        const lane = command.lane === 2 ? notes : chat;
        const isAfter = command.type === "fetch_after";
        const messages = isAfter
          ? lane.messages.slice(command.seq)
          : lane.messages.slice(Math.max(0, command.seq - 11), command.seq - 1);
        const from = (messages[0]?.seq ?? 1) - 1;
        const th_before = toB64u(lane.ths[from] ?? new Uint8Array(32));
        return { th_before, messages, last_seq: lane.messages.length };
      }
      default:
        return { type: "done" };
    }
  };
}
