// Group keys: the record of a new generation, and the boxes of its private half. Staff only.
import { equal, fromUtf8, readInteger, u32, u64, type Bytes } from "./bytes.ts";
import { C, parse } from "./encode.ts";
import { H } from "./hash.ts";
import { hpkeOpen, hpkeSeal, kemKeys, kemKid, type KemKeys, type Sealed } from "./kem.ts";
import type { FieldsOf } from "./record.ts";
import { demand, Refused } from "./refused.ts";
import { GROUP_KINDS, type GroupKind, type Role } from "./roster.ts";
import { sign, verifyOne, type Verify } from "./sign.ts";

/** A generation of a group. */
export interface GroupHalf {
  readonly orgId: Bytes;
  readonly kind: GroupKind;
  readonly gen: number;
}

export interface GroupFields extends GroupHalf {
  readonly kemPk: Bytes;
  readonly rosterVersion: number;
}

/** Whether a person with these roles holds the group's halves. */
export function belongs(kind: GroupKind, roles: readonly Role[]): boolean {
  return roles.includes("supervisor") || (kind === "team" && roles.includes("counselor"));
}

const signed = async (record: Bytes): Promise<Bytes> => C("sig/group", await H(record));

/** `rec/group` with its maker's signature. */
export async function makeGroupRecord(
  { orgId, kind, gen, kemPk, rosterVersion }: GroupFields,
  seed: Bytes,
): Promise<{ record: Bytes; sig: Bytes }> {
  const record = C("rec/group", orgId, kind, u32(gen), kemPk, u64(rosterVersion));
  return { record, sig: await sign(seed, await signed(record)) };
}

/** Reads a group record that a supervisor's key must have signed; throws `Refused` G1 or G2. */
export async function openGroupRecord(
  verify: Verify,
  record: Bytes,
  sig: Bytes,
  pk: Bytes,
): Promise<GroupFields> {
  const fields = readGroupRecord(record);
  demand(await verifyOne(verify, { pk, message: await signed(record), sig }), "G2");
  return fields;
}

/** Reads a group record whose maker is not proven yet; throws `Refused` G1. */
export function readGroupRecord(record: Bytes): GroupFields {
  try {
    const fields = parse("rec/group", [16, "any", 4, 32, 8], record) as FieldsOf<5>;
    const [orgId, name, gen, kemPk, roster] = fields;
    const kind = GROUP_KINDS.find((known) => known === fromUtf8(name));
    if (kind !== undefined) {
      return { orgId, kind, gen: readInteger(gen), kemPk, rosterVersion: readInteger(roster) };
    }
  } catch {
    // Falls through to the one answer for every other form.
  }
  throw new Refused("G1");
}

const sealInfo = ({ orgId, kind, gen }: GroupHalf, kid: Bytes): Bytes =>
  C("grp/seal", orgId, kind, u32(gen), kid);

/** Boxes a group's private half to a member, or to recovery; `ikmE` is 32 fresh random bytes. */
export async function boxHalf(
  half: GroupHalf,
  keys: KemKeys,
  memberPk: Bytes,
  ikmE: Bytes,
): Promise<Sealed> {
  return hpkeSeal(memberPk, ikmE, sealInfo(half, await kemKid(memberPk)), keys.pk, keys.sk, "G5");
}

/**
 * Opens one's own box of a group. Throws `Refused("G3")` where it does not open and "G4", an alarm,
 * where the half does not give the public key that the roster names.
 */
export async function openHalf(
  half: GroupHalf,
  member: KemKeys,
  groupPk: Bytes,
  sealed: Sealed,
): Promise<KemKeys> {
  const info = sealInfo(half, await kemKid(member.pk));
  const sk = await hpkeOpen(member.sk, sealed, info, groupPk, "G3");
  demand(sk.length === 32, "G4");
  const keys = await kemKeys(sk);
  demand(equal(keys.pk, groupPk), "G4");
  return keys;
}
