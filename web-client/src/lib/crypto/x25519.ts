// X25519 without WebCrypto's help; a chunk of its own that newer browsers never load.
import { HkdfSha256, X25519 } from "@hpke/dhkem-x25519";
import { concat, isZero } from "./bytes.ts";
import type { Dh } from "./hpke.ts";

const curve = new X25519(new HkdfSha256());

export const dhHere: Dh = async (sk, pk) => {
  const shared = concat(await curve.derive(sk, pk));
  if (isZero(shared)) throw new Error("a key of low order");
  return shared;
};
