// OPAQUE live between the npm library and the Rust crate, which must build: no skip.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ready, server } from "@serenity-kit/opaque";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromB64u, toB64u, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import { startRegistration, startSignIn } from "../../../src/lib/crypto/opaque.ts";
import type { Pending, SignedIn } from "../../../src/lib/crypto/opaque.ts";

const project = fileURLToPath(new URL("../../../../", import.meta.url));

/** The Rust side, one JSON line a question and an answer. */
class RustPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const args = ["run", "--quiet", "-p", "crypto", "--example", "opaque_server"];
    this.#process = spawn("cargo", args, { cwd: project });
    this.#process.stderr.resume();
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async ask(question: object): Promise<Record<string, string>> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the Rust example ended; does it build?");
    return JSON.parse(value) as Record<string, string>;
  }

  stop(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}

const PASSPHRASE = "kopi hangat di teras rumah";
const email = "sari@example.org";

let rust: RustPeer;
let exportKey: Bytes;
let opaquePk: Bytes;

const bytesOf = (text: string | undefined): Bytes => fromB64u(text ?? "");

beforeAll(async () => {
  rust = new RustPeer();
  opaquePk = bytesOf((await rust.ask({ op: "public_key" }))["public_key"]);
}, 600_000);

afterAll(() => {
  rust.stop();
});

describe("the npm library against the Rust server", () => {
  beforeAll(async () => {
    const registration = await startRegistration(PASSPHRASE);
    const request = toB64u(registration.request);
    const started = await rust.ask({ op: "registration_start", email, request });
    const done = await registration.finish(bytesOf(started["response"]), opaquePk);
    exportKey = done.exportKey;
    await rust.ask({ op: "registration_finish", email, upload: toB64u(done.upload) });
  });

  /** Begins a sign-in and takes the server's answer. */
  async function begin(passphrase: string, address: string): Promise<[Pending<SignedIn>, Bytes]> {
    const signIn = await startSignIn(passphrase);
    const request = toB64u(signIn.request);
    const { response } = await rust.ask({ op: "login_start", email: address, request });
    return [signIn, bytesOf(response)];
  }

  test("the passphrase signs in and gives the same export key", async () => {
    const [signIn, answer] = await begin(PASSPHRASE, email);
    const done = await signIn.finish(answer, opaquePk);
    expect(done.exportKey).toEqual(exportKey);
    const finalization = toB64u(done.finalization);
    const finished = await rust.ask({ op: "login_finish", finalization });
    expect(finished["session_key"]).toBe(toB64u(done.sessionKey));
  });

  test("another passphrase does not", async () => {
    const [signIn, answer] = await begin("bukan kata sandinya", email);
    await expect(signIn.finish(answer, opaquePk)).rejects.toMatchObject({ rule: "O2" });
  });

  test("nor does an address that nobody has", async () => {
    const [signIn, answer] = await begin(PASSPHRASE, "nobody@example.org");
    await expect(signIn.finish(answer, opaquePk)).rejects.toMatchObject({ rule: "O2" });
  });

  test("a server with another static key is refused", async () => {
    const [signIn, answer] = await begin(PASSPHRASE, email);
    const other = opaquePk.slice().reverse();
    await expect(signIn.finish(answer, other)).rejects.toMatchObject({ rule: "O3" });
  });

  test("nonsense for an answer is refused", async () => {
    const [signIn] = await begin(PASSPHRASE, email);
    const ending = signIn.finish(new Uint8Array(7), opaquePk);
    await expect(ending).rejects.toMatchObject({ rule: "O1" });
  });
});

test("the Rust client against the npm server: the same export key twice", async () => {
  await ready;
  const serverSetup = server.createSetup();
  const key = { public_key: server.getPublicKey(serverSetup) };
  const who = { serverSetup, userIdentifier: email };

  const { request: registrationRequest = "" } = await rust.ask({
    op: "client_registration_start",
    passphrase: PASSPHRASE,
  });
  const { registrationResponse: response } = server.createRegistrationResponse({
    ...who,
    registrationRequest,
  });
  const done = await rust.ask({ op: "client_registration_finish", response, ...key });

  const { request: startLoginRequest = "" } = await rust.ask({
    op: "client_login_start",
    passphrase: PASSPHRASE,
  });
  const registrationRecord = done["upload"];
  const login = server.startLogin({ ...who, registrationRecord, startLoginRequest });
  const signedIn = await rust.ask({
    op: "client_login_finish",
    response: login.loginResponse,
    ...key,
  });
  expect(signedIn["export_key"]).toBe(done["export_key"]);
  const { sessionKey } = server.finishLogin({
    serverLoginState: login.serverLoginState,
    finishLoginRequest: signedIn["finalization"] ?? "",
  });
  expect(signedIn["session_key"]).toBe(sessionKey);
});
