// The public vectors of our exact suite, RFC 9180, by both implementations.
import { beforeAll, describe, expect, test } from "vitest";
import { chooseCurve, hpkeOpen, hpkeSeal, kemKeys } from "../../../src/lib/crypto/kem.ts";
import { hex, readVectors, unhex } from "./vectors.ts";

interface Rfc9180 {
  info: string;
  ikmE: string;
  skRm: string;
  pkRm: string;
  enc: string;
  encryptions: { aad: string; pt: string; ct: string }[];
}

const vectors = readVectors("rfc9180_x25519_aes256gcm_base.json") as Rfc9180[];

describe.each([true, false])("with the browser's own X25519: %s", (isNative) => {
  beforeAll(async () => {
    await chooseCurve(isNative);
  });

  test.each(vectors)("the first message of each context", async (v) => {
    const [first] = v.encryptions;
    if (first === undefined) throw new Error("unreachable");
    const [info, aad] = [unhex(v.info), unhex(first.aad)];
    const keys = await kemKeys(unhex(v.skRm));
    expect(hex(keys.pk)).toBe(v.pkRm);
    const sealed = await hpkeSeal(keys.pk, unhex(v.ikmE), info, aad, unhex(first.pt), "B7");
    expect([hex(sealed.enc), hex(sealed.ct)]).toEqual([v.enc, first.ct]);
    expect(hex(await hpkeOpen(keys.sk, sealed, info, aad, "B4"))).toBe(first.pt);
  });

  test("a key of low order is refused", async () => {
    const sealing = hpkeSeal(new Uint8Array(32), unhex("01".repeat(32)), ...empty, "B7");
    await expect(sealing).rejects.toMatchObject({ rule: "B7" });
  });
});

const empty = [new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)] as const;
