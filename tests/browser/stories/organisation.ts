// One organisation for the whole run, made by the real steps; every story gets a copy of its folder.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createHmac } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, stop } from "./binary";

/** Where the run's organisation lies, for the workers. */
const FOLDER = "STORIES_ORGANISATION";

/** Playwright's set-up of the run; gives the way to take it down. */
export default async function setUp(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "teduh-organisation-"));
  const data = join(folder, "data");
  await stop(await run(["demo", "--data", data, "--listen", "127.0.0.1:0"], {}), "SIGTERM");
  process.env[FOLDER] = data;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** The data folder to copy. */
export function organisationFolder(): string {
  const folder = process.env[FOLDER];
  if (folder === undefined) throw new Error("the run has no organisation");
  return folder;
}

/** A member of the staff with everything needed to sign in. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly passphrase: string;
  /** Gives a one-time code that was not used yet. */
  readonly code: () => string;
}

/** Who belongs to the organisation. */
export interface People {
  readonly admin: Person;
  readonly supervisor: Person;
  readonly counselors: readonly [Person, Person];
}

interface Kept {
  readonly role: string;
  readonly name: string;
  readonly credentials: {
    readonly email: string;
    readonly passphrase: string;
    readonly totp_secret: string;
    readonly used_steps: readonly number[];
  };
}

/** Reads the sign-ins that lie in a copied folder. */
export function readPeople(data: string): People {
  const kept = JSON.parse(readFileSync(join(data, "people.json"), "utf8")) as Kept[];
  const people = (role: string): Person[] =>
    kept
      .filter((one) => one.role === role)
      .map(({ name, credentials }) => ({
        name,
        email: credentials.email,
        passphrase: credentials.passphrase,
        code: authenticator(credentials.totp_secret, credentials.used_steps),
      }));
  const [[admin], [supervisor], [first, second]] = [
    people("Admin"),
    people("Supervisor"),
    people("Counselor"),
  ];
  if (!admin || !supervisor || !first || !second) throw new Error("somebody is missing");
  return { admin, supervisor, counselors: [first, second] };
}

/** An authenticator (RFC 6238) that never shows a code twice, since each serves once. */
export function authenticator(secret: string, usedSteps: readonly number[] = []): () => string {
  const key = fromBase32(secret);
  const used = new Set(usedSteps);
  return () => {
    const now = Math.floor(Date.now() / 30_000);
    const step = [now, now + 1, now - 1].find((one) => !used.has(one));
    if (step === undefined) throw new Error("every code of this half minute was used");
    used.add(step);
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const mac = createHmac("sha1", key).update(counter).digest();
    const at = (mac[19] ?? 0) & 15;
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  };
}

function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
