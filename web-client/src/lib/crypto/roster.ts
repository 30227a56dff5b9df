// `roster` and `renew`: who is staff, and until when that may be relied on.
import { equal, fromUtf8, toB64u, utf8, type Bytes } from "./bytes.ts";
import { bytes, list, object, oneOf, whole } from "./fields.ts";
import { H } from "./hash.ts";
import { kemKid } from "./kem.ts";
import type { OrgKeys } from "./orgkeys.ts";
import { demand, Refused } from "./refused.ts";
import { sigKid, type Verify } from "./sign.ts";
import { openStatement, type Statement } from "./statement.ts";

export const ROLES = ["counselor", "supervisor", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const GROUP_KINDS = ["team", "escalation"] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

export interface Group {
  readonly kind: GroupKind;
  readonly gen: number;
  readonly kemPk: Bytes;
  /** `kid(kem)`, base64url. */
  readonly kid: string;
}

/** A person in a roster; ids of keys and people are base64url, to be compared and looked up. */
export interface Member {
  readonly staffId: string;
  /** The page writes "Konselor 7". */
  readonly alias: number;
  readonly roles: readonly Role[];
  readonly sigPk: Bytes;
  readonly kemPk: Bytes;
  readonly sigKid: string;
  readonly kemKid: string;
  /** Milliseconds since 1970; active if `notBefore <= issued < notAfter` of the roster. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface Roster {
  readonly version: number;
  readonly orgkeysVersion: number;
  readonly hash: Bytes;
  readonly prev: Bytes;
  /** Milliseconds since 1970. */
  readonly issued: number;
  /** The hashes of its entries, base64url. */
  readonly staff: readonly string[];
  readonly groups: readonly Group[];
}

/** A roster with the people whose entries came along and who are active in it. */
export interface Directory {
  readonly roster: Roster;
  readonly members: readonly Member[];
}

async function group(value: unknown): Promise<Group> {
  const fields = object(value);
  const kemPk = bytes(fields["kem_pk"], 32);
  const kid = toB64u(await kemKid(kemPk));
  return { kind: oneOf(fields["kind"], GROUP_KINDS), gen: whole(fields["gen"]), kemPk, kid };
}

/** Opens a roster signed by a roster key of the `orgkeys` that it names; throws `Refused` S1 to S4. */
export async function openRoster(
  verify: Verify,
  orgkeys: OrgKeys,
  statement: Statement,
): Promise<Roster> {
  const { rosterKeys, orgId } = orgkeys;
  const opened = await openStatement(verify, "roster", statement, rosterKeys, orgId);
  const roster = await readRoster(opened.payload, opened.hash);
  demand(roster.orgkeysVersion === orgkeys.version, "S4");
  return roster;
}

/** Reads the payload of a roster whose signature was verified; throws `Refused("S2")`. */
export async function readRoster(payload: unknown, hash: Bytes): Promise<Roster> {
  const fields = object(payload);
  return {
    version: whole(fields["version"]),
    orgkeysVersion: whole(fields["orgkeys_version"]),
    hash,
    prev: bytes(fields["prev"], 32),
    issued: whole(fields["issued"]),
    staff: list(fields["staff"], (hash) => toB64u(bytes(hash, 32))),
    groups: await Promise.all(list(fields["groups"], group)),
  };
}

function fallsBehind(newer: Roster, older: Roster): boolean {
  const gen = (roster: Roster, kind: GroupKind): number => newest(roster, kind)?.gen ?? 0;
  return (
    newer.orgkeysVersion < older.orgkeysVersion ||
    GROUP_KINDS.some((kind) => gen(newer, kind) < gen(older, kind))
  );
}

/** The roster after a previous one, or the very first; throws `Refused` S5, S6 or S7. */
export function demandNextRoster(next: Roster, previous: Roster | undefined): void {
  demand(next.version === (previous?.version ?? 0) + 1, "S5");
  demand(equal(next.prev, previous?.hash ?? new Uint8Array(32)), "S6");
  demand(previous === undefined || !fallsBehind(next, previous), "S7");
}

/** Whether a page that trusts one roster takes another, also a later one; throws S5, S6 or S7. */
export function demandNewerRoster(trusted: Roster, newer: Roster): void {
  demand(newer.version >= trusted.version, "S5");
  if (newer.version === trusted.version) demand(equal(newer.hash, trusted.hash), "S6");
  else if (newer.version === trusted.version + 1) demandNextRoster(newer, trusted);
  demand(!fallsBehind(newer, trusted), "S7");
}

/** An entry's JSON bytes, as they travel and are hashed. */
export async function openEntry(entry: Bytes): Promise<Member> {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(entry));
  } catch {
    throw new Refused("S2");
  }
  const fields = object(value);
  const [sigPk, kemPk] = [bytes(fields["sig_pk"], 32), bytes(fields["kem_pk"], 32)];
  return {
    staffId: toB64u(bytes(fields["staff_id"], 16)),
    alias: whole(fields["alias"]),
    roles: list(fields["roles"], (role) => oneOf(role, ROLES)),
    sigPk,
    kemPk,
    sigKid: toB64u(await sigKid(sigPk)),
    kemKid: toB64u(await kemKid(kemPk)),
    notBefore: whole(fields["not_before"]),
    notAfter: whole(fields["not_after"]),
  };
}

/** The bytes of a new entry. */
export function makeEntry(member: Omit<Member, "sigKid" | "kemKid">): Bytes {
  return utf8(
    JSON.stringify({
      staff_id: member.staffId,
      alias: member.alias,
      roles: member.roles,
      sig_pk: toB64u(member.sigPk),
      kem_pk: toB64u(member.kemPk),
      not_before: member.notBefore,
      not_after: member.notAfter,
    }),
  );
}

/** A roster with its active people; throws `Refused("S8")` on an entry that it does not name. */
export async function directory(roster: Roster, entries: readonly Bytes[]): Promise<Directory> {
  const members: Member[] = [];
  for (const entry of entries) {
    demand(roster.staff.includes(toB64u(await H(entry))), "S8");
    const member = await openEntry(entry);
    if (member.notBefore <= roster.issued && roster.issued < member.notAfter) members.push(member);
  }
  return { roster, members };
}

/** The newest generation of a group in a roster. */
export function newest(roster: Roster, kind: GroupKind): Group | undefined {
  return roster.groups
    .filter((group) => group.kind === kind)
    .reduce<Group | undefined>((a, b) => (a === undefined || b.gen > a.gen ? b : a), undefined);
}

/** When a renewal of this roster was issued, ms; signed by a roster key or a supervisor in it. */
export async function openRenewal(
  verify: Verify,
  orgkeys: OrgKeys,
  { roster, members }: Directory,
  statement: Statement,
): Promise<number> {
  const supervisors = members.filter((member) => member.roles.includes("supervisor"));
  const keys = [...orgkeys.rosterKeys, ...supervisors.map((member) => member.sigPk)];
  const { payload: fields } = await openStatement(verify, "renew", statement, keys, orgkeys.orgId);
  demand(whole(fields["roster_version"]) === roster.version, "S5");
  demand(equal(bytes(fields["hash"], 32), roster.hash), "S6");
  return whole(fields["issued"]);
}

const DAY = 24 * 3600 * 1000;

/** How far a roster may still be relied on. */
export type Validity =
  | { readonly state: "valid"; readonly until: number; readonly isEnding: boolean }
  /** Clients go on, with a note that the staff list could not be refreshed. */
  | { readonly state: "stale"; readonly until: number }
  | { readonly state: "expired" };

/**
 * Seven days from the newest renewal, at most 60 from its own issue, then 14 days of grace.
 * All times in ms; `now` is the server's where the two clocks differ by over an hour.
 */
export function validity(roster: Roster, renewed: number | undefined, now: number): Validity {
  const from = Math.max(roster.issued, renewed ?? 0);
  const until = Math.min(from + 7 * DAY, roster.issued + 60 * DAY);
  if (now < until) return { state: "valid", until, isEnding: until - now <= 3 * DAY };
  const last = until + 14 * DAY;
  return now < last ? { state: "stale", until: last } : { state: "expired" };
}

/** The clock to judge by: the device's, or the server's where they differ by over an hour. */
export function trustedNow(device: number, server: number): number {
  return Math.abs(device - server) > 3600 * 1000 ? server : device;
}
