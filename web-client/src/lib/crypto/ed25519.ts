// Ed25519 without WebCrypto's help; a chunk of its own that newer browsers never load.
import { getPublicKeyAsync, signAsync } from "@noble/ed25519";
import { concat, type Bytes } from "./bytes.ts";

export const publicKey = async (seed: Bytes): Promise<Bytes> =>
  concat(await getPublicKeyAsync(seed));

export const signHere = async (seed: Bytes, message: Bytes): Promise<Bytes> =>
  concat(await signAsync(message, seed));
