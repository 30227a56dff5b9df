// A key's fingerprint, to be read aloud: twelve groups of five digits.
import type { Bytes } from "./bytes.ts";
import { C } from "./encode.ts";

/** SHA-512 of the key, first 60 bytes as 12 chunks of 5, each mod 100000. */
export async function fingerprint(pk: Bytes): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", C("fp", pk)));
  const groups: string[] = [];
  for (let at = 0; at < 60; at += 5) {
    const chunk = hash.slice(at, at + 5).reduce((sum, byte) => sum * 256 + byte, 0);
    groups.push((chunk % 100000).toString().padStart(5, "0"));
  }
  return groups.join(" ");
}
