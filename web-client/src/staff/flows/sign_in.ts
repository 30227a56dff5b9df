// Sign-in and unlock (crypto.md 7.8): OPAQUE, the second factor, tokens, and only then the vault.
import { equal, fromB64u, toB64u } from "../../lib/crypto/bytes.ts";
import { startSignIn, type SignedIn as OpaqueSignIn } from "../../lib/crypto/opaque.ts";
import type {
  Role,
  SignedIn,
  SignInFinish,
  SignInStart,
  SignInStarted,
  SignInTotp,
  Unlocked,
  UnlockFinish,
  UnlockStart,
  UnlockStarted,
} from "../../lib/protocol/generated/wire.ts";
import type { Http } from "../session/http.ts";
import { PinAlarm, type Pins, type Seen } from "../session/pins.ts";
import { unseal, type OpenVault } from "../session/vault.ts";

/** What the flows need of the world. */
export interface SignInWorld {
  readonly http: Http;
  /** The organisation, base64url. */
  readonly orgId: string;
  /** What this browser knows of it. */
  readonly pins: Pins;
  /** ms since 1970, by this browser. */
  readonly now: () => number;
  /** Holds what the server shows against the pins; throws `PinAlarm`. */
  readonly pin: (orgId: string, seen: Seen) => Promise<unknown>;
}

/** Somebody whose vault is open. */
export interface Person {
  readonly staffId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly vault: OpenVault;
  /** When she gave the second factor at this page, ms since 1970; null after an unlock. */
  readonly factorAt: number | null;
}

/** A sign-in whose passphrase was right; the second factor is waited for, 120 s at most. */
export interface HalfSignIn {
  readonly totp: (code: string) => Promise<{ signedIn: SignedIn; person: Person }>;
}

/** The first half. Throws `ApiRefusal`, `Unreachable`, `Refused` O1 to O3. */
export async function startSigningIn(
  world: SignInWorld,
  email: string,
  passphrase: string,
): Promise<HalfSignIn> {
  const { http, pins } = world;
  const pending = await startSignIn(passphrase);
  const start: SignInStart = { email, request: toB64u(pending.request) };
  const started = await http.post<SignInStarted>("/api/sign-in/start", start);
  const { finalization, ...opening } = await pending.finish(
    fromB64u(started.response),
    pins.opaquePk ?? undefined,
  );
  const { sign_in } = started;
  const finish: SignInFinish = { sign_in, finalization: toB64u(finalization) };
  await http.post("/api/sign-in/finish", finish);
  return {
    totp: async (code) => {
      const body: SignInTotp = { sign_in, code };
      const signedIn = await http.post<SignedIn>("/api/sign-in/totp", body);
      const person = await opened(world, opening, signedIn);
      return { signedIn, person: { ...person, factorAt: world.now() } };
    },
  };
}

/** After a reload: the passphrase alone, while the sign-in lives. Throws as `startSigningIn` does. */
export async function unlock(
  world: SignInWorld,
  token: string,
  passphrase: string,
): Promise<Person> {
  const { http, pins } = world;
  const pending = await startSignIn(passphrase);
  const start: UnlockStart = { request: toB64u(pending.request) };
  const started = await http.post<UnlockStarted>("/api/staff/unlock/start", start, token);
  const { finalization, ...opening } = await pending.finish(
    fromB64u(started.response),
    pins.opaquePk ?? undefined,
  );
  const finish: UnlockFinish = { unlock: started.unlock, finalization: toB64u(finalization) };
  const unlocked = await http.post<Unlocked>("/api/staff/unlock/finish", finish, token);
  return opened(world, opening, unlocked);
}

/** Opens the vault and holds it against the pins. Throws `PinAlarm`, `Refused` V1 or S2. */
async function opened(
  { orgId, pin }: SignInWorld,
  { exportKey, opaquePk }: Pick<OpaqueSignIn, "exportKey" | "opaquePk">,
  { staff_id, name, roles, vault: blob }: Pick<SignedIn, "staff_id" | "name" | "roles" | "vault">,
): Promise<Person> {
  const vault = await unseal(exportKey, fromB64u(orgId), fromB64u(staff_id), blob);
  const { keys, version } = vault;
  // A browser that is new here has no pins yet; the vault knows the server's key all the same.
  if (!equal(keys.opaquePk, opaquePk)) throw new PinAlarm("wrong_service");
  const rootPk = keys.root ?? undefined;
  await pin(orgId, { rootPk, opaquePk, vault: { staffId: staff_id, version } });
  return { staffId: staff_id, name, roles, vault, factorAt: null };
}
