// The HTTP side of a service of tests: enrolment and sign-in with a real OPAQUE server, and what the
// staff publish. It believes everything; what a browser must refuse is tried against the browser.
import { ready, server } from "@serenity-kit/opaque";
import { fromB64u, systemRandom, toB64u, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import { parse } from "../../../src/lib/crypto/encode.ts";
import { readGroupRecord } from "../../../src/lib/crypto/group.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import type {
  BadGroupBox,
  EnrolFinish,
  Enrolment,
  GroupBox,
  GroupView,
  NewGroup,
  NewInvite,
  OrgKeysPut,
  Role,
  RosterPut,
  Statement,
  StaffOrg,
  VaultBlob,
} from "../../../src/lib/protocol/generated/wire.ts";
import { ApiRefusal, type Http } from "../../../src/staff/session/http.ts";

interface Person {
  readonly staffId: string;
  readonly roles: Role[];
  readonly record: string;
  readonly name: string;
  readonly enrolment: Enrolment;
  vault: VaultBlob;
}

const generationOf = ({ record }: NewGroup): number => readGroupRecord(fromB64u(record)).gen;

export class TestServer {
  readonly orgId: Bytes = systemRandom(16);
  readonly #setup: string;
  readonly invites = new Map<string, Role[]>();
  readonly people = new Map<string, Person>();
  readonly #pending = new Map<string, string>();
  orgkeys: Statement | null = null;
  rosters: Statement[] = [];
  entries: string[] = [];
  groups: { group: NewGroup; kind: GroupBox["kind"]; boxes: GroupBox[] }[] = [];
  readonly renewals: Statement[] = [];
  /** Whose browser asks; a test sets it. */
  asking: { kemKid: string } = { kemKid: "" };

  private constructor(setup: string) {
    this.#setup = setup;
  }

  static async start(): Promise<TestServer> {
    await ready;
    return new TestServer(server.createSetup());
  }

  get opaquePk(): string {
    return server.getPublicKey(this.#setup);
  }

  readonly http: Http = {
    get: () => Promise.resolve(this.#view() as never),
    post: (path, body) => this.#post(path, body as never) as Promise<never>,
    put: (path, body) => {
      if (path.endsWith("orgkeys")) this.orgkeys = (body as OrgKeysPut).orgkeys;
      if (path.endsWith("roster")) {
        const { roster, entries } = body as RosterPut;
        this.rosters.push(roster);
        this.entries.push(...entries);
      }
      return Promise.resolve();
    },
  };

  #view(): StaffOrg {
    const signed = JSON.stringify(
      this.entries.map((entry) => Buffer.from(entry, "base64url").toString()),
    );
    const roster = this.rosters[this.rosters.length - 1] ?? null;
    const groups = this.groups.map(({ group, kind, boxes }): GroupView => ({
      ...{ kind, generation: generationOf(group), record: group.record, sig: group.sig },
      holders: boxes.map(({ rkid }) => rkid),
      own: boxes.find(({ rkid }) => rkid === this.asking.kemKid) ?? null,
    }));
    const isIn = (staffId: string): boolean => signed.includes(staffId);
    const people = [...this.people.values()];
    return {
      org: {
        ...{ org_id: toB64u(this.orgId), orgkeys: this.orgkeys, roster, now: Date.now() },
        ...{ renewal: this.renewals[this.renewals.length - 1] ?? null, entries: [] },
      },
      ...{ orgkeys_before: [], rosters_before: this.rosters.slice(0, -1), entries: this.entries },
      names: people.map(({ staffId, name }) => ({ staff_id: staffId, name })),
      groups,
      missing: this.groups.flatMap(({ kind, group }) =>
        people
          .filter(({ staffId }) => isIn(staffId))
          .map(({ staffId }) => ({
            ...{ kind, generation: generationOf(group), staff_id: staffId },
          })),
      ),
      waiting: people.filter(({ staffId }) => !isIn(staffId)).map(({ enrolment }) => enrolment),
    };
  }

  async #post(path: string, body: never): Promise<unknown> {
    switch (path) {
      case "/api/staff/invites": {
        const { iid_hash, roles } = body as NewInvite;
        this.invites.set(iid_hash, roles);
        return undefined;
      }
      case "/api/enrol/start":
        return this.#enrolStart(body);
      case "/api/enrol/finish":
        return this.#enrolFinish(body);
      case "/api/sign-in/start":
        return this.#signInStart(body);
      case "/api/sign-in/finish": {
        const { sign_in, finalization } = body as { sign_in: string; finalization: string };
        const state = this.#pending.get(`${sign_in}.state`) ?? "";
        server.finishLogin({ finishLoginRequest: finalization, serverLoginState: state });
        return undefined;
      }
      case "/api/sign-in/totp": {
        const person = this.people.get(
          this.#pending.get((body as { sign_in: string }).sign_in) ?? "",
        );
        if (person === undefined) throw new ApiRefusal("totp_failed");
        const { staffId: staff_id, name, roles, vault } = person;
        return { staff_id, name, roles, vault, sid: "sid", token: "token", expires: 0 };
      }
      case "/api/staff/groups": {
        const group = body as NewGroup;
        const kind = group.boxes[0]?.kind ?? "team";
        this.groups.push({ group, kind, boxes: [...group.boxes] });
        return undefined;
      }
      case "/api/staff/group-boxes":
        for (const box of body as GroupBox[]) {
          this.groups
            .find(({ kind, group }) => kind === box.kind && generationOf(group) === box.generation)
            ?.boxes.push(box);
        }
        return undefined;
      case "/api/staff/group-boxes/bad": {
        const { kind, generation } = body as BadGroupBox;
        for (const made of this.groups) {
          if (made.kind !== kind || generationOf(made.group) !== generation) continue;
          made.boxes = made.boxes.filter(({ rkid }) => rkid !== this.asking.kemKid);
        }
        return undefined;
      }
      case "/api/staff/renewals":
        this.renewals.push(body);
        return undefined;
      default:
        throw new ApiRefusal("not_found");
    }
  }

  async #enrolStart({ iid, email, request }: { iid: string; email: string; request: string }) {
    const roles = this.invites.get(toB64u(await H(fromB64u(iid))));
    if (roles === undefined) throw new ApiRefusal("invite_unknown");
    const staff_id = toB64u(systemRandom(16));
    this.#pending.set(iid, staff_id);
    const { registrationResponse } = server.createRegistrationResponse({
      ...{ serverSetup: this.#setup, userIdentifier: email, registrationRequest: request },
    });
    return {
      ...{ org_id: toB64u(this.orgId), staff_id, roles, response: registrationResponse },
      ...{ opaque_pk: this.opaquePk, totp_secret: "JBSWY3DPEHPK3PXP", orgkeys: this.orgkeys },
    };
  }

  async #enrolFinish({ iid, email, upload, name, q, sig, mac, vault }: EnrolFinish) {
    const iid_hash = toB64u(await H(fromB64u(iid)));
    const [roles, staffId] = [this.invites.get(iid_hash) ?? [], this.#pending.get(iid) ?? ""];
    const enrolment = { staff_id: staffId, iid_hash, name, roles, q, sig, mac };
    const sealed = { version: 1, blob: vault };
    this.people.set(email, { staffId, roles, name, record: upload, enrolment, vault: sealed });
    this.invites.delete(iid_hash);
  }

  #signInStart({ email, request }: { email: string; request: string }) {
    const sign_in = toB64u(systemRandom(16));
    const { loginResponse, serverLoginState } = server.startLogin({
      ...{ serverSetup: this.#setup, userIdentifier: email, startLoginRequest: request },
      registrationRecord: this.people.get(email)?.record ?? null,
    });
    this.#pending.set(sign_in, email);
    this.#pending.set(`${sign_in}.state`, serverLoginState);
    return { sign_in, response: loginResponse };
  }

  /** Swaps the keys of somebody who waits, as a hostile server would. */
  swapKeys(email: string, other: string): void {
    const [person, from] = [this.people.get(email), this.people.get(other)];
    if (person === undefined || from === undefined) throw new Error("nobody");
    const [, , sigPk] = parse("rec/enrol", [16, 16, 32, 32], fromB64u(from.enrolment.q));
    if (sigPk === undefined) throw new Error("no key");
    const { q, sig } = from.enrolment;
    this.people.set(email, { ...person, enrolment: { ...person.enrolment, q, sig } });
  }
}
