// One person at one tab of the staff page: enrolment, sign-in, unlock, and the desk once it is open.
import { fromB64u, systemRandom } from "../lib/crypto/bytes.ts";
import { fingerprint } from "../lib/crypto/fingerprint.ts";
import { verifyInWorker } from "../lib/crypto/workers.ts";
import type { OrgState } from "../lib/protocol/generated/wire.ts";
import {
  isLongEnough,
  startEnrolment,
  type EnrolAsked,
  type EnrolStep,
  type StartedEnrolment,
} from "./flows/enrol.ts";
import { startSigningIn, unlock, type HalfSignIn, type Person } from "./flows/sign_in.ts";
import { knock } from "./knock.ts";
import { Office, type Ended } from "./office.svelte.ts";
import { failure } from "./session/failure.ts";
import { ApiRefusal, http } from "./session/http.ts";
import { pin, readPins, tabSid } from "./session/pin-store.ts";
import { TokenKeeper } from "./session/token.ts";
import type { Said } from "./views/said.ts";

/** Where the tab stands. */
export type Stage =
  | { readonly at: "starting" }
  | { readonly at: "sign_in" }
  | { readonly at: "enrol"; readonly step: EnrolStep }
  /** `holds` says whether the server holds chats of hers meanwhile. */
  | { readonly at: "unlock"; readonly holds: boolean }
  | { readonly at: "office"; readonly office: Office }
  /** Another tab took over, or the page is older than the server. */
  | { readonly at: "stopped"; readonly why: "moved" | "old_page" };

/** A passphrase that was right, while the second factor is waited for. */
interface Half {
  readonly email: string;
  readonly passphrase: string;
  readonly half: HalfSignIn;
}

/** The tab. */
export class Session {
  stage: Stage = $state.raw({ at: "starting" });
  /** What went wrong, or what to do next. */
  said: Said | null = $state.raw(null);
  /** What is being done; null while the form is hers. */
  busy: Said | null = $state.raw(null);
  /** The organisation's fingerprint, where this browser or the page knows it. */
  fingerprint: string | null = $state(null);
  /** The fingerprint of the keys that were just made here, to be compared with the admin. */
  enrolled: string | null = $state(null);
  readonly #root: string | null;
  #half: Half | null = null;
  #enrolment: StartedEnrolment | null = null;
  #keeper: TokenKeeper | null = null;
  #stopKnocking: () => void = () => undefined;

  /** `root` is what the page carries, base64url. */
  constructor(root: string | null) {
    this.#root = root;
  }

  /** After a reload the passphrase is enough, while the sign-in lives. */
  async start(): Promise<void> {
    const sid = tabSid.read();
    if (sid === null) {
      this.stage = { at: "sign_in" };
      await this.#showFingerprint();
      return;
    }
    const keeper = new TokenKeeper(http, sid);
    try {
      await keeper.refresh();
      this.#keeper = keeper;
      this.#stopKnocking = knock(keeper, (holds) => {
        if (this.stage.at === "unlock") this.stage = { at: "unlock", holds };
      });
      this.stage = { at: "unlock", holds: false };
    } catch (error) {
      if (error instanceof ApiRefusal) tabSid.forget();
      this.said = failure(error);
      this.stage = { at: "sign_in" };
    }
  }

  /** Opens the enrolment form. */
  enrol(): void {
    this.said = null;
    this.stage = { at: "enrol", step: { at: "form" } };
  }

  /** Back to the sign-in form. */
  toSignIn(): void {
    this.said = null;
    this.#enrolment = null;
    this.stage = { at: "sign_in" };
  }

  /** The invite, a passphrase, keys; then the second factor is shown. */
  startEnrolling(asked: EnrolAsked): Promise<void> {
    if (!isLongEnough(asked.passphrase)) {
      this.said = { key: "desk.enrol.passphrase_short" };
      return Promise.resolve();
    }
    return this.#busily({ key: "desk.enrol.working" }, async () => {
      const world = { http, verify: verifyInWorker, random: systemRandom, root: this.#root, pin };
      const started = await startEnrolment(world, asked);
      this.#enrolment = started;
      const { secret, uri } = started;
      this.stage = { at: "enrol", step: { at: "totp", secret, uri } };
    });
  }

  /** A first code shows that the second factor works; the person is enrolled. */
  finishEnrolling(totp: string): Promise<void> {
    return this.#busily({ key: "common.working" }, async () => {
      const print = await this.#enrolment?.finish(totp);
      if (print === undefined) return;
      this.#enrolment = null;
      this.enrolled = print;
      this.stage = { at: "sign_in" };
    });
  }

  /** Passphrase and code. Without a code the passphrase is checked and the code asked for. */
  signIn(given: { email: string; passphrase: string; totp: string }): Promise<void> {
    return this.#busily({ key: "desk.signin.opening_vault" }, async () => {
      const { email, passphrase, totp } = given;
      const isSame = this.#half?.email === email && this.#half.passphrase === passphrase;
      if (!isSame) this.#half = null;
      const org = await http.get<OrgState>("/api/org");
      const pins = await readPins(org.org_id);
      const world = { http, orgId: org.org_id, pins, pin, now: () => Date.now() };
      this.#half ??= {
        ...{ email, passphrase },
        half: await startSigningIn(world, email, passphrase),
      };
      if (totp === "") {
        this.said = { key: "desk.signin.totp_next" };
        return;
      }
      const { signedIn, person } = await this.#half.half.totp(totp);
      this.#half = null;
      const keeper = new TokenKeeper(http, signedIn.sid);
      keeper.take(signedIn);
      tabSid.keep(signedIn.sid);
      await this.#enter(person, keeper);
    });
  }

  /** The passphrase after a reload. */
  unlock(passphrase: string): Promise<void> {
    return this.#busily({ key: "desk.signin.opening_vault" }, async () => {
      const keeper = this.#keeper;
      if (keeper === null) return;
      const org = await http.get<OrgState>("/api/org");
      const pins = await readPins(org.org_id);
      const world = { http, orgId: org.org_id, pins, pin, now: () => Date.now() };
      const person = await unlock(world, keeper.token, passphrase);
      this.#stopKnocking();
      await this.#enter(person, keeper);
    });
  }

  /** Ends the sign-in; the page is loaded anew, so that no key stays in memory. */
  async signOut(): Promise<void> {
    this.#stopKnocking();
    tabSid.forget();
    if (this.stage.at === "office") this.stage.office.stop();
    try {
      await this.#keeper?.signOut();
    } finally {
      window.location.reload();
    }
  }

  async #enter(person: Person, keeper: TokenKeeper): Promise<void> {
    this.#keeper = keeper;
    const office = new Office(person, keeper, this.#root, (ended) => this.#ended(ended));
    await office.open();
    this.stage = { at: "office", office };
  }

  #ended(ended: Ended): void {
    this.#keeper?.stop();
    if (ended.then === "stop") {
      this.stage = { at: "stopped", why: ended.why };
      return;
    }
    tabSid.forget();
    this.said = ended.said;
    this.stage = { at: "sign_in" };
  }

  async #showFingerprint(): Promise<void> {
    if (this.#root !== null) this.fingerprint = await fingerprint(fromB64u(this.#root));
  }

  async #busily(what: Said, act: () => Promise<void>): Promise<void> {
    if (this.busy !== null) return;
    this.busy = what;
    this.said = null;
    try {
      await act();
    } catch (error) {
      // A half sign-in that the server no longer knows must not be tried with the next code.
      if (!(error instanceof ApiRefusal && error.code === "totp_failed")) this.#half = null;
      this.said =
        error instanceof RangeError
          ? { key: "desk.enrol.invite_bad" }
          : failure(error, this.stage.at === "unlock");
    } finally {
      this.busy = null;
    }
  }
}
