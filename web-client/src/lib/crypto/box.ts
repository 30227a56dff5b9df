// The boxes of an epoch key: one a reader, made from the key alone, so that whoever holds the key
// makes every box again and compares.
import { concat, equal, u32, u8, type Bytes } from "./bytes.ts";
import { C, parse } from "./encode.ts";
import { gcmOpen, gcmSeal, H, hkdf, keyAndNonce } from "./hash.ts";
import { hpkeOpen, hpkeSeal, kemKid, type KemKeys } from "./kem.ts";
import type { EpochRecord, FieldsOf, ReaderType } from "./record.ts";
import { demand, Refused } from "./refused.ts";

/** Where an epoch stands; the ids are 16 bytes. */
export interface Place {
  readonly orgId: Bytes;
  readonly caseId: Bytes;
  readonly lane: number;
  readonly epoch: number;
}

/** Somebody to make a box for. */
export interface Recipient {
  readonly rtype: ReaderType;
  readonly kemPk: Bytes;
}

/** A box for the reader with this `kid(kem)`. */
export interface Box {
  readonly rtype: number;
  readonly kid: Bytes;
  /** `C("rcp", ..)`. */
  readonly bytes: Bytes;
  readonly hash: Bytes;
}

/** `kc`, which commits to the epoch key. */
export const commitment = (e: Bytes, { caseId, lane, epoch }: Place): Promise<Bytes> =>
  hkdf(e, caseId, C("epoch/commit", u8(lane), u32(epoch)), 32);

function sealInfo({ orgId, caseId, lane, epoch }: Place, rtype: number, kid: Bytes): Bytes {
  return C("epoch/seal", orgId, caseId, u8(lane), u32(epoch), u8(rtype), kid);
}

/** The one box that an epoch key has for a reader. */
export async function makeBox(
  e: Bytes,
  place: Place,
  kc: Bytes,
  { rtype, kemPk }: Recipient,
): Promise<Box> {
  const kid = await kemKid(kemPk);
  const { caseId, lane, epoch } = place;
  const ikmE = await hkdf(e, caseId, C("epoch/ikm", u8(lane), u32(epoch), u8(rtype), kid), 32);
  const { enc, ct } = await hpkeSeal(kemPk, ikmE, sealInfo(place, rtype, kid), kc, e, "B7");
  const bytes = C("rcp", u8(rtype), kid, enc, ct);
  return { rtype, kid, bytes, hash: await H(bytes) };
}

/** The epoch key in one's own box as the server sent it; throws `Refused` B1 to B5. */
export async function openBox(
  record: EpochRecord,
  box: Bytes,
  rtype: ReaderType,
  keys: KemKeys,
): Promise<Bytes> {
  const kid = await kemKid(keys.pk);
  const named = record.readers.find((r) => r.rtype === rtype && equal(r.kid, kid));
  const [boxType, boxKid, enc, ct] = parseBox(box);
  demand(named !== undefined && equal(boxType, u8(rtype)) && equal(boxKid, kid), "B2");
  demand(equal(named.boxHash, await H(box)), "B3");
  const e = await hpkeOpen(keys.sk, { enc, ct }, sealInfo(record, rtype, kid), record.kc, "B4");
  demand(e.length === 32, "B4");
  demand(equal(await commitment(e, record), record.kc), "B5");
  return e;
}

function parseBox(box: Bytes): FieldsOf<4> {
  try {
    return parse("rcp", [1, 16, 32, 48], box) as FieldsOf<4>;
  } catch {
    throw new Refused("B1");
  }
}

const backKey = (e: Bytes, { caseId, lane, epoch }: Place): Promise<[key: Bytes, nonce: Bytes]> =>
  keyAndNonce(e, caseId, C("epoch/back", u8(lane), u32(epoch)));

/** The back link: the key of the epoch before, under this one's. */
export async function makeBack(e: Bytes, place: Place, prev: Bytes, before: Bytes): Promise<Bytes> {
  const [key, nonce] = await backKey(e, place);
  return gcmSeal(key, nonce, C("epoch/back-aad", prev), before);
}

/** The key of the epoch before; undefined where the link is left out. */
export async function openBack(e: Bytes, record: EpochRecord): Promise<Bytes | undefined> {
  if (record.back.length === 0) return undefined;
  const [key, nonce] = await backKey(e, record);
  return gcmOpen(key, nonce, C("epoch/back-aad", record.prev), record.back, "A7");
}

/** Makes every box again: whether they are those that the record names. */
export async function boxesMatch(
  e: Bytes,
  record: EpochRecord,
  recipients: readonly Recipient[],
): Promise<boolean> {
  const boxes = await Promise.all(recipients.map((to) => makeBox(e, record, record.kc, to)));
  const named = concat(...record.readers.map((reader) => reader.boxHash));
  return equal(named, concat(...boxes.map((box) => box.hash)));
}
