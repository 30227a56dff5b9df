// Who the staff are: signed statements, verified from the root that the page was given.
import { fromB64u, toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { H } from "../../lib/crypto/hash.ts";
import {
  demandSuccessor,
  openOlderOrgKeys,
  openOrgKeys,
  type OrgKeys,
} from "../../lib/crypto/orgkeys.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import {
  demandNewerRoster,
  directory,
  newest,
  openRenewal,
  openRoster,
  trustedNow,
  validity,
  type Directory,
  type Roster,
  type Validity,
} from "../../lib/crypto/roster.ts";
import type { OrgAt, OrgState } from "../../lib/protocol/generated/wire.ts";
import { call } from "./api.ts";
import type { World } from "./world.ts";

/** No talk can begin: there is no staff list yet, or it has run out. */
export class NoRoster extends Error {
  override readonly name = "NoRoster";
}

/** The root that a page was given by the server's HTML. */
export interface Root {
  readonly orgId: Bytes;
  readonly rootPk: Bytes;
}

export function readRoot(orgId: string, root: string): Root {
  if (orgId === "" || root === "") throw new NoRoster();
  return { orgId: fromB64u(orgId), rootPk: fromB64u(root) };
}

/** The organisation as far as this page has verified it. */
export class Organisation {
  readonly #world: World;
  readonly #root: Root;
  readonly #directories = new Map<number, Directory>();
  #keys: OrgKeys;
  #roster: Roster;
  /** How long the roster holds, by the clock that is to be trusted. */
  readonly validity: Validity;
  /** Whether the phone's clock is more than an hour off. */
  readonly clockOff: boolean;

  private constructor(
    world: World,
    root: Root,
    keys: OrgKeys,
    roster: Roster,
    held: { validity: Validity; clockOff: boolean },
  ) {
    this.#world = world;
    this.#root = root;
    this.#keys = keys;
    this.#roster = roster;
    this.validity = held.validity;
    this.clockOff = held.clockOff;
  }

  /**
   * Fetches and verifies the newest statements. Throws `NoRoster` where no talk can begin, and
   * `Refused` where a statement must not be trusted.
   */
  static async fetch(world: World, root: Root): Promise<Organisation> {
    const state = await call<OrgState>(world, "GET", "/api/org");
    if (state.orgkeys === null || state.roster === null) throw new NoRoster();
    const keys = await openOrgKeys(world.verify, root.orgId, root.rootPk, state.orgkeys);
    const roster = await openRoster(world.verify, keys, state.roster);
    if (newest(roster, "team") === undefined || newest(roster, "escalation") === undefined) {
      throw new NoRoster();
    }
    const device = world.now();
    const now = trustedNow(device, state.now);
    const renewed = await renewalOf(world, keys, roster, state);
    const held = validity(roster, renewed, now);
    if (held.state === "expired") throw new NoRoster();
    return new Organisation(world, root, keys, roster, {
      validity: held,
      clockOff: now !== device,
    });
  }

  get keys(): OrgKeys {
    return this.#keys;
  }

  /** The newest roster, for records that this page makes; they name no people. */
  get current(): Directory {
    return { roster: this.#roster, members: [] };
  }

  /** The roster of a version with the people of the records that named it. */
  directory(version: number): Directory | undefined {
    const known = this.#directories.get(version);
    return known ?? (version === this.#roster.version ? this.current : undefined);
  }

  /** Takes newer statements as a fresh fetch found them; throws `Refused` where one falls behind. */
  renew(newer: Organisation): void {
    demandSuccessor(this.#keys, newer.#keys);
    demandNewerRoster(this.#roster, newer.#roster);
    this.#keys = newer.#keys;
    this.#roster = newer.#roster;
  }

  /** Verifies and keeps what records are judged by. */
  async learn({ rosters, orgkeys, entries }: OrgAt): Promise<void> {
    const keys = new Map([[this.#keys.version, this.#keys]]);
    for (const statement of orgkeys) {
      const older = await this.#orgkeys(statement);
      if (!keys.has(older.version)) keys.set(older.version, older);
    }
    const bytes = await Promise.all(
      entries.map(async (entry) => {
        const raw = fromB64u(entry);
        return { raw, hash: toB64u(await H(raw)) };
      }),
    );
    for (const statement of rosters) {
      const roster = await this.#openRoster(statement, keys);
      if (roster.version > this.#roster.version) {
        demandNewerRoster(this.#roster, roster);
        this.#roster = roster;
      }
      const named = bytes.filter(({ hash }) => roster.staff.includes(hash));
      const found = await directory(
        roster,
        named.map(({ raw }) => raw),
      );
      this.#directories.set(roster.version, merge(this.#directories.get(roster.version), found));
    }
  }

  async #orgkeys(statement: OrgAt["orgkeys"][number]): Promise<OrgKeys> {
    const { verify } = this.#world;
    try {
      const same = await openOrgKeys(verify, this.#root.orgId, this.#root.rootPk, statement);
      if (same.version >= this.#keys.version) {
        demandSuccessor(this.#keys, same);
        this.#keys = same;
        return same;
      }
    } catch (error) {
      // Signed by a former root, perhaps; the next check says so or refuses.
      if (!(error instanceof Refused)) throw error;
    }
    return openOlderOrgKeys(verify, this.#keys, statement);
  }

  async #openRoster(
    statement: OrgAt["rosters"][number],
    keys: ReadonlyMap<number, OrgKeys>,
  ): Promise<Roster> {
    let refused: unknown = new Refused("S4");
    for (const candidate of keys.values()) {
      try {
        return await openRoster(this.#world.verify, candidate, statement);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused = error;
      }
    }
    throw refused;
  }
}

/** When the roster was renewed last; undefined where nobody who may renew it did. */
async function renewalOf(
  world: World,
  keys: OrgKeys,
  roster: Roster,
  { renewal, entries }: OrgState,
): Promise<number | undefined> {
  if (renewal === null) return undefined;
  try {
    const signers = await directory(roster, entries.map(fromB64u));
    return await openRenewal(world.verify, keys, signers, renewal);
  } catch (error) {
    // A renewal that cannot be verified lengthens nothing; the roster's own time still counts.
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function merge(known: Directory | undefined, found: Directory): Directory {
  const others = (known?.members ?? []).filter(
    (member) => !found.members.some(({ staffId }) => staffId === member.staffId),
  );
  return { roster: found.roster, members: [...others, ...found.members] };
}
