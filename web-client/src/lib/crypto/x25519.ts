// X25519 without WebCrypto's help; a chunk of its own that newer browsers never load.
import { DhkemX25519HkdfSha256, HkdfSha256, X25519 } from "@hpke/dhkem-x25519";
import { concat } from "./bytes.ts";
import type { Curve } from "./kem.ts";

const curve = new X25519(new HkdfSha256());

export const curveHere: Curve = {
  kem: new DhkemX25519HkdfSha256(),
  multiply: async (sk, pk) => concat(await curve.derive(sk, pk)),
};
