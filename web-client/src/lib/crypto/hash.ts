// SHA-256, HKDF, HMAC and AES-256-GCM, all by WebCrypto.
import { concat, EMPTY, type Bytes } from "./bytes.ts";
import { demand, Refused, type Rule } from "./refused.ts";

const bytesOf = (buffer: ArrayBuffer): Bytes => new Uint8Array(buffer);

/** `H`, SHA-256. */
export async function H(...parts: readonly Uint8Array[]): Promise<Bytes> {
  return bytesOf(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

/** HKDF-SHA-256; an empty salt is allowed. */
export async function hkdf(ikm: Bytes, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", ikm, "HKDF", false, ["deriveBits"]);
  const params = { name: "HKDF", hash: "SHA-256", salt, info };
  return bytesOf(await crypto.subtle.deriveBits(params, key, length * 8));
}

/** HKDF with the empty salt, as most keys of ours are derived. */
export const derive = (ikm: Bytes, info: Bytes, length: number): Promise<Bytes> =>
  hkdf(ikm, EMPTY, info, length);

/** `k || n`: a key for AES-256-GCM with its nonce, by HKDF. */
export async function keyAndNonce(
  ikm: Bytes,
  salt: Bytes,
  info: Bytes,
): Promise<[key: Bytes, nonce: Bytes]> {
  const both = await hkdf(ikm, salt, info, 44);
  return [both.slice(0, 32), both.slice(32)];
}

export async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return bytesOf(await crypto.subtle.sign("HMAC", imported, message));
}

/** AES-256-GCM with a 96-bit nonce; the 128-bit tag stands at the end. */
export async function gcmSeal(key: Bytes, iv: Bytes, aad: Bytes, plain: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const params = { name: "AES-GCM", iv, additionalData: aad };
  return bytesOf(await crypto.subtle.encrypt(params, imported, plain));
}

/** Opens what `gcmSeal` made; throws `Refused(rule)` when key, nonce, aad or bytes are others. */
export async function gcmOpen(
  key: Bytes,
  iv: Bytes,
  aad: Bytes,
  sealed: Bytes,
  rule: Rule,
): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const params = { name: "AES-GCM", iv, additionalData: aad };
  try {
    return bytesOf(await crypto.subtle.decrypt(params, imported, sealed));
  } catch {
    throw new Refused(rule);
  }
}

const VERSION = Uint8Array.of(1);

/** `0x01 || nonce || GCM(..)`, the form of a wrapped client and of a vault. */
export async function sealBlob(key: Bytes, nonce: Bytes, aad: Bytes, plain: Bytes): Promise<Bytes> {
  return concat(VERSION, nonce, await gcmSeal(key, nonce, aad, plain));
}

/** Opens what `sealBlob` made; throws `Refused("V1")`. */
export async function openBlob(key: Bytes, aad: Bytes, blob: Bytes): Promise<Bytes> {
  demand(blob[0] === 1 && blob.length >= 29, "V1");
  return gcmOpen(key, blob.slice(1, 13), aad, blob.slice(13), "V1");
}
