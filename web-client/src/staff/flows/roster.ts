// The admin's part: who waits, whether their keys are genuine, and the next roster (crypto.md 4, 7.7).
import { equal, fromB64u, toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { checkEnrolment, inviteIdHash } from "../../lib/crypto/enrol.ts";
import { parse } from "../../lib/crypto/encode.ts";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import { H } from "../../lib/crypto/hash.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import { makeEntry, type Role } from "../../lib/crypto/roster.ts";
import type { SigKeys, Verify } from "../../lib/crypto/sign.ts";
import { makeStatement } from "../../lib/crypto/statement.ts";
import type { Enrolment, RosterPut } from "../../lib/protocol/generated/wire.ts";
import type { VaultKeys } from "../session/vault.ts";
import type { NewGeneration } from "./duties.ts";
import type { Org } from "./org.ts";

const YEAR_MS = 365 * 24 * 3600 * 1000;
/** How many invites an admin's vault keeps; older ones have long been used or have run out. */
const MOST_INVITES = 50;

/** How the keys of somebody who waits were checked. */
export type Genuine =
  /** The MAC holds under the invite that this admin made. */
  | "mac"
  /** The keys are the admin's own. */
  | "self"
  /** The invite is not one of this admin's. */
  | "unknown"
  /** The keys are not those that the invited person made. */
  | "bad";

/** Somebody who waits to be signed. */
export interface Waiting {
  readonly staffId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly sigPk: Bytes;
  readonly kemPk: Bytes;
  /** Of the signing key, as the person sees it too. */
  readonly fingerprint: string;
  readonly genuine: Genuine;
}

/** Whether somebody may be signed in. */
export const isGenuine = ({ genuine }: Waiting): boolean => genuine === "mac" || genuine === "self";

/** Checks everybody who waits. */
export async function checkWaiting(verify: Verify, org: Org, keys: VaultKeys): Promise<Waiting[]> {
  const invites = await Promise.all(
    keys.invites.map(async (invite) => ({ invite, hash: toB64u(await inviteIdHash(invite)) })),
  );
  return Promise.all(
    org.view.waiting.map(async (person) => {
      const invite = invites.find(({ hash }) => hash === person.iid_hash)?.invite;
      const q = fromB64u(person.q);
      const [, , sigPk, kemPk] = parse("rec/enrol", [16, 16, 32, 32], q) as Bytes[];
      if (sigPk === undefined || kemPk === undefined) throw new Refused("E1");
      return {
        staffId: person.staff_id,
        name: person.name,
        roles: person.roles,
        sigPk,
        kemPk,
        fingerprint: await fingerprint(sigPk),
        genuine: await genuine(verify, org.orgId, keys, invite, person, { sigPk, kemPk }),
      };
    }),
  );
}

async function genuine(
  verify: Verify,
  orgId: Bytes,
  keys: VaultKeys,
  invite: Bytes | undefined,
  person: Enrolment,
  shown: { sigPk: Bytes; kemPk: Bytes },
): Promise<Genuine> {
  if (equal(shown.sigPk, keys.sig.pk)) return equal(shown.kemPk, keys.kem.pk) ? "self" : "bad";
  if (invite === undefined) return "unknown";
  const enrolment = { q: fromB64u(person.q), sig: fromB64u(person.sig), mac: fromB64u(person.mac) };
  try {
    const { staffId } = await checkEnrolment(verify, invite, orgId, enrolment);
    return toB64u(staffId) === person.staff_id ? "mac" : "bad";
  } catch (error) {
    if (error instanceof Refused) return "bad";
    throw error;
  }
}

/** The next roster: everybody so far, who is genuine of those that wait, and new groups. */
export async function nextRoster(
  org: Org,
  signer: SigKeys,
  waiting: readonly Waiting[],
  groups: readonly NewGeneration[],
  now: number,
): Promise<RosterPut> {
  const { orgId, orgkeys, current } = org;
  if (orgkeys === null) throw new Error("there are no orgkeys yet");
  const before = current?.roster;
  let alias = Math.max(0, ...(current?.members ?? []).map((member) => member.alias));
  const entries = waiting.filter(isGenuine).map(({ staffId, roles, sigPk, kemPk }) => {
    alias += 1;
    return makeEntry({
      ...{ staffId, alias, roles, sigPk, kemPk },
      notBefore: now,
      notAfter: now + YEAR_MS,
    });
  });
  const hashes = await Promise.all(entries.map(async (entry) => toB64u(await H(entry))));
  const payload = {
    org_id: toB64u(orgId),
    version: (before?.version ?? 0) + 1,
    orgkeys_version: orgkeys.version,
    prev: toB64u(before?.hash ?? new Uint8Array(32)),
    issued: now,
    staff: [...(before?.staff ?? []), ...hashes],
    groups: [...(before?.groups ?? []), ...groups].map(({ kind, gen, kemPk }) => ({
      ...{ kind, gen },
      kem_pk: toB64u(kemPk),
    })),
  };
  return { roster: await makeStatement("roster", payload, signer), entries: entries.map(toB64u) };
}

/** The invites with a new one. */
export function withInvite(invites: readonly Bytes[], invite: Bytes): Bytes[] {
  return [...invites, invite].slice(-MOST_INVITES);
}

/** Whether this admin's roster key is one that the root has certified. */
export function maySignRosters(org: Org, rosterKey: SigKeys | null): boolean {
  if (rosterKey === null || org.orgkeys === null) return false;
  return org.orgkeys.rosterKeys.some((pk) => equal(pk, rosterKey.pk));
}
