// HPKE base mode, one shot (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
// The key schedule of our one suite, over WebCrypto's own HMAC and AES; the curve is an argument.
import { concat, EMPTY, u16, utf8, type Bytes } from "./bytes.ts";
import { gcmOpen, gcmSeal, hmac } from "./hash.ts";
import type { Rule } from "./refused.ts";

/** Diffie-Hellman on X25519; throws where the result is zero, as with a key of low order. */
export type Dh = (sk: Bytes, pk: Bytes) => Promise<Bytes>;

const KEM_ID = concat(utf8("KEM"), u16(0x0020));
const SUITE_ID = concat(utf8("HPKE"), u16(0x0020), u16(0x0001), u16(0x0002));
const BASE_MODE = Uint8Array.of(0);
const LABEL = utf8("HPKE-v1");
/** What an empty salt stands for; an HMAC key may not be empty everywhere. */
const NO_SALT = new Uint8Array(32);

/** `LabeledExtract`. */
const extract = (suite: Bytes, salt: Bytes, label: string, ikm: Bytes): Promise<Bytes> =>
  hmac(salt, concat(LABEL, suite, utf8(label), ikm));

/** `LabeledExpand` for at most 32 bytes, which one block of HKDF gives. */
async function expand(
  suite: Bytes,
  prk: Bytes,
  label: string,
  info: Bytes,
  length: number,
): Promise<Bytes> {
  const block = concat(u16(length), LABEL, suite, utf8(label), info, Uint8Array.of(1));
  return (await hmac(prk, block)).slice(0, length);
}

/** `DeriveKeyPair`: the private key that 32 bytes of `ikm` give. */
export async function derivePrivate(ikm: Bytes): Promise<Bytes> {
  return expand(KEM_ID, await extract(KEM_ID, NO_SALT, "dkp_prk", ikm), "sk", EMPTY, 32);
}

async function shared(dh: Bytes, enc: Bytes, pk: Bytes): Promise<Bytes> {
  const prk = await extract(KEM_ID, NO_SALT, "eae_prk", dh);
  return expand(KEM_ID, prk, "shared_secret", concat(enc, pk), 32);
}

async function schedule(secret: Bytes, info: Bytes): Promise<[key: Bytes, nonce: Bytes]> {
  const [psk, infoHash, prk] = await Promise.all([
    extract(SUITE_ID, NO_SALT, "psk_id_hash", EMPTY),
    extract(SUITE_ID, NO_SALT, "info_hash", info),
    extract(SUITE_ID, secret, "secret", EMPTY),
  ]);
  const context = concat(BASE_MODE, psk, infoHash);
  return Promise.all([
    expand(SUITE_ID, prk, "key", context, 32),
    expand(SUITE_ID, prk, "base_nonce", context, 12),
  ]);
}

/** Seals to `pk` with an ephemeral key pair; the ciphertext of the context's first message. */
export async function sealTo(
  dh: Dh,
  pk: Bytes,
  ephemeral: { readonly sk: Bytes; readonly pk: Bytes },
  info: Bytes,
  aad: Bytes,
  plain: Bytes,
): Promise<Bytes> {
  const secret = await shared(await dh(ephemeral.sk, pk), ephemeral.pk, pk);
  const [key, nonce] = await schedule(secret, info);
  return gcmSeal(key, nonce, aad, plain);
}

/** Opens what `sealTo` made for these keys; throws `Refused(rule)` where it does not open. */
export async function openWith(
  dh: Dh,
  own: { readonly sk: Bytes; readonly pk: Bytes },
  enc: Bytes,
  info: Bytes,
  aad: Bytes,
  ct: Bytes,
  rule: Rule,
): Promise<Bytes> {
  const secret = await shared(await dh(own.sk, enc), enc, own.pk);
  const [key, nonce] = await schedule(secret, info);
  return gcmOpen(key, nonce, aad, ct, rule);
}
