// A case from its opening to its re-keying, every reason made and accepted, and pages of its chat.
import { beforeAll, describe, expect, test } from "vitest";
import { toB64u, utf8, type Bytes, type Random } from "../../../src/lib/crypto/bytes.ts";
import { accept, caseKeys, emptyChain, openEpoch } from "../../../src/lib/crypto/chain.ts";
import type { Chain, Judge } from "../../../src/lib/crypto/chain.ts";
import { makeEpoch } from "../../../src/lib/crypto/epoch.ts";
import { kemKid, newKemKeys, type KemKeys } from "../../../src/lib/crypto/kem.ts";
import {
  KIND,
  leafOf,
  sealMessage,
  SENDER,
  splitEnvelope,
} from "../../../src/lib/crypto/message.ts";
import type { Envelope } from "../../../src/lib/crypto/message.ts";
import { audienceFor, NOBODY } from "../../../src/lib/crypto/reasons.ts";
import {
  judgeStored,
  Transcript,
  type KnownEpoch,
  type Stored,
} from "../../../src/lib/crypto/receiver.ts";
import { REASON, RTYPE, type Lane } from "../../../src/lib/crypto/record.ts";
import type { Directory, Group, Member, Role } from "../../../src/lib/crypto/roster.ts";
import { newSigKeys, sigKid, type SigKeys } from "../../../src/lib/crypto/sign.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import { counting } from "./vectors.ts";

let drawn = 0;
/** Different at every call, the same at every run. */
const random: Random = (length) =>
  counting(++drawn * 37, length).map((byte, i) => byte ^ (i * drawn));

interface Person {
  readonly sig: SigKeys;
  readonly kem: KemKeys;
  readonly member: Member;
}

const orgId = counting(1, 16);

async function person(alias: number, roles: readonly Role[]): Promise<Person> {
  const [sig, kem] = [await newSigKeys(random), await newKemKeys(random)];
  const kids = { sigKid: toB64u(await sigKid(sig.pk)), kemKid: toB64u(await kemKid(kem.pk)) };
  const staffId = toB64u(random(16));
  const keys = { sigPk: sig.pk, kemPk: kem.pk, ...kids };
  return { sig, kem, member: { staffId, alias, roles, ...keys, notBefore: 0, notAfter: 2 } };
}

async function group(kind: Group["kind"], gen: number): Promise<Group> {
  const { pk } = await newKemKeys(random);
  return { kind, gen, kemPk: pk, kid: toB64u(await kemKid(pk)) };
}

interface Step {
  readonly reason: number;
  readonly by?: Person;
  readonly other?: Person;
  readonly version?: number;
  readonly withoutBack?: boolean;
}

class Case {
  chat!: Chain;
  notes!: Chain;
  client!: { sig: SigKeys; kem: KemKeys };
  rosters = new Map<number, Directory>();
  readonly keys = new Map<string, Bytes>();
  readonly known = new Map<number, KnownEpoch>();

  readonly judge: Judge = {
    verify: verifyHere,
    directory: (version) => this.rosters.get(version),
  };

  /** Makes an epoch as its creator would, accepts it as everybody does, and opens the own box. */
  async post(lane: Lane, { reason, by, other, version = 1, withoutBack }: Step): Promise<void> {
    const chain = lane === 1 ? this.chat : this.notes;
    const directory = this.rosters.get(version);
    if (directory === undefined) throw new Error("unreachable");
    const plan = { lane, reason, me: by?.member.staffId, other: other?.member.staffId };
    const epoch = chain.last === undefined ? 0 : chain.last.record.epoch + 1;
    const held = this.keys.get(`${lane} ${epoch - 1}`);
    const made = await makeEpoch(chain, {
      reason,
      creator: { keys: by?.sig ?? this.client.sig, isStaff: by !== undefined },
      audience: audienceFor(chain.last?.standing ?? NOBODY, plan, directory),
      directory,
      e: random(32),
      before: withoutBack === true ? undefined : held,
    });
    const next = await accept(chain, made.record, this.judge);
    this.keys.set(`${lane} ${epoch}`, made.e);
    if (lane === 2) {
      this.notes = next;
      return;
    }
    this.chat = next;
    if (next.last === undefined) throw new Error("unreachable");
    const own = made.boxes.find((box) => box.rtype === RTYPE.client);
    const e = await openEpoch(
      next.last,
      own?.bytes ?? new Uint8Array(0),
      RTYPE.client,
      this.client.kem,
      held,
    );
    expect(e).toEqual(made.e);
    this.known.set(epoch, { link: next.last, key: e });
  }

  readers(lane: Lane): readonly number[] {
    const chain = lane === 1 ? this.chat : this.notes;
    return chain.last?.record.readers.map(({ rtype }) => rtype) ?? [];
  }
}

let one: Case;
let budi: Person, dewi: Person, sari: Person, rani: Person;

beforeAll(async () => {
  one = new Case();
  [budi, dewi] = [await person(1, ["counselor"]), await person(2, ["counselor"])];
  [sari, rani] = [await person(3, ["supervisor"]), await person(4, ["supervisor"])];
  const groups = [await group("team", 1), await group("escalation", 1)];
  const blank = {
    orgkeysVersion: 1,
    hash: new Uint8Array(32),
    prev: new Uint8Array(32),
    staff: [],
  };
  const directory = (version: number, people: Person[], all: Group[]): void => {
    const roster = { ...blank, version, issued: 1, groups: all };
    one.rosters.set(version, { roster, members: people.map(({ member }) => member) });
  };
  directory(1, [budi, dewi, sari, rani], groups);
  // Budi is gone from version 2 on; both groups have a new generation.
  const newer = [await group("team", 2), await group("escalation", 2)];
  directory(2, [dewi, sari, rani], [...groups, ...newer]);
  one.client = { sig: await newSigKeys(random), kem: await newKemKeys(random) };
  const keys = await caseKeys(orgId, one.client.sig.pk, one.client.kem.pk);
  one.chat = emptyChain(keys, 1);
  one.notes = emptyChain(keys, 2);
});

describe("a case", () => {
  const { client, staff, team, escalation } = RTYPE;

  test("is opened by the client and claimed", async () => {
    await one.post(1, { reason: REASON.open });
    expect(one.readers(1)).toEqual([client, team, escalation]);
    await one.post(1, { reason: REASON.claim, by: budi });
    await one.post(2, { reason: REASON.open, by: budi });
    expect(one.readers(1)).toEqual([client, staff, escalation]);
    expect(one.readers(2)).toEqual([staff, team, escalation]);
  });

  test("a colleague is invited without the history, a supervisor joins", async () => {
    await one.post(1, { reason: REASON.invite, by: budi, other: dewi, withoutBack: true });
    for (const lane of [1, 2] as const) await one.post(lane, { reason: REASON.join, by: sari });
    expect(one.readers(1)).toEqual([client, staff, staff, staff, escalation]);
    expect(one.chat.last?.standing.joined).toEqual([sari.member.staffId]);
  });

  test("the one who joined may not send the invited away, the inviter may", async () => {
    const leave = { reason: REASON.leave, other: dewi };
    await expect(one.post(1, { ...leave, by: sari })).rejects.toMatchObject({ rule: "R3" });
    await one.post(1, { ...leave, by: budi });
    expect(one.readers(1)).toEqual([client, staff, staff, escalation]);
  });

  test("a supervisor gives it to a colleague and stays; then leaves", async () => {
    for (const lane of [1, 2] as const) {
      await one.post(lane, { reason: REASON.transfer, by: sari, other: dewi });
    }
    expect(one.chat.last?.standing.people).toHaveLength(2);
    for (const lane of [1, 2] as const) {
      await one.post(lane, { reason: REASON.leave, by: sari, other: sari });
    }
    expect(one.chat.last?.standing.people).toEqual([dewi.member.staffId]);
    expect(one.chat.last?.standing.joined).toEqual([]);
  });

  test("nobody may leave the client alone", async () => {
    const leave = { reason: REASON.leave, by: dewi, other: dewi };
    await expect(one.post(1, leave)).rejects.toMatchObject({ rule: "R7" });
  });

  test("waits again when the client reopens it, and is claimed anew", async () => {
    await one.post(1, { reason: REASON.reopen });
    for (const lane of [1, 2] as const) await one.post(lane, { reason: REASON.claim, by: budi });
    expect(one.chat.last?.standing.people).toEqual([budi.member.staffId]);
  });

  test("goes to the team when its only person fell out, under the new generations", async () => {
    const stale = { reason: REASON.rekey, by: budi, version: 2 };
    await expect(one.post(1, stale)).rejects.toMatchObject({ rule: "A4" });
    for (const lane of [1, 2] as const) {
      await one.post(lane, { reason: REASON.rekey, by: rani, version: 2 });
    }
    expect(one.readers(1)).toEqual([client, team, escalation]);
    await expect(one.post(1, { reason: REASON.reopen })).rejects.toMatchObject({ rule: "A12" });
  });
});

// As `Lane::readers_for` in Rust does.
test("a re-key goes on with those who stay, or with the team once all fell out", () => {
  const proposed = (people: Person[], version: number, hasTeam = false) => {
    const before = { ...NOBODY, hasTeam, people: people.map(({ member }) => member.staffId) };
    const plan = { lane: 1, reason: REASON.rekey, me: sari.member.staffId } as const;
    const directory = one.rosters.get(version);
    if (directory === undefined) throw new Error("unreachable");
    return audienceFor(before, plan, directory);
  };
  const [b, s] = [budi.member.staffId, sari.member.staffId];
  // Nobody ever read: nobody is proposed, and a record like this is refused.
  expect(proposed([], 1)).toEqual({ hasTeam: false, people: [] });
  expect(proposed([], 2, true)).toEqual({ hasTeam: true, people: [] });
  expect(proposed([budi], 1)).toEqual({ hasTeam: false, people: [b] });
  expect(proposed([budi], 2)).toEqual({ hasTeam: true, people: [] });
  expect(proposed([budi, sari], 2)).toEqual({ hasTeam: false, people: [s] });
});

describe("the transcript", () => {
  const stored: Stored[] = [];
  const ths: Bytes[] = [];

  const judged = (part: readonly Stored[]) =>
    judgeStored(part, {
      keys: one.chat.keys,
      lane: 1,
      verify: verifyHere,
      epoch: (epoch) => one.known.get(epoch),
    });

  async function takeAll(transcript: Transcript, part: readonly Stored[]): Promise<void> {
    for (const message of await judged(part)) {
      expect(await transcript.take(message)).toBeUndefined();
    }
  }

  beforeAll(async () => {
    const { orgId: org, caseId } = one.chat.keys;
    const transcript = await Transcript.whole(caseId, 1);
    const [sender, kind] = [await sigKid(one.client.sig.pk), KIND.text];
    for (let seq = 1; seq <= 9; seq++) {
      ths.push(transcript.seen.th);
      const place = { orgId: org, caseId, lane: 1, epoch: seq < 5 ? 0 : 1, msgId: random(16) };
      const header = { ...place, stype: SENDER.client, senderKid: sender, kind };
      const ctr = transcript.nextCtr(toB64u(sender));
      const content = { ctr, ts: seq, seen: transcript.seen, body: utf8(`{"t":"${seq}"}`) };
      const e = one.known.get(place.epoch)?.key ?? new Uint8Array(32);
      const { envelope } = await sealMessage(e, header, content, one.client.sig.seed);
      stored.push({ seq, envelope });
      await takeAll(transcript, [{ seq, envelope }]);
    }
  });

  test("a page proves itself by what its senders saw, and older pages join it", async () => {
    const page = Transcript.page(7, ths[6] ?? new Uint8Array(32));
    expect(page.isProven).toBe(false);
    await takeAll(page, stored.slice(6));
    expect(page.isProven).toBe(true);
    const older = await Transcript.whole(one.chat.keys.caseId, 1);
    await takeAll(older, stored.slice(0, 6));
    page.prepend(older);
    expect(page.seen.seq).toBe(9);
    const repeated = { ...(stored[2] as { seq: number; envelope: Envelope }), seq: 10 };
    const [again] = await judged([repeated]);
    if (again === undefined) throw new Error("unreachable");
    expect(await page.take(again)).toBe("M14");
  });

  test("a page under a wrong hash is noticed", async () => {
    const page = Transcript.page(7, counting(0, 32));
    const [first] = await judged(stored.slice(6, 7));
    if (first === undefined) throw new Error("unreachable");
    expect(await page.take(first)).toBe("M12");
    const older = await Transcript.whole(one.chat.keys.caseId, 1);
    await takeAll(older, stored.slice(0, 6));
    expect(() => page.prepend(older)).toThrow(expect.objectContaining({ rule: "M12" }));
  });

  test("what was shredded counts by its leaf; a gap is not passed over", async () => {
    const leaves = stored.slice(0, 5).map(async (one) => {
      const { hdr, ct } = splitEnvelope((one as { envelope: Envelope }).envelope);
      return { seq: one.seq, leaf: await leafOf(hdr, ct) };
    });
    const transcript = await Transcript.whole(one.chat.keys.caseId, 1);
    await takeAll(transcript, await Promise.all(leaves));
    const [gap] = await judged(stored.slice(6, 7));
    if (gap === undefined) throw new Error("unreachable");
    expect(await transcript.take(gap)).toBe("M2");
    await takeAll(transcript, stored.slice(5));
    expect(transcript.seen.seq).toBe(9);
  });

  test("a newer message is not gone while an older one is whole", async () => {
    const [, , third] = stored as { seq: number; envelope: Envelope }[];
    if (third === undefined) throw new Error("unreachable");
    const { hdr, ct } = splitEnvelope(third.envelope);
    const gone = { seq: 3, leaf: await leafOf(hdr, ct) };
    const whole = await Transcript.whole(one.chat.keys.caseId, 1);
    await takeAll(whole, stored.slice(0, 2));
    const newer = Transcript.page(3, whole.seen.th);
    await takeAll(newer, [gone]);
    expect(() => newer.prepend(whole)).toThrow(expect.objectContaining({ rule: "M16" }));
    expect(await whole.take(gone)).toBe("M16");
  });
});
