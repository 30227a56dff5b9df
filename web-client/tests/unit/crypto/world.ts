// The people and keys of a file of worked values.
import { toB64u } from "../../../src/lib/crypto/bytes.ts";
import { caseKeys, emptyChain, type CaseKeys, type Chain } from "../../../src/lib/crypto/chain.ts";
import type { Creator } from "../../../src/lib/crypto/epoch.ts";
import { kemKeys, kemKid, type KemKeys } from "../../../src/lib/crypto/kem.ts";
import type { Directory, Group, Member } from "../../../src/lib/crypto/roster.ts";
import type { Envelope } from "../../../src/lib/crypto/message.ts";
import { sigKeys, sigKid } from "../../../src/lib/crypto/sign.ts";
import type { Dvc1 } from "./dvc1.ts";
import { unhex } from "./vectors.ts";

export interface World {
  readonly keys: CaseKeys;
  readonly chains: Record<1 | 2, Chain>;
  readonly client: Creator;
  readonly staff: Creator;
  /** The roster of any version: always the same people. */
  readonly directory: (version: number) => Directory;
  /** The one counselor's staff id. */
  readonly counselor: string;
  /** Private keys by reader type. */
  readonly boxKeys: Readonly<Record<number, KemKeys>>;
}

export async function world(v: Dvc1): Promise<World> {
  const client = { keys: await sigKeys(unhex(v.csig_seed)), isStaff: false };
  const staff = { keys: await sigKeys(unhex(v.staff_sig_seed)), isStaff: true };
  const secrets = [v.ckem_sk, v.staff_kem_sk, v.team_sk, v.esc_sk];
  const [ckem, skem, team, esc] = await Promise.all(secrets.map((sk) => kemKeys(unhex(sk))));
  if (!ckem || !skem || !team || !esc) throw new Error("unreachable");
  const keys = await caseKeys(unhex(v.org_id), client.keys.pk, ckem.pk);
  const group = async (kind: Group["kind"], { pk }: KemKeys): Promise<Group> => ({
    kind,
    gen: 1,
    kemPk: pk,
    kid: toB64u(await kemKid(pk)),
  });
  const counselor: Member = {
    staffId: toB64u(unhex(v.enrol.staff_id)),
    alias: 7,
    roles: ["counselor"],
    sigPk: staff.keys.pk,
    kemPk: skem.pk,
    sigKid: toB64u(await sigKid(staff.keys.pk)),
    kemKid: toB64u(await kemKid(skem.pk)),
    notBefore: 0,
    notAfter: 2,
  };
  const groups = [await group("team", team), await group("escalation", esc)];
  const directory = (version: number): Directory => ({
    roster: {
      version,
      orgkeysVersion: 1,
      hash: new Uint8Array(32),
      prev: new Uint8Array(32),
      issued: 1,
      staff: [],
      groups,
    },
    members: [counselor],
  });
  return {
    keys,
    chains: { 1: emptyChain(keys, 1), 2: emptyChain(keys, 2) },
    client,
    staff,
    directory,
    counselor: counselor.staffId,
    boxKeys: { 1: ckem, 2: skem, 3: team, 4: esc },
  };
}

/** An envelope of hex parts. */
export const envelope = (hdr: string, ct: string): Envelope => ({
  h: toB64u(unhex(hdr)),
  c: toB64u(unhex(ct)),
});
