// Signing agrees with and without WebCrypto; verification is strict.
import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/crypto/bytes.ts";
import { publicKey, signHere } from "../../../src/lib/crypto/ed25519.ts";
import { sigKeys, sign } from "../../../src/lib/crypto/sign.ts";
import { isValid } from "../../../src/lib/crypto/verify.ts";
import { counting, unhex } from "./vectors.ts";

const message = utf8("Saya di sini.");

test("an older browser signs the same bytes", async () => {
  const { seed, pk } = await sigKeys(counting(7, 32));
  expect(publicKey(seed)).toEqual(pk);
  expect(signHere(seed, message)).toEqual(await sign(seed, message));
});

test("a signature holds for its key and message only", async () => {
  const { seed, pk } = await sigKeys(counting(7, 32));
  const sig = await sign(seed, message);
  expect(isValid({ pk, message, sig })).toBe(true);
  expect(isValid({ pk, message: utf8("Saya di sana."), sig })).toBe(false);
  expect(isValid({ pk: (await sigKeys(counting(8, 32))).pk, message, sig })).toBe(false);
  expect(isValid({ pk, message, sig: sig.slice(1) })).toBe(false);
});

test("a key of small order vouches for nothing", () => {
  // The neutral point as key and as R, with s = 0: WebCrypto takes it for every message.
  const neutral = unhex(`01${"00".repeat(31)}`);
  const sig = unhex(`01${"00".repeat(63)}`);
  expect(isValid({ pk: neutral, message, sig })).toBe(false);
});
