// OPAQUE sign-in as the staff pages use it. Staff only; the library is 158 KB, so it loads late.
import { equal, fromB64u, toB64u, type Bytes } from "./bytes.ts";
import { Refused } from "./refused.ts";

const library = async () => {
  const opaque = await import("@serenity-kit/opaque");
  await opaque.ready;
  return opaque.client;
};

// The server's side has the same numbers; the library's own default is another.
const keyStretching = { "argon2id-custom": { memory: 65536, iterations: 3, parallelism: 1 } };

/** A step that waits for the server's answer to `request`. */
export interface Pending<T> {
  readonly request: Bytes;
  /** Takes the server's answer; `pinned` is `orgkeys.opaque_pk`, if it is known by then. */
  readonly finish: (answer: Bytes, pinned: Bytes | undefined) => Promise<T>;
}

export interface Registered {
  /** For the server. */
  readonly upload: Bytes;
  /** 64 bytes; opens the vault. */
  readonly exportKey: Bytes;
  /** The server's static key as it showed itself. */
  readonly opaquePk: Bytes;
}

export interface SignedIn {
  /** For the server. */
  readonly finalization: Bytes;
  /** 64 bytes; opens the vault. */
  readonly exportKey: Bytes;
  readonly sessionKey: Bytes;
  /** The server's static key as it showed itself. */
  readonly opaquePk: Bytes;
}

function demandPinned(shown: string, pinned: Bytes | undefined): Bytes {
  const key = fromB64u(shown);
  if (pinned !== undefined && !equal(key, pinned)) throw new Refused("O3");
  return key;
}

/** Begins a registration. `finish` throws `Refused` O1 or O3. */
export async function startRegistration(password: string): Promise<Pending<Registered>> {
  const client = await library();
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const finish = async (answer: Bytes, pinned: Bytes | undefined): Promise<Registered> => {
    const params = { password, clientRegistrationState, keyStretching };
    const done = under("O1", () =>
      client.finishRegistration({ ...params, registrationResponse: toB64u(answer) }),
    );
    const opaquePk = demandPinned(done.serverStaticPublicKey, pinned);
    const upload = fromB64u(done.registrationRecord);
    return { upload, exportKey: fromB64u(done.exportKey), opaquePk };
  };
  return { request: fromB64u(registrationRequest), finish };
}

/** Begins a sign-in. `finish` throws `Refused` O1, O2 (passphrase) or O3. */
export async function startSignIn(password: string): Promise<Pending<SignedIn>> {
  const client = await library();
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const finish = async (answer: Bytes, pinned: Bytes | undefined): Promise<SignedIn> => {
    const params = { password, clientLoginState, keyStretching };
    const done = under("O1", () =>
      client.finishLogin({ ...params, loginResponse: toB64u(answer) }),
    );
    if (done === undefined) throw new Refused("O2");
    const opaquePk = demandPinned(done.serverStaticPublicKey, pinned);
    return {
      opaquePk,
      finalization: fromB64u(done.finishLoginRequest),
      exportKey: fromB64u(done.exportKey),
      sessionKey: fromB64u(done.sessionKey),
    };
  };
  return { request: fromB64u(startLoginRequest), finish };
}

function under<T>(rule: "O1", step: () => T): T {
  try {
    return step();
  } catch {
    throw new Refused(rule);
  }
}
