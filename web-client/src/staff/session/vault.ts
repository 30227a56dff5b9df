// What a vault holds (docs/decisions/0430), and the vault as it lies on the server.
import {
  fromB64u,
  fromUtf8,
  toB64u,
  utf8,
  type Bytes,
  type Random,
} from "../../lib/crypto/bytes.ts";
import { inviteText, readInvite } from "../../lib/crypto/enrol.ts";
import { bytes, list, object } from "../../lib/crypto/fields.ts";
import { kemKeys, type KemKeys } from "../../lib/crypto/kem.ts";
import { demand } from "../../lib/crypto/refused.ts";
import { sigKeys, type SigKeys } from "../../lib/crypto/sign.ts";
import { openVault, sealVault, vaultKey } from "../../lib/crypto/vault.ts";
import type { VaultBlob } from "../../lib/protocol/generated/wire.ts";

/** A person's keys. */
export interface VaultKeys {
  readonly sig: SigKeys;
  readonly kem: KemKeys;
  /** The pinned root; null in the first admin's vault until `orgkeys` are loaded. */
  readonly root: Bytes | null;
  readonly opaquePk: Bytes;
  /** Signs rosters; admins only. */
  readonly rosterKey: SigKeys | null;
  /** Invites that this admin made, until the person is signed into the roster; 16 bytes each. */
  readonly invites: readonly Bytes[];
}

/** The bytes that a vault seals. */
export function encodeKeys(keys: VaultKeys): Bytes {
  const { sig, kem, root, opaquePk, rosterKey, invites } = keys;
  return utf8(
    JSON.stringify({
      v: 1,
      sig: toB64u(sig.seed),
      kem: toB64u(kem.sk),
      root: root === null ? null : toB64u(root),
      opaque: toB64u(opaquePk),
      roster: rosterKey === null ? null : toB64u(rosterKey.seed),
      invites: invites.map(inviteText),
    }),
  );
}

/** Reads what a vault sealed; throws `Refused("S2")` where its form is another. */
export async function decodeKeys(plain: Bytes): Promise<VaultKeys> {
  const fields = object(JSON.parse(fromUtf8(plain)));
  demand(fields["v"] === 1, "S2");
  const { root, roster } = fields;
  return {
    sig: await sigKeys(bytes(fields["sig"], 32)),
    kem: await kemKeys(bytes(fields["kem"], 32)),
    root: root === null ? null : bytes(root, 32),
    opaquePk: bytes(fields["opaque"], 32),
    rosterKey: roster === null ? null : await sigKeys(bytes(roster, 32)),
    invites: list(fields["invites"], (text) => {
      const invite = typeof text === "string" ? readInvite(text) : undefined;
      demand(invite !== undefined, "S2");
      return invite;
    }),
  };
}

/** An open vault: the keys, their version, and what seals the next version. */
export interface OpenVault {
  readonly orgId: Bytes;
  readonly staffId: Bytes;
  readonly version: number;
  readonly vk: Bytes;
  readonly keys: VaultKeys;
}

/** Opens a vault with OPAQUE's export key; throws `Refused` V1 or S2. */
export async function unseal(
  exportKey: Bytes,
  orgId: Bytes,
  staffId: Bytes,
  { version, blob }: VaultBlob,
): Promise<OpenVault> {
  const vk = await vaultKey(exportKey, orgId, staffId);
  const plain = await openVault(vk, { orgId, staffId, version }, fromB64u(blob));
  return { orgId, staffId, version, vk, keys: await decodeKeys(plain) };
}

/** The vault with other keys, one version on, and what is to be stored of it. */
export async function reseal(
  vault: OpenVault,
  keys: VaultKeys,
  random: Random,
): Promise<{ vault: OpenVault; blob: VaultBlob }> {
  const version = vault.version + 1;
  const { orgId, staffId, vk } = vault;
  const sealed = await sealVault(vk, { orgId, staffId, version }, random(12), encodeKeys(keys));
  return { vault: { ...vault, version, keys }, blob: { version, blob: toB64u(sealed) } };
}
