// The admin's page at work: invites, the organisation's keys, and the next roster.
import { equal, fromB64u, toB64u, type Bytes, type Random } from "../lib/crypto/bytes.ts";
import { inviteIdHash, inviteText, newInvite } from "../lib/crypto/enrol.ts";
import { object } from "../lib/crypto/fields.ts";
import { fingerprint } from "../lib/crypto/fingerprint.ts";
import { openOrgKeys } from "../lib/crypto/orgkeys.ts";
import { Refused } from "../lib/crypto/refused.ts";
import type { Role } from "../lib/crypto/roster.ts";
import type { Verify } from "../lib/crypto/sign.ts";
import type { NewInvite, OrgKeysPut, Statement } from "../lib/protocol/generated/wire.ts";
import { waitingGroups, waitingViews, type NewGeneration } from "./flows/duties.ts";
import type { Org } from "./flows/org.ts";
import {
  checkWaiting,
  isGenuine,
  maySignRosters,
  nextRoster,
  withInvite,
  type Waiting,
} from "./flows/roster.ts";
import { ApiRefusal, type Http } from "./session/http.ts";
import type { VaultKeys } from "./session/vault.ts";
import type { Said } from "./views/said.ts";

/** What the admin's page needs of the world. */
export interface AdminWorld {
  readonly http: Http;
  readonly token: () => string;
  readonly verify: Verify;
  readonly random: Random;
  /** ms since 1970. */
  readonly now: () => number;
  readonly keys: () => VaultKeys;
  /** Seals other keys into the vault and stores it, one version on. */
  readonly keep: (keys: VaultKeys) => Promise<void>;
  readonly refreshOrg: () => Promise<void>;
  /** Gives the person a file. */
  readonly save: (name: string, text: string) => void;
}

/** The page of one admin. */
export class Admin {
  waiting: readonly Waiting[] = $state.raw([]);
  /** Whether groups that a supervisor made wait for the next roster. */
  groupsWait = $state(false);
  /** The invite just made; it is shown once. */
  newInvite: string | null = $state(null);
  said: Said | null = $state.raw(null);
  busy = $state(false);
  /** The root's fingerprint; null before `orgkeys` were loaded. */
  rootFingerprint: string | null = $state(null);
  /** Whether the root has certified this admin's roster key. */
  isCertified = $state(false);
  readonly #world: AdminWorld;
  #org: Org | null = null;

  constructor(world: AdminWorld) {
    this.#world = world;
  }

  /** Whether there is something to sign, and the key to do it. */
  get maySign(): boolean {
    return !this.busy && this.isCertified && (this.groupsWait || this.waiting.some(isGenuine));
  }

  /** Takes what is newly known of the organisation. */
  async see(org: Org): Promise<void> {
    const { verify, keys } = this.#world;
    this.#org = org;
    this.waiting = await checkWaiting(verify, org, keys());
    this.groupsWait = waitingViews(org).length > 0;
    this.isCertified = maySignRosters(org, keys().rosterKey);
    this.rootFingerprint = org.orgkeys === null ? null : await fingerprint(org.orgkeys.rootPk);
  }

  /** Makes an invite; it is kept in the vault, to check with it whoever answers it. */
  invite(roles: readonly Role[]): Promise<void> {
    return this.#busily(async () => {
      const { http, token, random, keys, keep } = this.#world;
      const invite = newInvite(random);
      // First the vault: an invite that nobody could check later must never go out.
      await keep({ ...keys(), invites: withInvite(keys().invites, invite) });
      const body: NewInvite = { iid_hash: toB64u(await inviteIdHash(invite)), roles: [...roles] };
      await http.post("/api/staff/invites", body, token());
      this.newInvite = inviteText(invite);
    });
  }

  /** Gives the file that the ceremony takes (docs/decisions/0312). */
  saveCeremonyFile(): void {
    const { rosterKey, opaquePk } = this.#world.keys();
    if (rosterKey === null || this.#org === null) return;
    const file = {
      org_id: toB64u(this.#org.orgId),
      roster_keys: [toB64u(rosterKey.pk)],
      opaque_pk: toB64u(opaquePk),
    };
    this.#world.save("teduh-ceremony.json", `${JSON.stringify(file, null, 2)}\n`);
  }

  /** Loads the file that the ceremony wrote; the root is pinned by it. */
  loadOrgkeys(text: string): Promise<void> {
    return this.#busily(async () => {
      const { http, token, keys, keep, refreshOrg } = this.#world;
      const said = await this.#refusalOf(text);
      if (said !== null) {
        this.said = said;
        return;
      }
      const body = JSON.parse(text) as OrgKeysPut;
      const { root_pk, orgkeys } = body;
      await http.put("/api/staff/orgkeys", { root_pk, orgkeys }, token());
      if (keys().root === null) await keep({ ...keys(), root: fromB64u(root_pk) });
      await refreshOrg();
      this.said = { key: "desk.admin.orgkeys.loaded" };
    });
  }

  /** Why a file is not taken; null where it is. */
  async #refusalOf(text: string): Promise<Said | null> {
    const { verify, keys } = this.#world;
    const { root, opaquePk, rosterKey } = keys();
    try {
      const fields = object(JSON.parse(text));
      const rootPk: Bytes = fromB64u(String(fields["root_pk"]));
      if (root !== null && !equal(root, rootPk)) return { key: "desk.admin.orgkeys.not_root" };
      if (this.#org === null) return { key: "desk.error.generic" };
      const statement = object(fields["orgkeys"]) as unknown as Statement;
      const opened = await openOrgKeys(verify, this.#org.orgId, rootPk, statement);
      const isOurs =
        equal(opened.opaquePk, opaquePk) &&
        (root !== null || opened.rosterKeys.some((pk) => rosterKey && equal(pk, rosterKey.pk)));
      return isOurs ? null : { key: "desk.admin.orgkeys.bad" };
    } catch {
      // Not JSON, another form, or not signed by the root that it names.
      return { key: "desk.admin.orgkeys.bad" };
    }
  }

  /** Signs the next roster with exactly what stands on the page. */
  sign(): Promise<void> {
    return this.#busily(async () => {
      const { http, token, now, keys, keep, refreshOrg } = this.#world;
      const shown = this.#shown();
      await refreshOrg();
      const [org, { rosterKey }] = [this.#org, keys()];
      if (org === null || rosterKey === null) return;
      if (this.#shown() !== shown) {
        this.said = { key: "desk.admin.sign.changed" };
        return;
      }
      const groups = await this.#groups(org);
      const next = await nextRoster(org, rosterKey, this.waiting, groups, now());
      await http.put("/api/staff/roster", next, token());
      await keep({ ...keys(), invites: await this.#unused() });
      const version = String((org.current?.roster.version ?? 0) + 1);
      await refreshOrg();
      this.said = { key: "desk.admin.sign.done", values: { version } };
    });
  }

  #groups(org: Org): Promise<NewGeneration[]> {
    const isSupervisor = ({ roles }: { roles: readonly Role[] }): boolean =>
      roles.includes("supervisor");
    const supervisors = [
      ...(org.current?.members ?? []).filter(isSupervisor),
      ...this.waiting.filter(isGenuine).filter(isSupervisor),
    ];
    return waitingGroups(
      this.#world.verify,
      org,
      supervisors.map(({ sigPk }) => sigPk),
    );
  }

  /** The invites of those who were not signed just now. */
  async #unused(): Promise<VaultKeys["invites"]> {
    const { invites } = this.#world.keys();
    const view = this.#org?.view.waiting ?? [];
    const signed = this.waiting
      .filter(isGenuine)
      .map(({ staffId }) => view.find(({ staff_id }) => staff_id === staffId)?.iid_hash);
    const hashes = await Promise.all(invites.map(async (one) => toB64u(await inviteIdHash(one))));
    return invites.filter((_, i) => !signed.includes(hashes[i]));
  }

  /** What the person sees, to be compared: she signs nothing that came up in the last moment. */
  #shown(): string {
    const people = this.waiting.map(({ staffId, roles, fingerprint: print, genuine }) =>
      [staffId, roles.join("+"), print, genuine].join(),
    );
    return [...people.sort(), this.groupsWait].join(";");
  }

  async #busily(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.said = null;
    try {
      await act();
    } catch (error) {
      const isConflict = error instanceof ApiRefusal && error.code === "conflict";
      if (error instanceof Refused) this.said = { key: "desk.admin.sign.refused" };
      else this.said = { key: isConflict ? "desk.error.changed" : "desk.error.generic" };
    } finally {
      this.busy = false;
    }
  }
}
