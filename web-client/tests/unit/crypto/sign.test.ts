// Signing agrees with and without WebCrypto; verification is strict.
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/crypto/bytes.ts";
import { publicKey, signHere } from "../../../src/lib/crypto/ed25519.ts";
import { sigKeys, sign } from "../../../src/lib/crypto/sign.ts";
import { isValid } from "../../../src/lib/crypto/verify.ts";
import { counting, unhex } from "./vectors.ts";

const message = utf8("Saya di sini.");

test("an older browser signs the same bytes", async () => {
  const { seed, pk } = await sigKeys(counting(7, 32));
  expect(await publicKey(seed)).toEqual(pk);
  expect(await signHere(seed, message)).toEqual(await sign(seed, message));
});

test("a signature holds for its key and message only", async () => {
  const { seed, pk } = await sigKeys(counting(7, 32));
  const sig = await sign(seed, message);
  expect(await isValid({ pk, message, sig })).toBe(true);
  expect(await isValid({ pk, message: utf8("Saya di sana."), sig })).toBe(false);
  expect(await isValid({ pk: (await sigKeys(counting(8, 32))).pk, message, sig })).toBe(false);
  expect(await isValid({ pk, message, sig: sig.slice(1) })).toBe(false);
});

test("a key of small order vouches for nothing", async () => {
  // The neutral point as key and as R, with s = 0: WebCrypto takes it for every message.
  const neutral = unhex(`01${"00".repeat(31)}`);
  const sig = unhex(`01${"00".repeat(63)}`);
  expect(await isValid({ pk: neutral, message, sig })).toBe(false);
});

test("the small library judges as the large one does, whatever is bent", async () => {
  const { seed, pk } = await sigKeys(counting(7, 32));
  const sig = await sign(seed, message);
  const bent = fc.record({
    // Which of the three is changed, where, and to what.
    part: fc.constantFrom("pk", "sig", "message"),
    at: fc.nat(63),
    to: fc.nat(255),
    // Some encodings that only a lax library takes: y = p + 1, and s = s + l.
    odd: fc.constantFrom(
      "",
      `ee${"ff".repeat(30)}7f`,
      `ec${"ff".repeat(30)}7f`,
      `01${"00".repeat(30)}80`,
    ),
  });
  await fc.assert(
    fc.asyncProperty(bent, async ({ part, at, to, odd }) => {
      const check = { pk: pk.slice(), sig: sig.slice(), message: message.slice() };
      const bytes = check[part as keyof typeof check];
      bytes[at % bytes.length] = to;
      if (odd !== "") (part === "pk" ? check.pk : check.sig).set(unhex(odd), 0);
      let large = false;
      try {
        large = ed25519.verify(check.sig, check.message, check.pk, { zip215: false });
      } catch {
        // It throws where the small one says no.
      }
      expect(await isValid(check)).toBe(large);
    }),
    { numRuns: 200 },
  );
});
