// Bytes on their way in and out: fixed-width integers, base64url, comparisons.

/** Bytes with a buffer of their own, as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A source of `length` random bytes. */
export type Random = (length: number) => Bytes;

/** The browser's own source of randomness. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

export const EMPTY: Bytes = new Uint8Array(0);

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Compares in time that depends on the lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Orders byte strings of one length as big-endian numbers. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** A number as `width` big-endian bytes; throws when it does not fit or is no whole number. */
function integer(value: number, width: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** width) {
    throw new RangeError("integer out of range");
  }
  const out = new Uint8Array(width);
  for (let i = width - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) {
    out[i] = rest % 256;
  }
  return out;
}

export const u8 = (value: number): Bytes => integer(value, 1);
export const u16 = (value: number): Bytes => integer(value, 2);
export const u32 = (value: number): Bytes => integer(value, 4);
export const u64 = (value: number): Bytes => integer(value, 8);

/** Reads a big-endian integer; above 2^53, where no honest value is, it is not exact. */
export const readInteger = (bytes: Uint8Array): number =>
  bytes.reduce((sum, byte) => sum * 256 + byte, 0);

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => concat(encoder.encode(text));

/** Decodes UTF-8; throws on anything else. */
export const fromUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

/** Base64url without padding, the form of all bytes on the wire. */
export function toB64u(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Reads base64url; throws on padding, foreign letters and loose last bits, so one text per value. */
export function fromB64u(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new SyntaxError("not base64url");
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  if (toB64u(bytes) !== text) throw new SyntaxError("not base64url");
  return bytes;
}
