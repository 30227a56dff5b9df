// Ed25519: keys and signing. Verification is strict and slow, so it lives in a worker (verify.ts).
import { concat, fromB64u, type Bytes, type Random } from "./bytes.ts";
import { C } from "./encode.ts";
import { H } from "./hash.ts";

export interface SigKeys {
  /** 32 bytes. */
  readonly seed: Bytes;
  /** 32 bytes. */
  readonly pk: Bytes;
}

/** One signature to verify. */
export interface SigCheck {
  readonly pk: Bytes;
  readonly message: Bytes;
  readonly sig: Bytes;
}

/** Says of each signature whether it holds, strictly (RFC 8032, no small-order keys). */
export type Verify = (checks: readonly SigCheck[]) => Promise<readonly boolean[]>;

/** `verify` for one signature. */
export async function verifyOne(verify: Verify, check: SigCheck): Promise<boolean> {
  return (await verify([check]))[0] === true;
}

// The fixed head of PKCS #8 before the 32 bytes of an Ed25519 seed.
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);
const ED25519 = { name: "Ed25519" };

/** Signing in WebCrypto is there from Chrome 137, Firefox 129 and Safari 17 on; else by noble. */
async function nativeKey(seed: Bytes): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), ED25519, true, ["sign"]);
  } catch {
    return undefined;
  }
}

const slow = () => import("./ed25519.ts");

/** Signs with the key of a 32-byte seed; 64 bytes, the same from every implementation. */
export async function sign(seed: Bytes, message: Bytes): Promise<Bytes> {
  const key = await nativeKey(seed);
  if (key === undefined) return (await slow()).signHere(seed, message);
  return new Uint8Array(await crypto.subtle.sign(ED25519, key, message));
}

/** A key pair from its 32-byte seed. */
export async function sigKeys(seed: Bytes): Promise<SigKeys> {
  const key = await nativeKey(seed);
  const x = key === undefined ? undefined : (await crypto.subtle.exportKey("jwk", key)).x;
  return { seed, pk: x === undefined ? await (await slow()).publicKey(seed) : fromB64u(x) };
}

export const newSigKeys = (random: Random): Promise<SigKeys> => sigKeys(random(32));

/** `kid(sig)`, 16 bytes. */
export const sigKid = async (pk: Bytes): Promise<Bytes> => (await H(C("kid/sig", pk))).slice(0, 16);
