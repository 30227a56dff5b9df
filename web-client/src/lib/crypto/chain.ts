// A lane's records, one accepted after the other.
import { equal, toB64u, type Bytes } from "./bytes.ts";
import { boxesMatch, openBack, openBox, type Recipient } from "./box.ts";
import { caseId } from "./case-id.ts";
import { kemKid, type KemKeys } from "./kem.ts";
import { judge, mayLackBack, mayRead, NOBODY } from "./reasons.ts";
import type { Audience, Deed, Standing } from "./reasons.ts";
import {
  CREATOR,
  decodeRecord,
  recordMessage,
  RTYPE,
  type EpochRecord,
  type Lane,
  type Reader,
  type ReaderType,
  type SignedRecord,
} from "./record.ts";
import { demand, type Rule } from "./refused.ts";
import { newest, type Directory, type Member } from "./roster.ts";
import { sigKid, verifyOne, type Verify } from "./sign.ts";

/** The client's public keys with the case id that they give. */
export interface CaseKeys {
  readonly orgId: Bytes;
  readonly caseId: Bytes;
  readonly csigPk: Bytes;
  readonly ckemPk: Bytes;
}

/** A lane as far as its records were accepted. */
export interface Chain {
  readonly keys: CaseKeys;
  readonly lane: Lane;
  /** Undefined before the first record. */
  readonly last: Link | undefined;
}

/** An accepted record, with whom it lets read. */
export interface Link {
  readonly record: EpochRecord;
  readonly standing: Standing;
  /** Every reader's public key, in the record's order. */
  readonly recipients: readonly Recipient[];
  /** Who may write into the epoch. */
  readonly senders: readonly Sender[];
}

/** Somebody who may write into an epoch. */
export interface Sender {
  /** `kid(sig)`, base64url. */
  readonly kid: string;
  readonly sigPk: Bytes;
  readonly isStaff: boolean;
}

/** What a record is judged by. */
export interface Judge {
  readonly verify: Verify;
  /** The roster of a version with the entries of whoever its records name. */
  readonly directory: (version: number) => Directory | undefined;
}

export async function caseKeys(orgId: Bytes, csigPk: Bytes, ckemPk: Bytes): Promise<CaseKeys> {
  return { orgId, csigPk, ckemPk, caseId: await caseId(orgId, csigPk, ckemPk) };
}

export const emptyChain = (keys: CaseKeys, lane: Lane): Chain => ({ keys, lane, last: undefined });

/** Accepts the next record by everything that is public; throws `Refused` with the rule broken. */
export async function accept(chain: Chain, signed: SignedRecord, judges: Judge): Promise<Chain> {
  const record = await decodeRecord(signed);
  demandPlace(chain, record);
  const directory = judges.directory(record.rosterVersion);
  demand(directory !== undefined, "A12");
  const creator = await demandCreator(chain, record, directory);
  const pk = creator?.sigPk ?? chain.keys.csigPk;
  const message = recordMessage(record.hash);
  demand(await verifyOne(judges.verify, { pk, message, sig: record.sig }), "A1");
  const { audience, recipients } = await demandReaders(chain, record, directory);

  const { lane, last } = chain;
  const before = last?.standing ?? NOBODY;
  const deed: Deed = { lane, reason: record.reason, creator, directory, before };
  const standing = judge(deed, audience, last === undefined);
  demand(isBackRight(record, lane), "R6");
  const senders = await sendersOf(chain, audience, directory);
  return { ...chain, last: { record, standing, recipients, senders } };
}

function demandPlace({ keys, lane, last }: Chain, record: EpochRecord): void {
  const isHere = equal(record.orgId, keys.orgId) && equal(record.caseId, keys.caseId);
  demand(isHere && record.lane === lane, "A13");
  demand(record.epoch === (last?.record.epoch ?? -1) + 1, "A5");
  demand(equal(record.prev, last?.record.hash ?? new Uint8Array(32)), "A6");
  demand(record.rosterVersion >= (last?.record.rosterVersion ?? 0), "A12");
}

/** Who posted it: a member of the roster named, or undefined for the client. */
async function demandCreator(
  { keys, lane }: Chain,
  record: EpochRecord,
  { members }: Directory,
): Promise<Member | undefined> {
  if (record.ctype === CREATOR.client) {
    const isClient = equal(record.creatorKid, await sigKid(keys.csigPk));
    // The keys are the client's only if the id of the case says so.
    const id = await caseId(keys.orgId, keys.csigPk, keys.ckemPk);
    demand(isClient && equal(id, keys.caseId), "A2");
    return undefined;
  }
  demand(lane === 2 || record.epoch > 0, "A3");
  const kid = toB64u(record.creatorKid);
  const creator = members.find((member) => member.sigKid === kid);
  demand(creator !== undefined && mayRead(creator), "A4");
  return creator;
}

interface Readers {
  readonly audience: Audience;
  readonly recipients: readonly Recipient[];
}

async function demandReaders(
  { keys, lane }: Chain,
  { readers }: EpochRecord,
  { roster, members }: Directory,
): Promise<Readers> {
  const of = (rtype: ReaderType): Reader[] => readers.filter((reader) => reader.rtype === rtype);
  const clientKid = toB64u(await kemKid(keys.ckemPk));
  demandKids(of(RTYPE.client), lane === 1 ? [clientKid] : [], "A8");
  const escalation = newest(roster, "escalation");
  demandKids(of(RTYPE.escalation), [escalation?.kid ?? ""], "A9");
  const team = newest(roster, "team");
  const hasTeam = of(RTYPE.team).length > 0;
  demandKids(of(RTYPE.team), hasTeam ? [team?.kid ?? ""] : [], "A10");

  const people: string[] = [];
  const recipients = readers.map(({ rtype, kid }): Recipient => {
    if (rtype === RTYPE.client) return { rtype, kemPk: keys.ckemPk };
    if (rtype === RTYPE.team && team !== undefined) return { rtype, kemPk: team.kemPk };
    if (rtype === RTYPE.escalation && escalation !== undefined) {
      return { rtype, kemPk: escalation.kemPk };
    }
    const text = toB64u(kid);
    const member = members.find((other) => other.kemKid === text);
    demand(member !== undefined && mayRead(member), "A11");
    demand(!people.includes(member.staffId), "A11");
    people.push(member.staffId);
    return { rtype: RTYPE.staff, kemPk: member.kemPk };
  });
  return { audience: { hasTeam, people }, recipients };
}

async function sendersOf(
  { keys, lane }: Chain,
  { people }: Audience,
  { members }: Directory,
): Promise<Sender[]> {
  const staff = members
    .filter((member) => people.includes(member.staffId))
    .map(({ sigKid: kid, sigPk }) => ({ kid, sigPk, isStaff: true }));
  if (lane === 2) return staff;
  const client = { kid: toB64u(await sigKid(keys.csigPk)), sigPk: keys.csigPk, isStaff: false };
  return [client, ...staff];
}

function demandKids(readers: readonly Reader[], kids: readonly string[], rule: Rule): void {
  demand(readers.map((reader) => toB64u(reader.kid)).join() === kids.join(), rule);
}

function isBackRight({ epoch, reason, back }: EpochRecord, lane: Lane): boolean {
  if (epoch === 0) return back.length === 0;
  return back.length > 0 || mayLackBack(lane, reason);
}

/**
 * Opens the newest epoch with one's own box and makes every box again. `held` is the key of the
 * epoch before, where one has it. Throws `Refused` B1 to B7 or A7.
 */
export async function openEpoch(
  link: Link,
  box: Bytes,
  rtype: ReaderType,
  keys: KemKeys,
  held?: Bytes,
): Promise<Bytes> {
  const e = await openOwn(link, box, rtype, keys, held);
  demand(await boxesMatch(e, link.record, link.recipients), "B6");
  return e;
}

/** Opens an epoch with one's own box alone; throws `Refused` B1 to B5, B7 or A7. */
export async function openOwn(
  { record }: Link,
  box: Bytes,
  rtype: ReaderType,
  keys: KemKeys,
  held?: Bytes,
): Promise<Bytes> {
  const e = await openBox(record, box, rtype, keys);
  const before = await openBack(e, record);
  if (held !== undefined && before !== undefined) demand(equal(before, held), "A7");
  return e;
}

/** The keys of all epochs that the newest one's key reaches by back links, oldest first. */
export async function openPast(
  newestKey: Bytes,
  records: readonly EpochRecord[],
): Promise<ReadonlyMap<number, Bytes>> {
  const keys = new Map<number, Bytes>();
  let key: Bytes | undefined = newestKey;
  for (const record of [...records].reverse()) {
    if (key === undefined) break;
    keys.set(record.epoch, key);
    key = await openBack(key, record);
  }
  return keys;
}
