// SHA-256, HKDF, HMAC and AES-256-GCM, all by WebCrypto.
import { concat, EMPTY, type Bytes } from "./bytes.ts";
import { Refused, type Rule } from "./refused.ts";

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
