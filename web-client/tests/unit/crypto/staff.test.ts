// Statements, rosters, entries, groups, invites: what is taken, and what is refused by which rule.
import { beforeAll, describe, expect, test } from "vitest";
import { toB64u, utf8, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import {
  checkEnrolment,
  inviteText,
  makeEnrolment,
  readInvite,
} from "../../../src/lib/crypto/enrol.ts";
import {
  belongs,
  boxHalf,
  makeGroupRecord,
  openGroupRecord,
  openHalf,
} from "../../../src/lib/crypto/group.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import { kemKeys, type KemKeys } from "../../../src/lib/crypto/kem.ts";
import {
  demandSuccessor,
  openNewRoot,
  openOlderOrgKeys,
  openOrgKeys,
} from "../../../src/lib/crypto/orgkeys.ts";
import {
  demandNewerRoster,
  demandNextRoster,
  directory,
  makeEntry,
  openRenewal,
  openRoster,
  trustedNow,
  validity,
} from "../../../src/lib/crypto/roster.ts";
import type { Roster } from "../../../src/lib/crypto/roster.ts";
import { sigKeys, type SigKeys } from "../../../src/lib/crypto/sign.ts";
import { makeStatement, type Statement } from "../../../src/lib/crypto/statement.ts";
import { openVault, sealVault, vaultKey } from "../../../src/lib/crypto/vault.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import { counting } from "./vectors.ts";

const orgId = counting(1, 16);
const ISSUED = 1_760_000_000_000;
const DAY = 24 * 3600 * 1000;

let root: SigKeys, rosterKey: SigKeys, budi: SigKeys, dewi: SigKeys;
let budiKem: KemKeys, team: KemKeys;

beforeAll(async () => {
  const seeds = [10, 20, 30, 40].map((first) => sigKeys(counting(first, 32)));
  [root, rosterKey, budi, dewi] = (await Promise.all(seeds)) as [
    SigKeys,
    SigKeys,
    SigKeys,
    SigKeys,
  ];
  [budiKem, team] = await Promise.all([kemKeys(counting(50, 32)), kemKeys(counting(60, 32))]);
});

const orgKeysPayload = (changes: object = {}): object => ({
  org_id: toB64u(orgId),
  version: 1,
  roster_keys: [toB64u(rosterKey.pk)],
  code_params: [{ m: 65536, t: 3, p: 1 }],
  org_salt: toB64u(counting(2, 16)),
  recovery_pk: toB64u(counting(3, 32)),
  opaque_pk: toB64u(counting(4, 32)),
  former: [],
  ...changes,
});

const orgKeys = async (changes: object = {}, by = root) =>
  openOrgKeys(
    verifyHere,
    orgId,
    by.pk,
    await makeStatement("orgkeys", orgKeysPayload(changes), by),
  );

/** A supervisor's entry, as its bytes. */
const entry = (keys: SigKeys, first: number, notAfter = ISSUED + 365 * DAY): Bytes =>
  makeEntry({
    staffId: toB64u(counting(first, 16)),
    alias: first,
    roles: ["supervisor"],
    sigPk: keys.pk,
    kemPk: budiKem.pk,
    notBefore: ISSUED,
    notAfter,
  });

async function rosterStatement(changes: object = {}, by = rosterKey): Promise<Statement> {
  const payload = {
    org_id: toB64u(orgId),
    version: 1,
    orgkeys_version: 1,
    prev: toB64u(new Uint8Array(32)),
    issued: ISSUED,
    staff: [toB64u(await H(entry(budi, 1)))],
    groups: [{ kind: "team", gen: 1, kem_pk: toB64u(team.pk) }],
    ...changes,
  };
  return makeStatement("roster", payload, by);
}

const roster = async (changes: object = {}): Promise<Roster> =>
  openRoster(verifyHere, await orgKeys(), await rosterStatement(changes));

const refused = (promise: Promise<unknown>, rule: string): Promise<void> =>
  expect(promise).rejects.toMatchObject({ rule });

const refusedNow = (step: () => void, rule: string): void => {
  expect(step).toThrow(expect.objectContaining({ rule }));
};

describe("statements", () => {
  test("S1: a changed payload or a signature for another use", async () => {
    const good = await rosterStatement();
    const payload = JSON.stringify({ org_id: toB64u(orgId), version: 9 });
    const changed = { ...good, p: toB64u(utf8(payload)) };
    await refused(openRoster(verifyHere, await orgKeys(), changed), "S1");
    const other = await makeStatement("renew", orgKeysPayload(), root);
    await refused(openOrgKeys(verifyHere, orgId, root.pk, other), "S1");
  });

  test("S2: a payload of another form", async () => {
    await refused(orgKeys({ org_salt: "short" }), "S2");
    await refused(orgKeys({ version: -1 }), "S2");
    await refused(roster({ groups: [{ kind: "friends", gen: 1, kem_pk: "" }] }), "S2");
  });

  test("S3: another organisation", async () => {
    await refused(orgKeys({ org_id: toB64u(counting(9, 16)) }), "S3");
  });

  test("S4: a key that may not sign it, or another orgkeys", async () => {
    const keys = await orgKeys();
    await refused(openRoster(verifyHere, keys, await rosterStatement({}, dewi)), "S4");
    await refused(
      openRoster(verifyHere, keys, await rosterStatement({ orgkeys_version: 2 })),
      "S4",
    );
  });
});

describe("a new root", () => {
  test("keeps the chains of the former one, up to its last orgkeys", async () => {
    const old = await orgKeys({ version: 3 });
    const former = [{ root_pk: toB64u(root.pk), version: 3, hash: toB64u(old.hash) }];
    const now = await orgKeys({ version: 4, former }, dewi);
    demandSuccessor(old, now);
    const statement = (version: number) =>
      makeStatement("orgkeys", orgKeysPayload({ version }), root);
    const older = await openOlderOrgKeys(verifyHere, now, await statement(2));
    expect(older.version).toBe(2);
    await refused(openOlderOrgKeys(verifyHere, now, await statement(4)), "S4");
  });

  test("S5, S7: never an older version, another text or another salt", async () => {
    const trusted = await orgKeys({ version: 2 });
    const older = await orgKeys({ version: 1 });
    refusedNow(() => demandSuccessor(trusted, older), "S5");
    const other = await orgKeys({ version: 2, opaque_pk: toB64u(counting(5, 32)) });
    refusedNow(() => demandSuccessor(trusted, other), "S6");
    const salted = await orgKeys({ version: 3, org_salt: toB64u(counting(8, 16)) });
    refusedNow(() => demandSuccessor(trusted, salted), "S7");
  });
});

test("a vault pins another root only on the old one's word", async () => {
  const payload = { org_id: toB64u(orgId), root_pk: toB64u(dewi.pk) };
  const open = async (by: SigKeys) =>
    openNewRoot(verifyHere, orgId, root.pk, await makeStatement("root", payload, by));
  expect(await open(root)).toEqual(dewi.pk);
  await refused(open(dewi), "S4");
});

describe("rosters", () => {
  test("follow one another", async () => {
    const first = await roster();
    const second = await roster({ version: 2, prev: toB64u(first.hash) });
    demandNextRoster(first, undefined);
    demandNextRoster(second, first);
    demandNewerRoster(first, second);
    refusedNow(() => demandNewerRoster(second, first), "S5");
    refusedNow(() => demandNextRoster(second, undefined), "S5");
    const unlinked = await roster({ version: 2 });
    refusedNow(() => demandNewerRoster(first, unlinked), "S6");
    const fallen = await roster({ version: 2, prev: toB64u(first.hash), groups: [] });
    refusedNow(() => demandNextRoster(fallen, first), "S7");
  });

  test("know their people, active ones only, and no other (S8)", async () => {
    const expired = entry(dewi, 2, ISSUED);
    const staff = await Promise.all([entry(budi, 1), expired].map((bytes) => H(bytes)));
    const both = await roster({ staff: staff.map(toB64u) });
    const { members } = await directory(both, [entry(budi, 1), expired]);
    expect(members.map(({ alias }) => alias)).toEqual([1]);
    await refused(directory(await roster(), [expired]), "S8");
  });

  test("are renewed by a supervisor of theirs, not by another person", async () => {
    const known = await directory(await roster(), [entry(budi, 1)]);
    const payload = {
      org_id: toB64u(orgId),
      roster_version: 1,
      hash: toB64u(known.roster.hash),
      issued: ISSUED + DAY,
    };
    const renew = (by: SigKeys, changes: object = {}) =>
      makeStatement("renew", { ...payload, ...changes }, by);
    const keys = await orgKeys();
    const open = async (statement: Promise<Statement>) =>
      openRenewal(verifyHere, keys, known, await statement);
    expect(await open(renew(budi))).toBe(ISSUED + DAY);
    await refused(open(renew(dewi)), "S4");
    await refused(open(renew(budi, { roster_version: 2 })), "S5");
    await refused(open(renew(budi, { hash: toB64u(new Uint8Array(32)) })), "S6");
  });

  test("hold 7 days from the newest renewal, 60 at most, and clients 14 more", async () => {
    const one = await roster();
    const state = (days: number, renewed?: number): string => {
      const standing = validity(one, renewed, ISSUED + days * DAY);
      return standing.state === "valid" && standing.isEnding ? "ending" : standing.state;
    };
    expect([0, 3.9, 4, 6.9, 7, 20.9, 21].map((days) => state(days))).toEqual([
      ...["valid", "valid", "ending", "ending", "stale", "stale", "expired"],
    ]);
    const renewed = ISSUED + 58 * DAY;
    expect([59.9, 60, 73.9, 74].map((days) => state(days, renewed))).toEqual([
      ...["ending", "stale", "stale", "expired"],
    ]);
  });

  test("are judged by the server's clock where a phone's is off by more than an hour", () => {
    expect(trustedNow(ISSUED, ISSUED + DAY)).toBe(ISSUED + DAY);
    expect(trustedNow(ISSUED, ISSUED + 1000)).toBe(ISSUED);
  });
});

describe("groups", () => {
  const half = { orgId, kind: "team", gen: 1 } as const;

  test("belong to roles", () => {
    expect(belongs("team", ["counselor"])).toBe(true);
    expect(belongs("escalation", ["counselor", "admin"])).toBe(false);
    expect(belongs("escalation", ["supervisor"])).toBe(true);
  });

  test("G1, G2: a record of another form or by another person", async () => {
    const fields = { ...half, kemPk: team.pk, rosterVersion: 1 };
    const { record, sig } = await makeGroupRecord(fields, budi.seed);
    expect(await openGroupRecord(verifyHere, record, sig, budi.pk)).toEqual(fields);
    await refused(openGroupRecord(verifyHere, record.slice(1), sig, budi.pk), "G1");
    await refused(openGroupRecord(verifyHere, record, sig, dewi.pk), "G2");
  });

  test("G3, G4, G5: a box for another, a foreign half, a key of low order", async () => {
    const sealed = await boxHalf(half, team, budiKem.pk, counting(9, 32));
    expect(await openHalf(half, budiKem, team.pk, sealed)).toEqual(team);
    await refused(openHalf({ ...half, gen: 2 }, budiKem, team.pk, sealed), "G3");
    const foreign = { pk: team.pk, sk: counting(61, 32) };
    const swapped = await boxHalf(half, foreign, budiKem.pk, counting(9, 32));
    await refused(openHalf(half, budiKem, team.pk, swapped), "G4");
    await refused(boxHalf(half, team, new Uint8Array(32), counting(9, 32)), "G5");
  });
});

describe("enrolment", () => {
  const invite = counting(70, 16);
  const staffId = counting(71, 16);

  test("an invite is typed as people type", () => {
    const text = inviteText(invite);
    expect(text).toMatch(/^[A-Z2-7]{26}$/);
    expect(readInvite(` ${text.slice(0, 13).toLowerCase()}-${text.slice(13)}`)).toEqual(invite);
    expect(readInvite(text.slice(1))).toBeUndefined();
    expect(readInvite(`${text.slice(0, 25)}B`)).toBeUndefined();
  });

  test("E1 to E4: form, signature, invite and organisation", async () => {
    const made = await makeEnrolment(invite, orgId, staffId, budi, budiKem.pk);
    const check = (enrolment = made, from = invite, org = orgId) =>
      checkEnrolment(verifyHere, from, org, enrolment);
    expect(await check()).toEqual({ staffId, sigPk: budi.pk, kemPk: budiKem.pk });
    await refused(check({ ...made, q: made.q.slice(1) }), "E1");
    await refused(check({ ...made, sig: counting(0, 64) }), "E2");
    await refused(check(made, counting(72, 16)), "E3");
    await refused(check(made, invite, counting(73, 16)), "E4");
  });
});

test("a vault opens at its version and place only", async () => {
  const place = { orgId, staffId: counting(71, 16), version: 3 };
  const vk = await vaultKey(counting(80, 64), orgId, place.staffId);
  const blob = await sealVault(vk, place, counting(0, 12), utf8("{}"));
  expect(await openVault(vk, place, blob)).toEqual(utf8("{}"));
  await refused(openVault(vk, { ...place, version: 2 }, blob), "V1");
  await refused(openVault(vk, place, blob.slice(0, 20)), "V1");
});
