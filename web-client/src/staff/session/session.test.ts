import { expect, test } from "vitest";
import { systemRandom } from "../../lib/crypto/bytes.ts";
import { newKemKeys } from "../../lib/crypto/kem.ts";
import { newSigKeys } from "../../lib/crypto/sign.ts";
import { vaultKey } from "../../lib/crypto/vault.ts";
import { NO_PINS, pinned } from "./pins.ts";
import { decodeKeys, encodeKeys, reseal, unseal, type VaultKeys } from "./vault.ts";

test("the first keys are pinned, and another is an alarm", () => {
  const rootPk = systemRandom(32);
  const pins = pinned(NO_PINS, { rootPk });
  expect(pinned(pins, { rootPk }).rootPk).toEqual(rootPk);
  expect(() => pinned(pins, { rootPk: systemRandom(32) })).toThrow("wrong_service");
});

test("versions may rise and stay; a fall is an alarm", () => {
  const staffId = "a";
  let pins = pinned(NO_PINS, { rosterVersion: 2, vault: { staffId, version: 3 } });
  pins = pinned(pins, { rosterVersion: 3, vault: { staffId, version: 3 } });
  expect(() => pinned(pins, { rosterVersion: 2 })).toThrow("rolled_back");
  expect(() => pinned(pins, { vault: { staffId, version: 2 } })).toThrow("rolled_back");
  // Another person on the same browser has a vault of their own.
  expect(pinned(pins, { vault: { staffId: "b", version: 1 } }).vaults).toEqual({ a: 3, b: 1 });
});

async function someKeys(): Promise<VaultKeys> {
  return {
    sig: await newSigKeys(systemRandom),
    kem: await newKemKeys(systemRandom),
    root: systemRandom(32),
    opaquePk: systemRandom(32),
    rosterKey: await newSigKeys(systemRandom),
    invites: [systemRandom(16)],
  };
}

test("a vault's keys come back as they went in", async () => {
  const keys = await someKeys();
  expect(await decodeKeys(encodeKeys(keys))).toEqual(keys);
  const plain = { ...keys, root: null, rosterKey: null, invites: [] };
  expect(await decodeKeys(encodeKeys(plain))).toEqual(plain);
});

test("a resealed vault is one version on and opens only as that version", async () => {
  const [orgId, staffId, exportKey] = [systemRandom(16), systemRandom(16), systemRandom(64)];
  const keys = await someKeys();
  const vk = await vaultKey(exportKey, orgId, staffId);
  const { vault, blob } = await reseal(
    { orgId, staffId, version: 4, vk, keys },
    keys,
    systemRandom,
  );
  expect([vault.version, blob.version]).toEqual([5, 5]);
  expect((await unseal(exportKey, orgId, staffId, blob)).keys).toEqual(keys);
  const older = { ...blob, version: 4 };
  await expect(unseal(exportKey, orgId, staffId, older)).rejects.toMatchObject({ rule: "V1" });
});
