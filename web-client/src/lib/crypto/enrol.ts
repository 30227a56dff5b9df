// Enrolment: the invite that is handed over outside the system, and the keys that answer it.
import { equal, type Bytes, type Random } from "./bytes.ts";
import { C, parse } from "./encode.ts";
import { derive, H, hmac } from "./hash.ts";
import type { FieldsOf } from "./record.ts";
import { demand, Refused } from "./refused.ts";
import { sign, verifyOne, type SigKeys, type Verify } from "./sign.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new invite, 16 random bytes. */
export const newInvite = (random: Random): Bytes => random(16);

/** The 26 characters that the new colleague types. */
export function inviteText(invite: Bytes): string {
  const bits = [...invite].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  // 26 characters carry 130 bits; the last two are zero.
  return (bits + "00").replace(/.{5}/g, (five) => BASE32.charAt(parseInt(five, 2)));
}

/** Reads what was typed; case, spaces and dashes don't matter. Undefined where it is no invite. */
export function readInvite(typed: string): Bytes | undefined {
  const text = typed.replace(/[\s-]/g, "").toUpperCase();
  if (!/^[A-Z2-7]{26}$/.test(text)) return undefined;
  const bits = [...text].map((char) => BASE32.indexOf(char).toString(2).padStart(5, "0")).join("");
  if (!bits.endsWith("00")) return undefined;
  return Uint8Array.from({ length: 16 }, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
}

/** `iid`, 16 bytes: what the server is shown; it stores only `inviteIdHash`. */
export const inviteId = (invite: Bytes): Promise<Bytes> => derive(invite, C("inv/id"), 16);

export const inviteIdHash = async (invite: Bytes): Promise<Bytes> => H(await inviteId(invite));

const macKey = (invite: Bytes): Promise<Bytes> => derive(invite, C("inv/mac"), 32);

/** The keys of a new person, signed by themselves and bound to the invite. */
export interface Enrolment {
  /** `C("rec/enrol", ..)`. */
  readonly q: Bytes;
  readonly sig: Bytes;
  readonly mac: Bytes;
}

export interface EnrolledKeys {
  readonly staffId: Bytes;
  readonly sigPk: Bytes;
  readonly kemPk: Bytes;
}

const signed = async (q: Bytes): Promise<Bytes> => C("sig/enrol", await H(q));

/** States, signs and binds a person's keys. */
export async function makeEnrolment(
  invite: Bytes,
  orgId: Bytes,
  staffId: Bytes,
  keys: SigKeys,
  kemPk: Bytes,
): Promise<Enrolment> {
  const q = C("rec/enrol", orgId, staffId, keys.pk, kemPk);
  const sig = await sign(keys.seed, await signed(q));
  return { q, sig, mac: await hmac(await macKey(invite), q) };
}

/** Checks all, as the admin who made the invite can; throws `Refused` E1 to E4. */
export async function checkEnrolment(
  verify: Verify,
  invite: Bytes,
  orgId: Bytes,
  { q, sig, mac }: Enrolment,
): Promise<EnrolledKeys> {
  const [org, staffId, sigPk, kemPk] = decode(q);
  demand(await verifyOne(verify, { pk: sigPk, message: await signed(q), sig }), "E2");
  demand(equal(org, orgId), "E4");
  demand(equal(await hmac(await macKey(invite), q), mac), "E3");
  return { staffId, sigPk, kemPk };
}

function decode(q: Bytes): FieldsOf<4> {
  try {
    return parse("rec/enrol", [16, 16, 32, 32], q) as FieldsOf<4>;
  } catch {
    throw new Refused("E1");
  }
}
