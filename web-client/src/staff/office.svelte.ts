// A signed-in person's office: the line, what is known of the organisation, and the desks she has.
import { fromB64u, systemRandom, toB64u } from "../lib/crypto/bytes.ts";
import { fingerprint } from "../lib/crypto/fingerprint.ts";
import type { KemKeys } from "../lib/crypto/kem.ts";
import { kemKid } from "../lib/crypto/kem.ts";
import { newest, trustedNow, type GroupKind } from "../lib/crypto/roster.ts";
import { verifyInWorker } from "../lib/crypto/workers.ts";
import type {
  Event,
  Frame,
  GroupBox,
  StaffCommand,
  StaffOrg,
} from "../lib/protocol/generated/wire.ts";
import { browserSurroundings, hurryWhenAwake } from "../lib/realtime/browser.ts";
import { CONTINUED_ELSEWHERE } from "../lib/realtime/close.ts";
import { Connection, type Line } from "../lib/realtime/connection.ts";
import { Admin } from "./admin.svelte.ts";
import { AuditDesk } from "./audit.svelte.ts";
import type { Raiser } from "./case/raiser.svelte.ts";
import type { Chats, StaffWelcome } from "./chats.svelte.ts";
import type { Counselor } from "./counselor.svelte.ts";
import { Desks, type DesksWorld } from "./desks.svelte.ts";
import type { EscalationDesk } from "./escalations.svelte.ts";
import {
  boxesForColleagues,
  giveUp,
  halfName,
  lackingGroups,
  makeGroup,
  openHalves,
  renewal,
  NO_HALVES,
  type Halves,
} from "./flows/duties.ts";
import { memberOf, openOrg, type Org } from "./flows/org.ts";
import { maySignRosters } from "./flows/roster.ts";
import type { Person } from "./flows/sign_in.ts";
import { PROTOCOL_VERSION } from "../lib/protocol/version.ts";
import { saveFile } from "./save.ts";
import { failure } from "./session/failure.ts";
import { ApiRefusal, http, Unreachable } from "./session/http.ts";
import { pin, readPins } from "./session/pin-store.ts";
import type { Supervisor } from "./supervisor.svelte.ts";
import type { TokenKeeper } from "./session/token.ts";
import { reseal, type VaultKeys } from "./session/vault.ts";
import type { Said } from "./views/said.ts";

/** Why an office closed. */
export type Ended =
  | { readonly then: "sign_in"; readonly said: Said }
  | { readonly then: "stop"; readonly why: "moved" | "old_page" };

type Hello = Extract<StaffCommand, { type: "staff_hello" }>;
type After = (ms: number, act: () => void) => () => void;

/** The office of one person. */
export class Office {
  connected = $state(false);
  /** The line stood and is broken, or cannot be opened. */
  isLost = $state(false);
  org: Org | null = $state.raw(null);
  /** How much the server's clock, by which deadlines are counted, is ahead of this browser's, ms. */
  ahead = $state(0);
  /** A group box opened to another key, or not at all. */
  isKeyWrong = $state(false);
  /** The organisation's statements do not verify: nothing is trusted any more. */
  alarm: Said | null = $state.raw(null);
  /** The fingerprint of her own signing key. */
  fingerprint = $state("");
  readonly name: string;
  readonly counselor: Counselor | null;
  /** The counselor's calls for a supervisor. */
  readonly raiser: Raiser | null;
  readonly escalations: EscalationDesk;
  readonly admin: Admin | null;
  readonly #audit: AuditDesk;
  readonly #desks: Desks;
  readonly #person: Person;
  readonly #keeper: TokenKeeper;
  readonly #root: string | null;
  readonly #end: (ended: Ended) => void;
  readonly #connection: Connection<Hello, StaffWelcome, Event>;
  #vault: Person["vault"];
  #halves: Halves = NO_HALVES;
  #wrong: readonly GroupBox[] = [];
  // Never shown.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #givenUp = new Set<string>();
  #hasRenewed = false;
  #refreshing: Promise<void> | null = null;
  #calm: () => void = () => undefined;
  #kemKid = "";

  constructor(person: Person, keeper: TokenKeeper, root: string | null, end: (e: Ended) => void) {
    this.#person = person;
    this.#keeper = keeper;
    this.#root = root;
    this.#end = end;
    this.#vault = person.vault;
    this.name = person.name;
    const around = browserSurroundings();
    this.#connection = new Connection<Hello, StaffWelcome, Event>(around, {
      hello: () => this.#hello(),
      welcome: (welcome) => this.#welcome(welcome),
      event: (event) => this.#event(event),
      line: (line) => this.#line(line),
    });
    this.#desks = new Desks(this.#desksWorld(around.after));
    this.counselor = this.#desks.counselor;
    this.raiser = this.#desks.raiser;
    this.escalations = this.#desks.escalations;
    this.admin = person.roles.includes("admin") ? this.#makeAdmin() : null;
    this.#audit = this.#makeAudit();
    keeper.onrenewed = (token) =>
      void this.#connection
        .request({ type: "token", token } as StaffCommand)
        .catch(() => undefined);
    keeper.onended = (code) => this.#close(failure(new ApiRefusal(code)));
  }

  get #keys(): VaultKeys {
    return this.#vault.keys;
  }

  /** Whether she may sign what a supervisor signs, and sees the supervisor's page. */
  get isSupervisor(): boolean {
    const hers = this.org === null ? undefined : memberOf(this.org, this.#person.staffId);
    // A roster may have given her the role, or taken it, since she signed in.
    return (hers?.roles ?? this.#person.roles).includes("supervisor");
  }

  get chats(): Chats | null {
    return this.#desks.chats;
  }

  get supervisor(): Supervisor | null {
    return this.#desks.supervisor;
  }

  /** For those who watch over the audit: supervisors and admins. */
  get audit(): AuditDesk | null {
    return this.isSupervisor || this.admin !== null ? this.#audit : null;
  }

  /** How much waits for a supervisor's word. */
  get waiting(): number {
    if (this.supervisor === null) return 0;
    return this.escalations.waiting + this.supervisor.waiting;
  }

  /** Until when the roster holds, ms since 1970; null before the first and after its end. */
  get validUntil(): number | null {
    const validity = this.org?.validity;
    return validity?.state === "valid" ? validity.until : null;
  }

  /** Whether she stands in the newest roster. */
  get isSigned(): boolean {
    return this.org !== null && memberOf(this.org, this.#person.staffId) !== undefined;
  }

  /** Whether a client sees that she is away while the line is broken. */
  get #isMissed(): boolean {
    return this.counselor !== null && this.counselor.desk.chats.length > 0;
  }

  /** What she should know on every page. */
  get notices(): Said[] {
    const said: Said[] = [];
    if (this.audit?.isBroken === true) said.push({ key: "desk.audit.broken" });
    if (this.alarm !== null) said.push(this.alarm);
    if (this.isKeyWrong) said.push({ key: "desk.keys.wrong" });
    if (this.isLost) said.push({ key: this.#isMissed ? "desk.error.offline" : "desk.error.old" });
    if (this.org !== null && !this.isSigned) said.push({ key: "desk.enrol.waiting" });
    if (this.chats?.said) said.push(this.chats.said);
    return said;
  }

  /** Verifies the organisation, then opens the line. Throws where it does not verify. */
  async open(): Promise<void> {
    this.#kemKid = toB64u(await kemKid(this.#keys.kem.pk));
    this.fingerprint = await fingerprint(this.#keys.sig.pk);
    await this.#refresh();
    this.#connection.start();
    this.#calm = hurryWhenAwake(this.#connection);
  }

  /** Closes the line. */
  stop(): void {
    this.#calm();
    this.#connection.stop();
    this.#keeper.stop();
  }

  async #hello(): Promise<Hello> {
    await this.#keeper.fresh();
    const { token } = this.#keeper;
    return { type: "staff_hello", version: PROTOCOL_VERSION, token, resuming: false };
  }

  #welcome(welcome: StaffWelcome): void {
    this.#desks.welcome(welcome);
  }

  #event(event: Event): void {
    if (event.type === "org_changed") return void this.refreshOrg();
    this.#desks.event(event);
  }

  #line(line: Line): void {
    this.connected = line.kind === "open";
    if (line.kind === "open") this.isLost = false;
    if (line.kind === "waiting") this.isLost = true;
    if (line.kind === "waiting") this.#desks.lost();
    if (line.kind !== "closed") return;
    this.#calm();
    if (line.then === "sign_in") this.#close({ key: "desk.signin.error.expired" });
    else this.#end({ then: "stop", why: line.code === CONTINUED_ELSEWHERE ? "moved" : "old_page" });
  }

  #close(said: Said): void {
    this.stop();
    this.#end({ then: "sign_in", said });
  }

  /** Fetches the organisation anew; what is asked for meanwhile is answered by the next round. */
  refreshOrg(): Promise<void> {
    const before = this.#refreshing ?? Promise.resolve();
    const round = before
      .then(() => this.#refresh())
      .catch((error: unknown) => this.#alarmed(error));
    this.#refreshing = round;
    return round;
  }

  #alarmed(error: unknown): void {
    // Without an answer the next event or sign-in asks again.
    const said = failure(error);
    if (said.key.endsWith("wrong_service") || said.key.endsWith("rolled_back")) this.alarm = said;
  }

  async #refresh(): Promise<void> {
    await this.#keeper.fresh();
    const view = await http.get<StaffOrg>("/api/staff/org", this.#keeper.token);
    this.ahead = view.org.now - Date.now();
    await this.#adoptRoot(view);
    const now = trustedNow(Date.now(), view.org.now);
    const org = await openOrg(verifyInWorker, this.#keys.root, view, now);
    const rosterVersion = org.current?.roster.version ?? 0;
    await pin(view.org.org_id, { rootPk: this.#keys.root ?? undefined, rosterVersion });
    this.org = org;
    this.#desks.look();
    const { halves, wrong } = await openHalves(org, this.#keys.kem);
    this.#halves = halves;
    this.#wrong = wrong;
    this.isKeyWrong = wrong.length > 0;
    this.counselor?.keys(this.#hasTeamKey(org));
    await this.escalations.openReasons();
    await this.admin?.see(org);
    void this.audit?.hold();
    await this.#duties(org);
  }

  /** A vault from before the ceremony takes the root that the page carries (docs/decisions/0313). */
  async #adoptRoot(view: StaffOrg): Promise<void> {
    if (this.#keys.root !== null || this.#root === null || view.org.orgkeys === null) return;
    const root = fromB64u(this.#root);
    await openOrg(verifyInWorker, root, view, view.org.now);
    await pin(view.org.org_id, { rootPk: root });
    await this.#keep({ ...this.#keys, root });
  }

  #hasTeamKey(org: Org): boolean {
    const team = org.current === null ? undefined : newest(org.current.roster, "team");
    return team !== undefined && this.#halves.has(halfName("team", team.gen));
  }

  /** What every member's browser does quietly for the others. */
  async #duties(org: Org): Promise<void> {
    try {
      await this.#serve(org);
    } catch (error) {
      // Somebody was quicker, or the line is broken: the next change asks again.
      if (!(error instanceof ApiRefusal || error instanceof Unreachable)) throw error;
    }
  }

  async #serve(org: Org): Promise<void> {
    const { token } = this.#keeper;
    const boxes = await boxesForColleagues(org, this.#halves, systemRandom);
    if (boxes.length > 0) await http.post("/api/staff/group-boxes", boxes, token);
    for (const kind of this.isSupervisor ? lackingGroups(org) : []) {
      const group = await makeGroup(org, kind, this.#keys, systemRandom);
      await http.post("/api/staff/groups", group, token);
    }
    await this.#renew(org);
    await giveUp(this.#wrong, this.#givenUp, (bad) =>
      http.post("/api/staff/group-boxes/bad", bad, token),
    );
  }

  async #renew(org: Org): Promise<void> {
    if (this.#hasRenewed || org.current === null) return;
    const { rosterKey, sig } = this.#keys;
    const signer =
      this.isSupervisor && this.isSigned ? sig : maySignRosters(org, rosterKey) ? rosterKey : null;
    if (signer === null) return;
    this.#hasRenewed = true;
    const now = trustedNow(Date.now(), org.view.org.now);
    await http.post("/api/staff/renewals", await renewal(org, signer, now), this.#keeper.token);
    await this.#refresh();
  }

  async #keep(keys: VaultKeys): Promise<void> {
    const { vault, blob } = await reseal(this.#vault, keys, systemRandom);
    await http.put("/api/staff/vault", blob, this.#keeper.token);
    this.#vault = vault;
    const { orgId, staffId, version } = vault;
    await pin(toB64u(orgId), { vault: { staffId: toB64u(staffId), version } });
  }

  #half(kind: GroupKind, kid: string): KemKeys | undefined {
    const groups = (this.org?.directories ?? []).flatMap(({ roster }) => roster.groups);
    const group = groups.find((one) => one.kind === kind && one.kid === kid);
    return group && this.#halves.get(halfName(kind, group.gen));
  }

  readonly #request = (command: StaffCommand): Promise<Frame & { type: string }> =>
    this.#connection.request(command);

  #desksWorld(after: After): DesksWorld {
    const { staffId, roles, factorAt } = this.#person;
    return {
      ...{ staffId, roles, factorAt, name: this.name, isSupervisor: () => this.isSupervisor },
      ...{ request: this.#request, after, verify: verifyInWorker, random: systemRandom },
      now: () => Date.now(),
      sig: this.#keys.sig,
      ring: {
        kem: this.#keys.kem,
        kemKid: () => this.#kemKid,
        team: (kid) => this.#half("team", kid),
        escalation: (kid) => this.#half("escalation", kid),
      },
      halves: () => this.#halves,
      org: () => this.#knownOrg(),
      refreshOrg: () => this.refreshOrg(),
    };
  }

  #knownOrg(): Org {
    if (this.org === null) throw new Error("the office is not open");
    return this.org;
  }

  #makeAdmin(): Admin {
    return new Admin({
      ...{ http, verify: verifyInWorker, random: systemRandom, save: saveFile },
      token: () => this.#keeper.token,
      now: () => Date.now(),
      keys: () => this.#keys,
      keep: (keys) => this.#keep(keys),
      refreshOrg: () => this.refreshOrg(),
    });
  }

  #makeAudit(): AuditDesk {
    const { orgId } = this.#vault;
    const token = async (): Promise<string> => {
      await this.#keeper.fresh();
      return this.#keeper.token;
    };
    return new AuditDesk({
      ...{ orgId, verify: verifyInWorker, now: () => Date.now() },
      chain: async (after) =>
        http.get(`/api/staff/audit/chain?after=${String(after)}`, await token()),
      entries: async (query) => http.post("/api/staff/audit", query, await token()),
      kept: async () => (await readPins(toB64u(orgId))).audit ?? null,
      keep: async (audit) => {
        await pin(toB64u(orgId), { audit });
      },
    });
  }
}
