// An escalation's reason, sealed to the escalation group and signed by whoever raises it.
import { readInteger, u8, type Bytes } from "./bytes.ts";
import { C, parse } from "./encode.ts";
import { H } from "./hash.ts";
import { hpkeOpen, hpkeSeal, kemKid, type KemKeys, type Sealed } from "./kem.ts";
import type { FieldsOf } from "./record.ts";
import { demand } from "./refused.ts";
import { sign, verifyOne, type Verify } from "./sign.ts";

export interface Raise {
  readonly orgId: Bytes;
  readonly caseId: Bytes;
  readonly escId: Bytes;
  /** 1 to 3. */
  readonly level: number;
  /** `kid(kem)` of the escalation generation that can read the reason. */
  readonly rkid: Bytes;
  readonly sealed: Sealed;
}

export interface RaisePlan {
  readonly orgId: Bytes;
  readonly caseId: Bytes;
  readonly escId: Bytes;
  readonly level: number;
  readonly escalationPk: Bytes;
  /** UTF-8 JSON. */
  readonly reason: Bytes;
  /** 32 fresh random bytes. */
  readonly ikmE: Bytes;
}

type RaisePlace = Pick<Raise, "orgId" | "caseId" | "escId" | "rkid">;

const sealInfo = ({ orgId, caseId, escId, rkid }: RaisePlace): Bytes =>
  C("esc/reason", orgId, caseId, escId, rkid);

const NO_AAD: Bytes = new Uint8Array(0);

const signed = async (record: Bytes): Promise<Bytes> => C("sig/raise", await H(record));

/** `rec/raise` with its raiser's signature. */
export async function makeRaise(
  plan: RaisePlan,
  seed: Bytes,
): Promise<{ record: Bytes; sig: Bytes }> {
  const { orgId, caseId, escId, level, escalationPk, reason, ikmE } = plan;
  const rkid = await kemKid(escalationPk);
  const info = sealInfo({ orgId, caseId, escId, rkid });
  const { enc, ct } = await hpkeSeal(escalationPk, ikmE, info, NO_AAD, reason, "G5");
  const record = C("rec/raise", orgId, caseId, escId, u8(level), rkid, enc, ct);
  return { record, sig: await sign(seed, await signed(record)) };
}

/** Reads a raise that this key must have signed; throws `Refused`. */
export async function openRaise(
  verify: Verify,
  record: Bytes,
  sig: Bytes,
  pk: Bytes,
): Promise<Raise> {
  const fields = parse("rec/raise", [16, 16, 16, 1, 16, 32, "any"], record) as FieldsOf<7>;
  const [orgId, caseId, escId, level, rkid, enc, ct] = fields;
  demand(await verifyOne(verify, { pk, message: await signed(record), sig }), "V2");
  return { orgId, caseId, escId, level: readInteger(level), rkid, sealed: { enc, ct } };
}

/** The reason, for a holder of the escalation half that it names; throws `Refused("V1")`. */
export const readReason = (raise: Raise, { sk }: KemKeys): Promise<Bytes> =>
  hpkeOpen(sk, raise.sealed, sealInfo(raise), NO_AAD, "V1");
