// The vault: a staff member's keys, sealed under what only their passphrase gives. Staff only.
import { u32, type Bytes } from "./bytes.ts";
import { C } from "./encode.ts";
import { derive, openBlob, sealBlob } from "./hash.ts";

/** Whose vault, and which version; the ids are 16 bytes. */
export interface VaultPlace {
  readonly orgId: Bytes;
  readonly staffId: Bytes;
  /** Compare-and-set on the server; a fall is an alarm. */
  readonly version: number;
}

/** `vk`, 32 bytes, from OPAQUE's export key of 64. */
export const vaultKey = (exportKey: Bytes, orgId: Bytes, staffId: Bytes): Promise<Bytes> =>
  derive(exportKey, C("vault/key", orgId, staffId), 32);

const aad = ({ orgId, staffId, version }: VaultPlace): Bytes =>
  C("vault", orgId, staffId, u32(version));

/** Seals the vault; `nonce` is 12 random bytes. */
export async function sealVault(
  vk: Bytes,
  place: VaultPlace,
  nonce: Bytes,
  keys: Bytes,
): Promise<Bytes> {
  return sealBlob(vk, nonce, aad(place), keys);
}

/** Opens the vault of exactly this version; throws `Refused("V1")`. */
export async function openVault(vk: Bytes, place: VaultPlace, blob: Bytes): Promise<Bytes> {
  return openBlob(vk, aad(place), blob);
}
