// Makes a whole file of worked values from its secrets, in the shape of dvc1.json.
import { concat, u64, u8, utf8, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import { accept } from "../../../src/lib/crypto/chain.ts";
import { codeKeys, wrapClient } from "../../../src/lib/crypto/code.ts";
import { stretchHere } from "../../../src/lib/crypto/argon2.ts";
import { C } from "../../../src/lib/crypto/encode.ts";
import { inviteId, inviteIdHash, makeEnrolment } from "../../../src/lib/crypto/enrol.ts";
import { makeEpoch } from "../../../src/lib/crypto/epoch.ts";
import { fingerprint } from "../../../src/lib/crypto/fingerprint.ts";
import { boxHalf, makeGroupRecord } from "../../../src/lib/crypto/group.ts";
import { derive, gcmSeal, H, hkdf, hmac } from "../../../src/lib/crypto/hash.ts";
import { kemKeys, kemKid } from "../../../src/lib/crypto/kem.ts";
import {
  firstTh,
  leafOf,
  nextTh,
  sealMessage,
  splitEnvelope,
} from "../../../src/lib/crypto/message.ts";
import { makeRaise } from "../../../src/lib/crypto/raise.ts";
import { decodeRecord, type Lane } from "../../../src/lib/crypto/record.ts";
import { sign, sigKeys, sigKid } from "../../../src/lib/crypto/sign.ts";
import { sealVault, vaultKey } from "../../../src/lib/crypto/vault.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { Dvc1, MessageVector, RecordVector } from "./dvc1.ts";
import { hex, unhex } from "./vectors.ts";
import { world, type World } from "./world.ts";

/** What a record is made for; the rest follows from the inputs. */
export interface Plan {
  readonly lane: Lane;
  readonly epoch: number;
  readonly reason: number;
  readonly isStaff: boolean;
  readonly hasCounselor: boolean;
  readonly hasTeam: boolean;
  readonly rosterVersion: number;
}

/** What the records of a file were made for. */
export function plansOf({ records }: Dvc1): Promise<Plan[]> {
  const plans = records.map(async ({ body, sig }) => {
    const stated = await decodeRecord({ body: unhex(body), sig: unhex(sig) });
    const has = (rtype: number): boolean => stated.readers.some((one) => one.rtype === rtype);
    const { lane, epoch, reason, ctype, rosterVersion } = stated;
    const readers = { isStaff: ctype === 2, hasCounselor: has(2), hasTeam: has(3) };
    return { lane: lane === 1 ? 1 : 2, epoch, reason, rosterVersion, ...readers } as const;
  });
  return Promise.all(plans);
}

/** Recomputes every value from the inputs that stand in `given`. */
export async function make(given: Dvc1, plans: readonly Plan[]): Promise<Dvc1> {
  const w = await world(given);
  const records = await makeRecords(given, plans, w);
  const root = await makeRoot(given);
  return {
    ...given,
    ...(await makeCode(given, w)),
    kids: await makeKids(w),
    records,
    msgs: await makeMessages(given, w, records),
    root,
    statement: await makeStatement({ ...given, root }),
    ...(await makeStaff(given, w)),
    ...(await makeServer(given)),
  };
}

async function makeCode(given: Dvc1, { keys, boxKeys, client }: World): Promise<Partial<Dvc1>> {
  const [org, salt] = [unhex(given.org_id), unhex(given.org_salt)];
  const params = { m: 65536, t: 3, p: 1 };
  const ck = await stretchHere(utf8(given.code), salt, params);
  const { cred, wrap } = await codeKeys(() => Promise.resolve(ck), given.code, org, salt, params);
  const secrets = { csigSeed: client.keys.seed, ckemSk: unhex(given.ckem_sk) };
  const w = await wrapClient(wrap, unhex(given.wrap_nonce), org, keys.caseId, secrets);
  return {
    ck: hex(ck),
    cred: hex(cred),
    wrap_key: hex(wrap),
    tag: hex(await hmac(unhex(given.pepper), C("srv/cred", cred))),
    csig_pk: hex(client.keys.pk),
    ckem_pk: hex(boxKeys[1]?.pk ?? new Uint8Array(0)),
    case_id: hex(keys.caseId),
    client_wrap: hex(w),
  };
}

async function makeKids({ client, staff, boxKeys }: World): Promise<Dvc1["kids"]> {
  const kem = async (rtype: number): Promise<string> => {
    const keys = boxKeys[rtype];
    if (keys === undefined) throw new Error("unreachable");
    return hex(await kemKid(keys.pk));
  };
  return {
    csig: hex(await sigKid(client.keys.pk)),
    staff_sig: hex(await sigKid(staff.keys.pk)),
    client: await kem(1),
    staff: await kem(2),
    team: await kem(3),
    esc: await kem(4),
  };
}

async function makeRecords(given: Dvc1, plans: readonly Plan[], w: World): Promise<RecordVector[]> {
  const chains = { ...w.chains };
  const records: RecordVector[] = [];
  for (const { lane, epoch, reason, isStaff, hasCounselor, hasTeam, rosterVersion } of plans) {
    const key = (of: number): string | undefined =>
      given.records.find((r) => r.lane === lane && r.epoch === of)?.E;
    const e = key(epoch) ?? "";
    const before = key(epoch - 1);
    const directory = w.directory(rosterVersion);
    const made = await makeEpoch(chains[lane], {
      reason,
      creator: isStaff ? w.staff : w.client,
      audience: { hasTeam, people: hasCounselor ? [w.counselor] : [] },
      directory,
      e: unhex(e),
      before: before === undefined ? undefined : unhex(before),
    });
    const { kc, body, hash, sig } = made.record;
    chains[lane] = await accept(chains[lane], made.record, {
      verify: verifyHere,
      directory: w.directory,
    });
    const place = [u8(lane), epochBytes(epoch)];
    const boxes = made.boxes.map(async ({ rtype, kid, bytes }) => {
      const info = C("epoch/ikm", ...place, u8(rtype), kid);
      const ikmE = await hkdf(unhex(e), w.keys.caseId, info, 32);
      return { rtype, ikmE: hex(ikmE), box: hex(bytes) };
    });
    records.push({
      ...{ lane, epoch, E: e, kc: hex(kc), body: hex(body), hash: hex(hash), sig: hex(sig) },
      boxes: await Promise.all(boxes),
    });
  }
  return records;
}

const epochBytes = (epoch: number): Bytes => concat(u64(epoch)).slice(4);

async function makeMessages(
  given: Dvc1,
  { keys, client, staff }: World,
  records: readonly RecordVector[],
): Promise<MessageVector[]> {
  const ths = new Map<number, { seq: number; th: Bytes }>();
  const messages: MessageVector[] = [];
  for (const m of given.msgs) {
    const e = records.find((r) => r.lane === m.lane && r.epoch === m.epoch)?.E;
    const seen = ths.get(m.lane) ?? { seq: 0, th: await firstTh(keys.caseId, m.lane) };
    const sender = m.stype === 1 ? client : staff;
    const { orgId, caseId } = keys;
    const { lane, epoch, stype, kind, ctr, ts_ms: ts, seq } = m;
    const senderKid = await sigKid(sender.keys.pk);
    const header = { orgId, caseId, lane, epoch, msgId: unhex(m.msg_id), stype, senderKid, kind };
    const content = { ctr, ts, seen, body: utf8(m.body) };
    const sealed = await sealMessage(unhex(e ?? ""), header, content, sender.keys.seed);
    const { hdr, ct } = splitEnvelope(sealed.envelope);
    const th = await nextTh(seen.th, seq, await leafOf(hdr, ct));
    ths.set(lane, { seq, th });
    messages.push({
      ...m,
      seen_seq: seen.seq,
      seen_th: hex(seen.th),
      sig: hex(
        await messageSignature(hdr, { ...m, seen_seq: seen.seq }, seen.th, sender.keys.seed),
      ),
      ...{ hdr: hex(hdr), ct: hex(ct), th: hex(th) },
    });
  }
  return messages;
}

async function messageSignature(
  hdr: Bytes,
  { ctr, ts_ms: ts, seen_seq: seenSeq, body }: MessageVector,
  th: Bytes,
  seed: Bytes,
): Promise<Bytes> {
  const hash = await H(utf8(body));
  return sign(seed, C("sig/msg", hdr, u64(ctr).slice(4), u64(ts), u64(seenSeq), th, hash));
}

async function makeRoot({ root, org_id }: Dvc1): Promise<Dvc1["root"]> {
  const org = unhex(org_id);
  const sigSeed = await derive(unhex(root.seed), C("root/sig", org), 32);
  const recovery = await kemKeys(await derive(unhex(root.seed), C("root/recovery", org), 32));
  const { pk } = await sigKeys(sigSeed);
  return {
    seed: root.seed,
    sig_seed: hex(sigSeed),
    pk: hex(pk),
    recovery_sk: hex(recovery.sk),
    recovery_pk: hex(recovery.pk),
    fingerprint: await fingerprint(pk),
  };
}

async function makeStatement({ statement, root }: Dvc1): Promise<Dvc1["statement"]> {
  const { seed, pk } = await sigKeys(unhex(root.sig_seed));
  const signed = C("sig/stmt", statement.type, await H(utf8(statement.payload)));
  return { ...statement, kid: hex(await sigKid(pk)), sig: hex(await sign(seed, signed)) };
}

async function makeStaff(given: Dvc1, { boxKeys, staff, keys }: World): Promise<Partial<Dvc1>> {
  const { group_box: box, group_record: record, vault, enrol, raise } = given;
  const [, , skem, team, esc] = [0, 1, 2, 3, 4].map((rtype) => boxKeys[rtype]);
  if (!skem || !team || !esc) throw new Error("unreachable");
  const { orgId, caseId } = keys;
  const half = { orgId, kind: "team", gen: box.gen } as const;
  const sealed = await boxHalf(half, team, skem.pk, unhex(box.ikmE));
  const rosterVersion = record.roster_version;
  const group = { ...half, gen: record.gen, kemPk: team.pk, rosterVersion };
  const made = await makeGroupRecord(group, staff.keys.seed);
  const staffId = unhex(vault.staff_id);
  const vk = await vaultKey(unhex(vault.export_key), orgId, staffId);
  const place = { orgId, staffId, version: vault.ver };
  const blob = await sealVault(vk, place, unhex(vault.nonce), utf8(vault.plain));
  const invite = unhex(enrol.inv);
  const enrolment = await makeEnrolment(invite, orgId, unhex(enrol.staff_id), staff.keys, skem.pk);
  const raised = await makeRaise(
    {
      ...{ orgId, caseId, level: raise.level, escalationPk: esc.pk },
      escId: unhex(raise.esc_id),
      reason: utf8(raise.reason),
      ikmE: unhex(raise.ikmE),
    },
    staff.keys.seed,
  );
  return {
    staff_sig_pk: hex(staff.keys.pk),
    group_box: { ...box, enc: hex(sealed.enc), ct: hex(sealed.ct) },
    group_record: { ...record, rec: hex(made.record), sig: hex(made.sig) },
    vault: { ...vault, vk: hex(vk), blob: hex(blob) },
    enrol: {
      ...enrol,
      iid: hex(await inviteId(invite)),
      iid_hash: hex(await inviteIdHash(invite)),
      imac: hex(await derive(invite, C("inv/mac"), 32)),
      q: hex(enrolment.q),
      sig: hex(enrolment.sig),
      mac: hex(enrolment.mac),
    },
    raise: { ...raise, rec: hex(raised.record), sig: hex(raised.sig) },
  };
}

/** What only the server makes: its shape is checked here too, with our encoder. */
async function makeServer({ audit, row }: Dvc1): Promise<Partial<Dvc1>> {
  const a: Bytes[] = [new Uint8Array(32)];
  for (const [i, entry] of audit.entries.entries()) {
    const before = a[i] ?? new Uint8Array(32);
    a.push(await H(C("audit", before, u64(i + 1), await H(utf8(entry)))));
  }
  const nonce = unhex(row.nonce);
  const aad = C("srv/row", row.table, unhex(row.row_key), row.column);
  const sealed = await gcmSeal(unhex(row.key), nonce, aad, utf8(row.plain));
  return {
    audit: { ...audit, a: a.map(hex) },
    row: { ...row, sealed: hex(concat(u8(row.key_id), nonce, sealed)) },
  };
}
