// A server of tests with one case: it stores, answers and relays as the protocol says, in memory.
// The counselor sits beside it, with real keys.
import { fromB64u, toB64u, utf8, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import {
  accept,
  caseKeys,
  emptyChain,
  openEpoch,
  type CaseKeys,
  type Chain,
} from "../../../src/lib/crypto/chain.ts";
import { makeEpoch, wireEpoch } from "../../../src/lib/crypto/epoch.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import {
  decodeHeader,
  KIND,
  leafOf,
  openMessage,
  sealMessage,
  SENDER,
  splitEnvelope,
} from "../../../src/lib/crypto/message.ts";
import { Transcript } from "../../../src/lib/crypto/receiver.ts";
import type { Audience } from "../../../src/lib/crypto/reasons.ts";
import { REASON, RTYPE, signRecord } from "../../../src/lib/crypto/record.ts";
import { directory, openRoster, type Directory } from "../../../src/lib/crypto/roster.ts";
import { openOrgKeys } from "../../../src/lib/crypto/orgkeys.ts";
import { sigKid } from "../../../src/lib/crypto/sign.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type {
  ClientCommand,
  Envelope,
  NewEpoch,
  Opening,
  PutCode,
  Return,
  SessionView,
  StoredAck,
  StoredMessage,
} from "../../../src/lib/protocol/generated/wire.ts";
import type { Counselor, TestOrganisation } from "./organisation.ts";

/** A page's socket as the service sees it. */
export interface Line {
  readonly say: (frame: object) => void;
  readonly close: (code: number) => void;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const problem = (status: number, code: string): Answer => ({ status, body: { code } });

export class TestService {
  readonly org: TestOrganisation;
  readonly #random: (length: number) => Bytes;
  readonly #now: () => number;
  #chain: Chain | undefined;
  readonly #keys = new Map<number, Bytes>();
  #line: Line | undefined;
  /** The counter of each one's last message. */
  readonly ctrs = new Map<string, number>();
  #transcript: Transcript | undefined;
  /** The transcript hash after each message, from the one before the first on. */
  readonly #ths: Bytes[] = [];
  token: string | undefined;
  opening: Opening | undefined;
  code: PutCode | undefined;
  /** How many codes were put. */
  codesPut = 0;
  locked: string[] = [];
  /** Frames as they came. */
  readonly received: (ClientCommand & { id: number })[] = [];
  readonly records: NewEpoch[] = [];
  readonly messages: StoredMessage[] = [];
  readByStaff = 0;
  readByClient = 0;
  /** What the next `send` is refused with. */
  refuse: string | undefined;
  /** The line breaks once before such a frame is answered. */
  loses: ClientCommand["type"] | undefined;
  /** Whether requests and sockets get through. */
  isReachable = true;
  session: SessionView | undefined;

  constructor(org: TestOrganisation, random: (length: number) => Bytes, now: () => number) {
    this.org = org;
    this.#random = random;
    this.#now = now;
  }

  async request(method: string, path: string, body: unknown): Promise<Answer> {
    switch (`${method} ${path}`) {
      case "GET /api/org":
        return { status: 200, body: { ...this.org.state, now: this.#now() } };
      case "POST /api/sessions":
        return this.#open(body as Opening);
      case "PUT /api/session/code":
        this.code = body as PutCode;
        this.codesPut += 1;
        return { status: 204 };
      case "POST /api/session/lock":
        this.locked.push((body as { token: string }).token);
        return { status: 204 };
      case "POST /api/return":
        return this.#comeBack(body as Return);
      default:
        return problem(404, "not_found");
    }
  }

  async #open(opening: Opening): Promise<Answer> {
    if (this.opening === undefined) {
      this.opening = opening;
      this.token = opening.token;
      const keys = await caseKeys(
        this.org.orgId,
        fromB64u(opening.csig_pk),
        fromB64u(opening.ckem_pk),
      );
      this.#chain = emptyChain(keys, 1);
      this.#transcript = await Transcript.whole(keys.caseId, 1);
      this.#ths.push(this.#transcript.seen.th);
      await this.#record(opening.epoch);
      for (const envelope of opening.messages) await this.#store(envelope);
      this.session = waiting(toB64u(this.#random(16)), opening.routing.level, this.#now());
    }
    const case_id = toB64u(this.#keysOf().caseId);
    return { status: 201, body: { case_id, session: this.session, stored: [] } };
  }

  #comeBack({ cred, token }: Return): Answer {
    if (this.code === undefined || cred !== this.code.cred) return problem(404, "code_unknown");
    this.token = token;
    this.#line?.close(4201);
    const { csig_pk, ckem_pk } = this.opening as Opening;
    const lane = {
      lane: 1,
      records: this.records.map(forClient),
      page: this.#page(Math.max(0, this.messages.length - 3)),
      read_by_client: this.readByClient,
      read_by_staff: this.readByStaff,
    };
    const view = {
      ...{ case_id: toB64u(this.#keysOf().caseId), csig_pk, ckem_pk },
      ...{ lanes: [lane], org: this.org.at, session: this.session },
    };
    return { status: 200, body: { wrap: this.code.wrap, case: view } };
  }

  connect(line: Line): (text: string) => Promise<void> {
    return async (text) => {
      const frame = JSON.parse(text) as ClientCommand & { id: number };
      this.received.push(frame);
      if (frame.type === this.loses) {
        this.loses = undefined;
        return this.drop();
      }
      await this.#answer(line, frame);
    };
  }

  /** The line breaks. */
  drop(code = 1006): void {
    const line = this.#line;
    this.#line = undefined;
    line?.close(code);
  }

  async #answer(line: Line, frame: ClientCommand & { id: number }): Promise<void> {
    const reply = (body: object): void => line.say({ re: frame.id, ...body });
    switch (frame.type) {
      case "hello":
        if (frame.token !== this.token) return line.close(4100);
        this.#line = line;
        return reply({
          type: "welcome",
          session: this.session,
          records: this.records.slice(frame.records).map(forClient),
          org: this.org.at,
          page: this.#page(frame.after_seq),
          read_by_client: this.readByClient,
          read_by_staff: this.readByStaff,
        });
      case "send":
        return this.#send(frame.envelope, reply);
      case "read":
        this.readByClient = frame.seq;
        return reply({ type: "done" });
      case "fetch_after":
        return reply({ type: "page", ...this.#page(frame.seq) });
      case "fetch_before":
        return reply({ type: "page", ...this.#page(0, frame.seq - 1) });
      case "raise_level":
        return reply({ type: "session", ...this.#become({ level: frame.level }) });
      case "end":
        return reply({ type: "session", ...this.#become({ state: "ended", ended: "client" }) });
      case "reopen":
        if (this.session?.state === "active" && this.session.reopen === null)
          return reply({ type: "refused", code: "wrong_state", title: "" });
        if (frame.epoch !== null) await this.#record(frame.epoch);
        return reply({ type: "session", ...this.#become(again(this.#now())) });
    }
  }

  async #send(envelope: Envelope, reply: (body: object) => void): Promise<void> {
    if (this.refuse !== undefined) {
      const code = this.refuse;
      this.refuse = undefined;
      return reply({ type: "refused", code, title: "" });
    }
    const { epoch } = decodeHeader(fromB64u(envelope.h));
    if (epoch !== this.#chain?.last?.record.epoch) {
      const lanes = [{ lane: 1, records: this.records.map(forClient) }];
      return reply({ type: "refused", code: "stale_epoch", title: "", lanes });
    }
    const ack = await this.#store(envelope);
    reply({ type: "stored", ...ack });
  }

  async #store(envelope: Envelope): Promise<StoredAck> {
    const [hdr, ct] = [fromB64u(envelope.h), fromB64u(envelope.c)];
    const msg_id = toB64u(decodeHeader(hdr).msgId);
    const known = this.messages.find(
      (one) => one.envelope && toB64u(decodeHeader(fromB64u(one.envelope.h)).msgId) === msg_id,
    );
    const seq = known?.seq ?? this.messages.length + 1;
    const stored_at = known?.stored_at ?? this.#now();
    const leaf = await leafOf(hdr, ct);
    if (known === undefined) {
      this.messages.push({ seq, envelope, leaf: toB64u(leaf), stored_at });
      await this.#transcript?.take({ seq, leaf });
      this.#ths.push(this.#transcript?.seen.th ?? new Uint8Array(32));
    }
    const kept = fromB64u((known?.envelope ?? envelope).c);
    return { msg_id, seq, ct_hash: toB64u(await H(kept)), stored_at };
  }

  #page(after: number, until = Infinity): object {
    const messages = this.messages.filter(({ seq }) => seq > after && seq <= until);
    return {
      th_before: toB64u(this.#ths[after] ?? new Uint8Array(32)),
      messages,
      last_seq: this.messages.length,
    };
  }

  #keysOf(): CaseKeys {
    if (this.#chain === undefined) throw new Error("there is no case");
    return this.#chain.keys;
  }

  async #directory(): Promise<Directory> {
    const { orgId, root, orgkeys, roster, at } = this.org;
    const keys = await openOrgKeys(verifyHere, orgId, root.pk, orgkeys);
    return directory(await openRoster(verifyHere, keys, roster), at.entries.map(fromB64u));
  }

  async #record(epoch: NewEpoch): Promise<void> {
    if (this.#chain === undefined) throw new Error("there is no case");
    const people = await this.#directory();
    const signed = { body: fromB64u(epoch.body), sig: fromB64u(epoch.sig) };
    this.#chain = await accept(this.#chain, signed, {
      verify: verifyHere,
      directory: () => people,
    });
    this.records.push(epoch);
  }

  #become(change: Partial<SessionView>): SessionView {
    this.session = { ...(this.session as SessionView), ...change };
    return this.session;
  }

  #say(event: object): void {
    this.#line?.say({ case_id: toB64u(this.#keysOf().caseId), ...event });
  }

  /** The session changes, and the page hears of it. */
  change(change: Partial<SessionView>): void {
    this.#say({ type: "session_changed", session: this.#become(change) });
  }

  /** The key of the newest epoch, opened with the team's or the counselor's box. */
  async #newestKey(): Promise<Bytes> {
    const last = this.#chain?.last;
    const epoch = this.records[this.records.length - 1];
    if (last === undefined || epoch === undefined) throw new Error("there is no epoch");
    const at = last.record.epoch;
    const known = this.#keys.get(at);
    if (known !== undefined) return known;
    const { team, counselor } = this.org;
    const [rtype, keys] = last.standing.hasTeam
      ? ([RTYPE.team, team] as const)
      : ([RTYPE.staff, counselor.kem] as const);
    const i = last.record.readers.findIndex((reader) => reader.rtype === rtype);
    const key = await openEpoch(last, fromB64u(epoch.boxes[i] ?? ""), rtype, keys);
    this.#keys.set(at, key);
    return key;
  }

  /**
   * One of the staff posts a record of lane 1. `spoil` names a kind of reader whose box is other
   * than the record says it is.
   */
  async #post(by: Counselor, reason: number, audience: Audience, spoil?: number): Promise<void> {
    if (this.#chain === undefined) throw new Error("there is no case");
    const made = await makeEpoch(this.#chain, {
      ...{ reason, audience, creator: { keys: by.sig, isStaff: true } },
      directory: await this.#directory(),
      e: this.#random(32),
      before: await this.#newestKey(),
    });
    const readers = made.record.readers.map((reader) =>
      reader.rtype === spoil ? { ...reader, boxHash: this.#random(32) } : reader,
    );
    const record =
      spoil === undefined
        ? made.record
        : await signRecord({ ...made.record, readers }, by.sig.seed);
    this.#keys.set(record.epoch, made.e);
    const epoch = wireEpoch({ ...made, record });
    await this.#record(epoch);
    this.#say({ type: "record", lane: 1, record: forClient(epoch), org: this.org.at });
  }

  /** The counselor takes the chat, and says her name. */
  async claim(name: string, spoil?: number): Promise<void> {
    const { counselor } = this.org;
    await this.#post(counselor, REASON.claim, { hasTeam: false, people: [counselor.id] }, spoil);
    await this.hello(name);
    this.change({ state: "active", place: null, counselor: counselor.id, counselor_here: true });
  }

  /** A supervisor opens the chat for a reason. */
  opened(reason: string): void {
    const { id } = this.org.supervisor;
    const told = { open: true, alone: false, countersigned: false };
    const opened = [{ at: this.#now(), by: id, alias: 8, reason, ...told }];
    this.change({ opened });
  }

  /** She joins the counselor, and says her name. */
  async join(name: string): Promise<void> {
    const { counselor, supervisor } = this.org;
    const people = [counselor.id, supervisor.id];
    await this.#post(supervisor, REASON.join, { hasTeam: false, people });
    await this.hello(name, supervisor);
    this.change({ joined: [{ staff_id: supervisor.id, alias: 8, here: true }] });
  }

  /** She goes on with the chat instead of the counselor. */
  async takeOver(name: string): Promise<void> {
    const { supervisor } = this.org;
    await this.#post(supervisor, REASON.transfer, { hasTeam: false, people: [supervisor.id] });
    await this.hello(name, supervisor);
    this.change({ counselor: supervisor.id, counselor_here: true, joined: [], reopen: null });
  }

  /** She leaves the counselor to it. */
  async leave(): Promise<void> {
    const { counselor, supervisor } = this.org;
    await this.#post(supervisor, REASON.leave, { hasTeam: false, people: [counselor.id] });
    this.change({ joined: [] });
  }

  /** The counselor gives the chat back. */
  async giveBack(spoil?: number): Promise<void> {
    const { counselor } = this.org;
    await this.#post(counselor, REASON.reopen, { hasTeam: true, people: [] }, spoil);
    this.change(again(this.#now()));
  }

  async #write(kind: number, body: object, { id, sig }: Counselor): Promise<void> {
    const { caseId, orgId } = this.#keysOf();
    const ctr = (this.ctrs.get(id) ?? 0) + 1;
    this.ctrs.set(id, ctr);
    const epoch = this.#chain?.last?.record.epoch ?? 0;
    const header = {
      ...{ orgId, caseId, lane: 1, epoch, kind, stype: SENDER.staff },
      msgId: this.#random(16),
      senderKid: await sigKid(sig.pk),
    };
    const seen = this.#transcript?.seen ?? { seq: 0, th: new Uint8Array(32) };
    const content = { ctr, ts: this.#now(), seen, body: bytes(body) };
    const { envelope } = await sealMessage(await this.#newestKey(), header, content, sig.seed);
    await this.#store(envelope);
    this.#say({ type: "message", lane: 1, message: this.messages[this.messages.length - 1] });
  }

  /** The counselor, or who is named, writes. */
  say(text: string, by = this.org.counselor): Promise<void> {
    return this.#write(KIND.text, { t: text }, by);
  }

  /** The counselor, or who is named, says her name. */
  hello(name: string, by = this.org.counselor): Promise<void> {
    return this.#write(KIND.hello, { name, role: "counselor" }, by);
  }

  /** The counselor has shown everything. */
  read(): void {
    this.readByStaff = this.messages.length;
    this.#say({ type: "read", lane: 1, seq: this.readByStaff, by_client: false });
  }

  /** What the newest epoch's reader reads of the client's texts. */
  async texts(): Promise<string[]> {
    const key = await this.#newestKey();
    const epoch = this.#chain?.last?.record.epoch;
    const found: string[] = [];
    for (const { envelope } of this.messages) {
      if (envelope === null) continue;
      const header = decodeHeader(fromB64u(envelope.h));
      if (header.epoch !== epoch || header.kind !== KIND.text) continue;
      const { content } = await openMessage(key, header, splitEnvelope(envelope));
      found.push((JSON.parse(new TextDecoder().decode(content.body)) as { t: string }).t);
    }
    return found;
  }
}

const bytes = (body: object): Bytes => utf8(JSON.stringify(body));

const forClient = ({ body, sig, boxes }: NewEpoch): object => ({
  ...{ body, sig },
  boxes: boxes.slice(0, 1),
});

function waiting(session_id: string, level: number, since: number): SessionView {
  return {
    ...{ session_id, level, since, state: "waiting", place: 3 },
    ...{ counselor: null, counselor_here: false, client: "here", again: false },
    ...{ ended: null, reopen: null, has_code: false, opened: [], opened_older: 0, joined: [] },
  } as SessionView;
}

const again = (since: number): Partial<SessionView> => ({
  ...{ state: "waiting", place: 1, again: true, reopen: null, since },
  ...{ counselor: null, counselor_here: false, ended: null },
});
