// What the server says of the organisation, verified: orgkeys, every roster, groups, who is who.
import { fromB64u, fromUtf8, toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { object, whole } from "../../lib/crypto/fields.ts";
import { H } from "../../lib/crypto/hash.ts";
import { openOlderOrgKeys, openOrgKeys, type OrgKeys } from "../../lib/crypto/orgkeys.ts";
import { demand } from "../../lib/crypto/refused.ts";
import {
  demandNextRoster,
  directory,
  openRenewal,
  openRoster,
  validity,
  type Directory,
  type Member,
  type Validity,
} from "../../lib/crypto/roster.ts";
import type { Verify } from "../../lib/crypto/sign.ts";
import type { OrgAt, StaffOrg, Statement } from "../../lib/protocol/generated/wire.ts";

/** The organisation as far as this browser could verify it. */
export interface Org {
  readonly orgId: Bytes;
  /** Null before the ceremony, or while this person's vault knows no root. */
  readonly orgkeys: OrgKeys | null;
  /** Every roster with its people, oldest first. */
  readonly directories: readonly Directory[];
  /** The newest of them. */
  readonly current: Directory | null;
  /** How long the newest holds; null before the first. */
  readonly validity: Validity | null;
  /** Names that colleagues read, by staff id. */
  readonly names: ReadonlyMap<string, string>;
  /** What the server said, for what needs no verification here. */
  readonly view: StaffOrg;
}

/** Verifies all of it under a pinned root. Throws `Refused` S1 to S8. `now` in ms since 1970. */
export async function openOrg(
  verify: Verify,
  root: Bytes | null,
  view: StaffOrg,
  now: number,
): Promise<Org> {
  const orgId = fromB64u(view.org.org_id);
  const names = new Map(view.names.map(({ staff_id, name }) => [staff_id, name]));
  const nothing = { orgId, names, view, directories: [], current: null, validity: null };
  if (root === null || view.org.orgkeys === null) return { ...nothing, orgkeys: null };

  const orgkeys = await openOrgKeys(verify, orgId, root, view.org.orgkeys);
  const all = [orgkeys];
  for (const older of view.orgkeys_before) all.push(await openOlderOrgKeys(verify, orgkeys, older));
  const statements = [...view.rosters_before, ...(view.org.roster ? [view.org.roster] : [])];
  const directories = await openRosters(verify, all, statements, view.entries.map(fromB64u));
  directories.forEach(({ roster }, i) => demandNextRoster(roster, directories[i - 1]?.roster));

  const current = directories[directories.length - 1] ?? null;
  if (current === null) return { ...nothing, orgkeys };
  const renewed =
    view.org.renewal === null
      ? undefined
      : await openRenewal(
          verify,
          byVersion(all, current.roster.orgkeysVersion),
          current,
          view.org.renewal,
        );
  const until = validity(current.roster, renewed, now);
  return { ...nothing, orgkeys, directories, current, validity: until };
}

function byVersion(all: readonly OrgKeys[], version: number): OrgKeys {
  const found = all.find((orgkeys) => orgkeys.version === version);
  demand(found !== undefined, "S4");
  return found;
}

/** Opens rosters, each under the orgkeys that it names, with the entries that belong to it. */
async function openRosters(
  verify: Verify,
  orgkeys: readonly OrgKeys[],
  statements: readonly Statement[],
  entries: readonly Bytes[],
): Promise<Directory[]> {
  const hashed = await Promise.all(
    entries.map(async (entry) => ({ entry, hash: toB64u(await H(entry)) })),
  );
  return Promise.all(
    statements.map(async (statement) => {
      const payload = object(JSON.parse(fromUtf8(fromB64u(statement.p))));
      const keys = byVersion(orgkeys, whole(payload["orgkeys_version"]));
      const roster = await openRoster(verify, keys, statement);
      const own = hashed.filter(({ hash }) => roster.staff.includes(hash));
      return directory(
        roster,
        own.map(({ entry }) => entry),
      );
    }),
  );
}

/**
 * Where records look a roster up: first among what is known, else among the statements that came
 * with the records. Throws `Refused` S1 to S8 where one of those does not hold.
 */
export async function rosterBook(
  verify: Verify,
  { orgId, orgkeys, directories }: Org,
  at: OrgAt,
): Promise<(version: number) => Directory | undefined> {
  const known = new Map(directories.map((one) => [one.roster.version, one]));
  if (orgkeys === null) return () => undefined;
  const unknown = at.rosters.filter((statement) => !known.has(versionOf(statement)));
  if (unknown.length > 0) {
    const older: OrgKeys[] = [];
    for (const statement of at.orgkeys) {
      const same = versionOf(statement) === orgkeys.version;
      older.push(
        same
          ? await openOrgKeys(verify, orgId, orgkeys.rootPk, statement)
          : await openOlderOrgKeys(verify, orgkeys, statement),
      );
    }
    const opened = await openRosters(
      verify,
      [orgkeys, ...older],
      unknown,
      at.entries.map(fromB64u),
    );
    for (const one of opened) known.set(one.roster.version, one);
  }
  return (version) => known.get(version);
}

function versionOf({ p }: Statement): number {
  return whole(object(JSON.parse(fromUtf8(fromB64u(p))))["version"]);
}

/** A person in the newest roster. */
export function memberOf(org: Org, staffId: string): Member | undefined {
  return org.current?.members.find((member) => member.staffId === staffId);
}

/** Who holds a signing key; nobody by name where no roster names it. */
export function whoseKid(org: Org, sigKid: Bytes): { staffId: string; name: string } {
  const kid = toB64u(sigKid);
  for (const { members } of org.directories) {
    const member = members.find((one) => one.sigKid === kid);
    if (member === undefined) continue;
    return { staffId: member.staffId, name: org.names.get(member.staffId) ?? "" };
  }
  return { staffId: "", name: "" };
}
