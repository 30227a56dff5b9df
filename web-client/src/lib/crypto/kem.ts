// HPKE base mode, one shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
import {
  Aes256Gcm,
  CipherSuite,
  DhkemX25519HkdfSha256 as NativeX25519,
  HkdfSha256,
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

interface Suite {
  readonly hpke: CipherSuite;
  /** The public key of a private one. */
  readonly publicKey: (sk: Bytes) => Promise<Bytes>;
}

const X25519 = { name: "X25519" };
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));
// The fixed head of PKCS #8 before the 32 bytes of an X25519 private key.
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32);

const importPublic = (pk: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", pk, X25519, true, []);

async function nativePublicKey(sk: Bytes): Promise<Bytes> {
  const pkcs8 = concat(PKCS8, sk);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, X25519, false, ["deriveBits"]);
  const base = { ...X25519, public: await importPublic(BASE_POINT) };
  return new Uint8Array(await crypto.subtle.deriveBits(base, key, 256));
}

/** X25519 in WebCrypto is there from Chrome 133, Firefox 130 and Safari 17 on. */
async function hasNativeX25519(): Promise<boolean> {
  try {
    await importPublic(BASE_POINT);
    return true;
  } catch {
    return false;
  }
}

async function makeSuite(isNative: boolean): Promise<Suite> {
  const kdf = new HkdfSha256();
  const aead = new Aes256Gcm();
  if (isNative) {
    const hpke = new CipherSuite({ kem: new NativeX25519(), kdf, aead });
    return { hpke, publicKey: nativePublicKey };
  }
  const { DhkemX25519HkdfSha256, X25519: Curve } = await import("@hpke/dhkem-x25519");
  const curve = new Curve(kdf);
  return {
    hpke: new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf, aead }),
    publicKey: async (sk) => concat(await curve.derive(sk, BASE_POINT)),
  };
}

let suite: Promise<Suite> | undefined;

/** Chooses the suite of this browser once; a test passes `isNative` to run both. */
export function chooseSuite(isNative?: boolean): Promise<Suite> {
  if (isNative !== undefined) suite = makeSuite(isNative);
  suite ??= hasNativeX25519().then(makeSuite);
  return suite;
}

/** A key pair from its 32 private bytes. */
export async function kemKeys(sk: Bytes): Promise<KemKeys> {
  return { sk, pk: await (await chooseSuite()).publicKey(sk) };
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
  const { hpke } = await chooseSuite();
  const ekm = await hpke.kem.deriveKeyPair(ikmE.slice().buffer);
  try {
    const recipientPublicKey = await hpke.kem.importKey("raw", pk.slice().buffer, true);
    const sealed = await hpke.seal({ recipientPublicKey, info, ekm }, plain, aad);
    return { enc: new Uint8Array(sealed.enc), ct: new Uint8Array(sealed.ct) };
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
  const { hpke } = await chooseSuite();
  const recipientKey = await hpke.kem.importKey("raw", sk.slice().buffer, false);
  try {
    return new Uint8Array(await hpke.open({ recipientKey, enc, info }, ct, aad));
  } catch {
    throw new Refused(rule);
  }
}
