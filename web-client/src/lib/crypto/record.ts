// The epoch record: who can read from here on. Its bytes, its hash and its signature.
import { compare, concat, readInteger, u32, u64, u8, type Bytes } from "./bytes.ts";
import { C, parse, parseFirst, type Length } from "./encode.ts";
import { H } from "./hash.ts";
import { demand } from "./refused.ts";
import { sign } from "./sign.ts";

/** 1 is the chat, 2 is for staff alone. */
export type Lane = 1 | 2;

export const LANES = [1, 2] as const;

export const RTYPE = { client: 1, staff: 2, team: 3, escalation: 4 } as const;
export type ReaderType = (typeof RTYPE)[keyof typeof RTYPE];

export const CREATOR = { client: 1, staff: 2 } as const;

export const REASON = {
  open: 0,
  claim: 1,
  invite: 2,
  transfer: 3,
  join: 4,
  reopen: 5,
  rekey: 6,
  leave: 7,
} as const;

export interface Reader {
  readonly rtype: number;
  /** `kid(kem)`, 16 bytes. */
  readonly kid: Bytes;
  /** H(box), 32 bytes. */
  readonly boxHash: Bytes;
}

/** What a record says; bytes of ids and hashes are 16 and 32 long. */
export interface RecordFields {
  readonly orgId: Bytes;
  readonly caseId: Bytes;
  readonly lane: number;
  readonly epoch: number;
  /** H(previous body), zeros for epoch 0. */
  readonly prev: Bytes;
  readonly ctype: number;
  readonly creatorKid: Bytes;
  readonly reason: number;
  readonly rosterVersion: number;
  readonly kc: Bytes;
  /** 48 bytes, or empty. */
  readonly back: Bytes;
  /** Ascending by (rtype, kid). */
  readonly readers: readonly Reader[];
}

/** A record as it is stored and sent. */
export interface SignedRecord {
  readonly body: Bytes;
  /** 64 bytes. */
  readonly sig: Bytes;
}

export interface EpochRecord extends RecordFields, SignedRecord {
  /** H(body). */
  readonly hash: Bytes;
}

const READER: readonly Length[] = [1, 16, 32];
const BODY: readonly Length[] = [16, 16, 1, 4, 32, 1, 16, 1, 8, 32, [0, 48], "any"];

export const compareReaders = (
  a: Pick<Reader, "rtype" | "kid">,
  b: Pick<Reader, "rtype" | "kid">,
): number => a.rtype - b.rtype || compare(a.kid, b.kid);

function encodeBody(fields: RecordFields): Bytes {
  const readers = fields.readers.map(({ rtype, kid, boxHash }) =>
    C("rdr", u8(rtype), kid, boxHash),
  );
  return C(
    "rec/epoch",
    ...[fields.orgId, fields.caseId, u8(fields.lane), u32(fields.epoch), fields.prev],
    ...[u8(fields.ctype), fields.creatorKid, u8(fields.reason), u64(fields.rosterVersion)],
    ...[fields.kc, fields.back, concat(...readers)],
  );
}

function decodeReaders(bytes: Bytes): Reader[] {
  const readers: Reader[] = [];
  for (let rest = bytes; rest.length > 0;) {
    let fields: Bytes[];
    [fields, rest] = parseFirst("rdr", READER, rest);
    const [rtype, kid, boxHash] = fields as [Bytes, Bytes, Bytes];
    readers.push({ rtype: number(rtype, RTYPE), kid, boxHash });
  }
  readers.forEach((reader, i) => {
    const before = readers[i - 1];
    demand(before === undefined || compareReaders(before, reader) < 0, "A14");
  });
  return readers;
}

/** A number that must have a meaning. */
function number(bytes: Bytes, known: Readonly<Record<string, number>>): number {
  const value = readInteger(bytes);
  demand(Object.values(known).includes(value), "A15");
  return value;
}

/** Reads a record; throws `Refused` C1 to C5, A14 or A15 where its form is another. */
export async function decodeRecord({ body, sig }: SignedRecord): Promise<EpochRecord> {
  const fields = parse("rec/epoch", BODY, body) as FieldsOf<12>;
  const [orgId, caseId, lane, epoch, prev, ctype, creatorKid, reason, roster, kc, back, readers] =
    fields;
  return {
    ...{ orgId, caseId, prev, creatorKid, kc, back, body, sig },
    lane: number(lane, { chat: 1, notes: 2 }),
    epoch: readInteger(epoch),
    ctype: number(ctype, CREATOR),
    reason: number(reason, REASON),
    rosterVersion: readInteger(roster),
    readers: decodeReaders(readers),
    hash: await H(body),
  };
}

/** `N` fields, as `parse` with `N` lengths returns them. */
export type FieldsOf<N extends number, Tuple extends Bytes[] = []> = Tuple["length"] extends N
  ? Tuple
  : FieldsOf<N, [...Tuple, Bytes]>;

/** What the creator signs. */
export const recordMessage = (hash: Bytes): Bytes => C("sig/epoch", hash);

/** Encodes and signs a record. */
export async function signRecord(fields: RecordFields, seed: Bytes): Promise<EpochRecord> {
  const body = encodeBody(fields);
  const hash = await H(body);
  return { ...fields, body, hash, sig: await sign(seed, recordMessage(hash)) };
}
