// An organisation of tests: a root, a roster of one counselor and one supervisor, both groups.
import { toB64u, type Bytes, type Random } from "../../../src/lib/crypto/bytes.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import { newKemKeys, type KemKeys } from "../../../src/lib/crypto/kem.ts";
import { makeEntry } from "../../../src/lib/crypto/roster.ts";
import { newSigKeys, type SigKeys } from "../../../src/lib/crypto/sign.ts";
import { makeStatement } from "../../../src/lib/crypto/statement.ts";
import type { OrgAt, OrgState, Statement } from "../../../src/lib/protocol/generated/wire.ts";

export interface Counselor {
  readonly id: string;
  readonly sig: SigKeys;
  readonly kem: KemKeys;
}

export interface TestOrganisation {
  readonly orgId: Bytes;
  readonly root: SigKeys;
  readonly rosterKey: SigKeys;
  readonly team: KemKeys;
  readonly escalation: KemKeys;
  readonly counselor: Counselor;
  /** Her keys, and her entry as it travels. */
  readonly supervisor: Counselor & { readonly entry: string };
  readonly orgkeys: Statement;
  readonly roster: Statement;
  readonly at: OrgAt;
  /** What `GET /api/org` says. */
  readonly state: OrgState;
}

const YEAR = 365 * 86_400_000;

export async function testOrganisation(random: Random, now: number): Promise<TestOrganisation> {
  const orgId = random(16);
  const [root, rosterKey, sig, hers] = await Promise.all(
    [1, 2, 3, 4].map(() => newSigKeys(random)),
  );
  const [team, escalation, kem, recovery, herKem] = await Promise.all(
    [1, 2, 3, 4, 5].map(() => newKemKeys(random)),
  );
  if (
    !root ||
    !rosterKey ||
    !sig ||
    !hers ||
    !team ||
    !escalation ||
    !kem ||
    !recovery ||
    !herKem
  ) {
    throw new Error("unreachable");
  }
  const id = toB64u(random(16));
  const entry = makeEntry({
    staffId: id,
    alias: 7,
    roles: ["counselor"],
    sigPk: sig.pk,
    kemPk: kem.pk,
    notBefore: 0,
    notAfter: now + YEAR,
  });
  const herId = toB64u(random(16));
  const supervisor = makeEntry({
    staffId: herId,
    alias: 8,
    roles: ["supervisor"],
    sigPk: hers.pk,
    kemPk: herKem.pk,
    notBefore: 0,
    notAfter: now + YEAR,
  });
  const org_id = toB64u(orgId);
  const orgkeys = await makeStatement(
    "orgkeys",
    {
      org_id,
      version: 1,
      roster_keys: [toB64u(rosterKey.pk)],
      // Cheap on purpose: how costly it is in earnest is the ceremony's choice.
      code_params: [{ m: 64, t: 1, p: 1 }],
      org_salt: toB64u(random(16)),
      recovery_pk: toB64u(recovery.pk),
      opaque_pk: toB64u(random(32)),
      former: [],
    },
    root,
  );
  const roster = await makeStatement(
    "roster",
    {
      org_id,
      version: 1,
      orgkeys_version: 1,
      prev: toB64u(new Uint8Array(32)),
      issued: now,
      staff: [toB64u(await H(entry)), toB64u(await H(supervisor))],
      groups: [
        { kind: "team", gen: 1, kem_pk: toB64u(team.pk) },
        { kind: "escalation", gen: 1, kem_pk: toB64u(escalation.pk) },
      ],
    },
    rosterKey,
  );
  return {
    ...{ orgId, root, rosterKey, team, escalation, orgkeys, roster },
    counselor: { id, sig, kem },
    supervisor: { id: herId, sig: hers, kem: herKem, entry: toB64u(supervisor) },
    at: { rosters: [roster], orgkeys: [orgkeys], entries: [toB64u(entry), toB64u(supervisor)] },
    state: { org_id, orgkeys, roster, renewal: null, entries: [], now } as OrgState,
  };
}
