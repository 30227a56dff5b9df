// Strict verification. WebCrypto's own takes forged signatures under small-order keys.
import { ed25519 } from "@noble/curves/ed25519.js";
import type { SigCheck, Verify } from "./sign.ts";

/** Whether a signature holds under RFC 8032; a malformed key or signature does not. */
export function isValid({ pk, message, sig }: SigCheck): boolean {
  try {
    return ed25519.verify(sig, message, pk, { zip215: false });
  } catch {
    return false;
  }
}

/** Verifies where it is called: in the worker, and in tests. */
export const verifyHere: Verify = (checks) => Promise.resolve(checks.map(isValid));
