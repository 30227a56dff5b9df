// Ed25519 without WebCrypto's help; a chunk of its own that newer browsers never load.
import { ed25519 } from "@noble/curves/ed25519.js";
import { concat, type Bytes } from "./bytes.ts";

export const publicKey = (seed: Bytes): Bytes => concat(ed25519.getPublicKey(seed));

export const signHere = (seed: Bytes, message: Bytes): Bytes => concat(ed25519.sign(message, seed));
