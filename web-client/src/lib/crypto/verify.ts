// Strict verification. WebCrypto's own takes forged signatures under small-order keys.
import { verifyAsync } from "@noble/ed25519";
import type { SigCheck, Verify } from "./sign.ts";

/** Whether a signature holds under RFC 8032; a malformed key or signature does not. */
export async function isValid({ pk, message, sig }: SigCheck): Promise<boolean> {
  try {
    return await verifyAsync(sig, message, pk, { zip215: false });
  } catch {
    return false;
  }
}

/** Verifies where it is called: in the worker, and in tests. */
export const verifyHere: Verify = (checks) => Promise.all(checks.map(isValid));
