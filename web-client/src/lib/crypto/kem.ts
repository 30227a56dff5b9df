// X25519 keys, and HPKE with them: WebCrypto's curve where it is there, else one in JavaScript.
import { concat, isZero, type Bytes, type Random } from "./bytes.ts";
import { C } from "./encode.ts";
import { H } from "./hash.ts";
import { derivePrivate, openWith, sealTo, type Dh } from "./hpke.ts";
import { Refused, type Rule } from "./refused.ts";

export interface KemKeys {
  /** 32 bytes. */
  readonly sk: Bytes;
  /** 32 bytes. */
  readonly pk: Bytes;
}

/** What HPKE makes of a plaintext: the encapsulated key, 32 bytes, and the ciphertext. */
export interface Sealed {
  readonly enc: Bytes;
  readonly ct: Bytes;
}

const X25519 = { name: "X25519" };
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));
// The fixed head of PKCS #8 before the 32 bytes of an X25519 private key.
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32);

const importPublic = (pk: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", pk, X25519, true, []);

const nativeDh: Dh = async (sk, pk) => {
  const pkcs8 = concat(PKCS8, sk);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, X25519, false, ["deriveBits"]);
  const other = { ...X25519, public: await importPublic(pk) };
  const shared = new Uint8Array(await crypto.subtle.deriveBits(other, key, 256));
  if (isZero(shared)) throw new Error("a key of low order");
  return shared;
};

/** X25519 in WebCrypto is there from Chrome 133, Firefox 130 and Safari 17 on. */
async function hasNativeX25519(): Promise<boolean> {
  try {
    await importPublic(BASE_POINT);
    return true;
  } catch {
    return false;
  }
}

const makeDh = async (isNative: boolean): Promise<Dh> =>
  isNative ? nativeDh : (await import("./x25519.ts")).dhHere;

let curve: Promise<Dh> | undefined;

/** Chooses the curve of this browser once; a test passes `isNative` to run both. */
export function chooseCurve(isNative?: boolean): Promise<Dh> {
  if (isNative !== undefined) curve = makeDh(isNative);
  curve ??= hasNativeX25519().then(makeDh);
  return curve;
}

/** A key pair from its 32 private bytes. */
export async function kemKeys(sk: Bytes): Promise<KemKeys> {
  return { sk, pk: await (await chooseCurve())(sk, BASE_POINT) };
}

export const newKemKeys = (random: Random): Promise<KemKeys> => kemKeys(random(32));

/** `kid(kem)`, 16 bytes. */
export const kemKid = async (pk: Bytes): Promise<Bytes> => (await H(C("kid/kem", pk))).slice(0, 16);

/**
 * Seals to a public key; `ikmE`, 32 bytes, gives the ephemeral key. Throws `Refused(rule)` where the
 * public key is of low order.
 */
export async function hpkeSeal(
  pk: Bytes,
  ikmE: Bytes,
  info: Bytes,
  aad: Bytes,
  plain: Bytes,
  rule: Rule,
): Promise<Sealed> {
  const dh = await chooseCurve();
  const ephemeral = await kemKeys(await derivePrivate(ikmE));
  try {
    return { enc: ephemeral.pk, ct: await sealTo(dh, pk, ephemeral, info, aad, plain) };
  } catch {
    throw new Refused(rule);
  }
}

/** Opens what `hpkeSeal` made; throws `Refused(rule)` when anything differs. */
export async function hpkeOpen(
  sk: Bytes,
  { enc, ct }: Sealed,
  info: Bytes,
  aad: Bytes,
  rule: Rule,
): Promise<Bytes> {
  try {
    return await openWith(await chooseCurve(), await kemKeys(sk), enc, info, aad, ct, rule);
  } catch {
    throw new Refused(rule);
  }
}
