// X25519 keys, and HPKE with them: WebCrypto's curve where it is there, else one in JavaScript.
import {
  Aes256Gcm,
  CipherSuite,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  type KemInterface,
} from "@hpke/core";
import { concat, type Bytes, type Random } from "./bytes.ts";
import { C } from "./encode.ts";
import { H } from "./hash.ts";
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

/** The curve as this browser has it. */
export interface Curve {
  /** HPKE's KEM over it. */
  readonly kem: KemInterface;
  /** The bare function, which gives the public key of a private one. */
  readonly multiply: (sk: Bytes, pk: Bytes) => Promise<Bytes>;
}

const X25519 = { name: "X25519" };
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));
// The fixed head of PKCS #8 before the 32 bytes of an X25519 private key.
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32);

const importPublic = (pk: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", pk, X25519, true, []);

const nativeCurve: Curve = {
  kem: new DhkemX25519HkdfSha256(),
  multiply: async (sk, pk) => {
    const pkcs8 = concat(PKCS8, sk);
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, X25519, false, ["deriveBits"]);
    const other = { ...X25519, public: await importPublic(pk) };
    return new Uint8Array(await crypto.subtle.deriveBits(other, key, 256));
  },
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

const makeCurve = async (isNative: boolean): Promise<Curve> =>
  isNative ? nativeCurve : (await import("./x25519.ts")).curveHere;

let curve: Promise<Curve> | undefined;

/** Chooses the curve of this browser once; a test passes `isNative` to run both. */
export function chooseCurve(isNative?: boolean): Promise<Curve> {
  if (isNative !== undefined) curve = makeCurve(isNative);
  curve ??= hasNativeX25519().then(makeCurve);
  return curve;
}

/** HPKE in our one suite (RFC 9180, base mode). */
async function suite(): Promise<CipherSuite> {
  const { kem } = await chooseCurve();
  return new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });
}

/** A key pair from its 32 private bytes. */
export async function kemKeys(sk: Bytes): Promise<KemKeys> {
  return { sk, pk: await (await chooseCurve()).multiply(sk, BASE_POINT) };
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
  const hpke = await suite();
  try {
    const recipientPublicKey = await hpke.kem.deserializePublicKey(pk);
    const ekm = await hpke.kem.deriveKeyPair(ikmE);
    const { enc, ct } = await hpke.seal({ recipientPublicKey, ekm, info }, plain, aad);
    return { enc: new Uint8Array(enc), ct: new Uint8Array(ct) };
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
  const hpke = await suite();
  try {
    const recipientKey = await hpke.kem.deserializePrivateKey(sk);
    return new Uint8Array(await hpke.open({ recipientKey, enc, info }, ct, aad));
  } catch {
    throw new Refused(rule);
  }
}
