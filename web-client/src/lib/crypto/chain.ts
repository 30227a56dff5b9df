// A lane's records, one accepted after the other.
import { equal, isZero, toB64u, type Bytes } from "./bytes.ts";
import { demandBoxes, openBack, openBox, type Recipient } from "./box.ts";
import { caseId } from "./case-id.ts";
import { kemKid, type KemKeys } from "./kem.ts";
import { after, allowedAudiences, isSupervisor, mayLackBack, mayRead } from "./reasons.ts";
import type { Audience, Deed, Standing } from "./reasons.ts";
import {
  compareReaders,
  CREATOR,
  decodeRecord,
  REASON,
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
}

/** What a record is judged by. */
export interface Judge {
  readonly verify: Verify;
  /** The roster of a version with the entries of whoever its records name. */
  readonly directory: (version: number) => Directory | undefined;
  /** Lane 1 before the record, for a record of lane 2 that was posted with one of lane 1. */
  readonly lane1?: Standing | undefined;
}

export async function caseKeys(orgId: Bytes, csigPk: Bytes, ckemPk: Bytes): Promise<CaseKeys> {
  return { orgId, csigPk, ckemPk, caseId: await caseId(orgId, csigPk, ckemPk) };
}

export const emptyChain = (keys: CaseKeys, lane: Lane): Chain => ({ keys, lane, last: undefined });

/** Accepts the next record by everything that is public; throws `Refused` with the rule broken. */
export async function accept(chain: Chain, signed: SignedRecord, judge: Judge): Promise<Chain> {
  const record = await decodeRecord(signed);
  demandPlace(chain, record);
  const directory = judge.directory(record.rosterVersion);
  demand(directory !== undefined, "A4");
  demand(record.rosterVersion >= (chain.last?.record.rosterVersion ?? 0), "A4");
  const creator = await demandCreator(chain, record, directory);
  const pk = creator?.sigPk ?? chain.keys.csigPk;
  const message = recordMessage(record.hash);
  demand(await verifyOne(judge.verify, { pk, message, sig: record.sig }), "A6");
  demand(record.epoch === (chain.last?.record.epoch ?? -1) + 1, "A7");
  demand(
    chain.last === undefined ? isZero(record.prev) : equal(record.prev, chain.last.record.hash),
    "A8",
  );
  const { audience, recipients } = await demandReaders(chain, record, directory);

  const before = chain.last?.standing;
  const lane1 = chain.lane === 1 ? before : judge.lane1;
  const deed: Deed = { lane: chain.lane, reason: record.reason, creator, directory, before, lane1 };
  demandReason(deed, audience);
  demand(isBackRight(deed, record, audience), "R9");
  return { ...chain, last: { record, standing: after(deed, audience), recipients } };
}

function demandPlace({ keys, lane }: Chain, record: EpochRecord): void {
  const isHere = equal(record.orgId, keys.orgId) && equal(record.caseId, keys.caseId);
  demand(isHere && record.lane === lane, "A1");
}

/** Who posted it: a member of the roster named, or undefined for the client. */
async function demandCreator(
  { keys, lane }: Chain,
  record: EpochRecord,
  { members }: Directory,
): Promise<Member | undefined> {
  if (lane === 1 && record.epoch === 0) demand(record.ctype === CREATOR.client, "A3");
  if (record.ctype === CREATOR.client) {
    demand(equal(record.creatorKid, await sigKid(keys.csigPk)), "A2");
    return undefined;
  }
  demand(record.ctype === CREATOR.staff, "A5");
  const kid = toB64u(record.creatorKid);
  const creator = members.find((member) => member.sigKid === kid);
  demand(creator !== undefined && mayRead(creator), "A5");
  if (record.reason === REASON.join) demand(isSupervisor(creator), "A5");
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
  readers.forEach((reader, i) => {
    const before = readers[i - 1];
    demand(before === undefined || compareReaders(before, reader) < 0, "A9");
    demand(reader.rtype >= RTYPE.client && reader.rtype <= RTYPE.escalation, "A9");
  });
  const of = (rtype: ReaderType): Reader[] => readers.filter((reader) => reader.rtype === rtype);
  const clientKid = toB64u(await kemKid(keys.ckemPk));
  demandKids(of(RTYPE.client), lane === 1 ? [clientKid] : [], "A10");
  const escalation = newest(roster, "escalation");
  demandKids(of(RTYPE.escalation), [escalation?.kid ?? ""], "A11");
  const team = newest(roster, "team");
  const hasTeam = of(RTYPE.team).length > 0;
  demandKids(of(RTYPE.team), hasTeam ? [team?.kid ?? ""] : [], "A12");

  const people: string[] = [];
  const recipients = readers.map(({ rtype, kid }): Recipient => {
    if (rtype === RTYPE.client) return { rtype, kemPk: keys.ckemPk };
    if (rtype === RTYPE.team && team !== undefined) return { rtype, kemPk: team.kemPk };
    if (rtype === RTYPE.escalation && escalation !== undefined) {
      return { rtype, kemPk: escalation.kemPk };
    }
    const text = toB64u(kid);
    const member = members.find((other) => other.kemKid === text);
    demand(member !== undefined && mayRead(member), "A13");
    people.push(member.staffId);
    return { rtype: RTYPE.staff, kemPk: member.kemPk };
  });
  return { audience: { hasTeam, people }, recipients };
}

function demandKids(readers: readonly Reader[], kids: readonly string[], rule: Rule): void {
  demand(readers.map((reader) => toB64u(reader.kid)).join() === kids.join(), rule);
}

function demandReason(deed: Deed, audience: Audience): void {
  const { reason } = deed;
  demand(reason <= REASON.leave, "R8");
  const key = ({ hasTeam, people }: Audience): string => [hasTeam, ...[...people].sort()].join();
  const isAllowed = allowedAudiences(deed).some((allowed) => key(allowed) === key(audience));
  demand(isAllowed, `R${reason}`);
}

function isBackRight(deed: Deed, { epoch, back }: EpochRecord, audience: Audience): boolean {
  if (epoch === 0) return back.length === 0;
  return back.length > 0 || mayLackBack(deed, audience);
}

/**
 * Opens the newest epoch with one's own box and makes every box again. `held` is the key of the
 * epoch before, where one has it. Throws `Refused` A14 to A16.
 */
export async function openEpoch(
  { record, recipients }: Link,
  box: Bytes,
  rtype: ReaderType,
  keys: KemKeys,
  held?: Bytes,
): Promise<Bytes> {
  const e = await openBox(record, box, rtype, keys);
  const before = await openBack(e, record);
  if (held !== undefined && before !== undefined) demand(equal(before, held), "A15");
  await demandBoxes(e, record, recipients);
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
