// Enrolment (crypto.md 7.7): the invite, a passphrase, a second factor, and keys made in the browser.
import { fromB64u, toB64u, type Bytes, type Random } from "../../lib/crypto/bytes.ts";
import { inviteId, makeEnrolment, readInvite } from "../../lib/crypto/enrol.ts";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import { newKemKeys } from "../../lib/crypto/kem.ts";
import { startRegistration } from "../../lib/crypto/opaque.ts";
import { openOrgKeys } from "../../lib/crypto/orgkeys.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import { newSigKeys, type Verify } from "../../lib/crypto/sign.ts";
import { sealVault, vaultKey } from "../../lib/crypto/vault.ts";
import type {
  EnrolFinish,
  EnrolStart,
  EnrolStarted,
  Statement,
} from "../../lib/protocol/generated/wire.ts";
import type { Http } from "../session/http.ts";
import type { Seen } from "../session/pins.ts";
import { encodeKeys, type VaultKeys } from "../session/vault.ts";

/** What the form asks for. */
export interface EnrolAsked {
  readonly invite: string;
  readonly email: string;
  /** Empty: the part of the e-mail before the @. */
  readonly name: string;
  readonly passphrase: string;
}

/** Where an enrolment stands. */
export type EnrolStep =
  { readonly at: "form" } | { readonly at: "totp"; readonly secret: string; readonly uri: string };

/** What the flow needs of the world. */
export interface EnrolWorld {
  readonly http: Http;
  readonly verify: Verify;
  readonly random: Random;
  /** The root that the page carries, base64url; null before the ceremony. */
  readonly root: string | null;
  /** Holds what the server shows against this browser's pins; throws `PinAlarm`. */
  readonly pin: (orgId: string, seen: Seen) => Promise<unknown>;
}

/** A started enrolment: the second factor is still to be shown that it works. */
export interface StartedEnrolment {
  readonly secret: string;
  readonly uri: string;
  /** Takes a current code; gives the fingerprint that the admin compares. */
  readonly finish: (totp: string) => Promise<string>;
}

/** Whether a passphrase is long enough: four words, or fourteen characters. */
export function isLongEnough(passphrase: string): boolean {
  const words = passphrase.split(/\s+/u).filter((word) => word !== "");
  return words.length >= 4 || [...passphrase].length >= 14;
}

/** The address that code apps read from the picture. */
export function totpUri(email: string, secret: string): string {
  return `otpauth://totp/Teduh:${encodeURIComponent(email)}?secret=${secret}&issuer=Teduh`;
}

/** The name that colleagues read. */
export function nameFrom({ name, email }: EnrolAsked): string {
  return name.trim() || (email.split("@")[0] ?? "");
}

/** Starts an enrolment. Throws `ApiRefusal`, `Refused`, `PinAlarm`, or a `RangeError` for a mistyped invite. */
export async function startEnrolment(
  world: EnrolWorld,
  asked: EnrolAsked,
): Promise<StartedEnrolment> {
  const invite = readInvite(asked.invite);
  if (invite === undefined) throw new RangeError("not an invite");
  const { http, verify, random, pin } = world;
  const iid = toB64u(await inviteId(invite));
  const { email, passphrase } = asked;
  const registration = await startRegistration(passphrase);
  const start: EnrolStart = { iid, email, request: toB64u(registration.request) };
  const answer = await http.post<EnrolStarted>("/api/enrol/start", start);
  const { org_id: org, totp_secret: secret } = answer;
  const [orgId, staffId] = [fromB64u(org), fromB64u(answer.staff_id)];

  const root = await demandRoot(verify, world.root, orgId, answer.orgkeys);
  const shown = fromB64u(answer.opaque_pk);
  const { upload, exportKey, opaquePk } = await registration.finish(
    fromB64u(answer.response),
    root?.opaquePk ?? shown,
  );
  await pin(org, { rootPk: root?.rootPk, opaquePk });

  const sig = await newSigKeys(random);
  const kem = await newKemKeys(random);
  const keys: VaultKeys = {
    sig,
    kem,
    root: root?.rootPk ?? null,
    opaquePk,
    rosterKey: answer.roles.includes("admin") ? await newSigKeys(random) : null,
    invites: [],
  };
  const vk = await vaultKey(exportKey, orgId, staffId);
  const vault = await sealVault(vk, { orgId, staffId, version: 1 }, random(12), encodeKeys(keys));
  const { q, sig: signature, mac } = await makeEnrolment(invite, orgId, staffId, sig, kem.pk);

  const finish = async (totp: string): Promise<string> => {
    const body: EnrolFinish = {
      iid,
      email,
      upload: toB64u(upload),
      totp,
      name: nameFrom(asked),
      q: toB64u(q),
      sig: toB64u(signature),
      mac: toB64u(mac),
      vault: toB64u(vault),
    };
    await http.post("/api/enrol/finish", body);
    await pin(org, { vault: { staffId: answer.staff_id, version: 1 } });
    return fingerprint(sig.pk);
  };
  return { secret, uri: totpUri(email, secret), finish };
}

/** The root to be pinned, where the ceremony was: `orgkeys` must be signed by the page's root. */
async function demandRoot(
  verify: Verify,
  root: string | null,
  orgId: Bytes,
  orgkeys: Statement | null,
): Promise<{ rootPk: Bytes; opaquePk: Bytes } | null> {
  if (orgkeys === null) return null;
  if (root === null) throw new Refused("S4");
  return openOrgKeys(verify, orgId, fromB64u(root), orgkeys);
}
