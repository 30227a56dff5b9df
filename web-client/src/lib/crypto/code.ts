// The case code: how an anonymous client comes back.
import { concat, readInteger, utf8, type Bytes, type Random } from "./bytes.ts";
import { C } from "./encode.ts";
import { derive, openBlob, sealBlob } from "./hash.ts";
import { demand } from "./refused.ts";

/** The parameters of Argon2id as `orgkeys.code_params` lists them: KiB, passes, lanes. */
export interface CodeParams {
  readonly m: number;
  readonly t: number;
  readonly p: number;
}

/** Argon2id, version 0x13, 32 bytes; runs in a worker (workers.ts). */
export type Stretch = (code: Bytes, salt: Bytes, params: CodeParams) => Promise<Bytes>;

/** What a stretched code gives: `cred` finds the case, `wrap` stays in the browser. */
export interface CodeKeys {
  readonly cred: Bytes;
  readonly wrap: Bytes;
}

/** The client's private halves, 32 bytes each. */
export interface ClientSecrets {
  readonly csigSeed: Bytes;
  readonly ckemSk: Bytes;
}

// Damm's quasigroup of order ten, a row a string.
const DAMM = [
  ...["0317598642", "7092154863", "4206871359", "1750983426", "6123045978"],
  ...["3674209581", "5869720134", "8945362017", "9438617205", "2581436790"],
];

const damm = (digits: string): string =>
  [...digits].reduce((row, digit) => DAMM[Number(row)]?.[Number(digit)] ?? "", "0");

/** Draws a code of twenty digits, the last one a check digit. */
export function drawCode(random: Random): string {
  for (;;) {
    const [high, low] = [readInteger(random(4)), readInteger(random(4))];
    const drawn = (BigInt(high) << 32n) | BigInt(low);
    const digits = drawn.toString().padStart(19, "0");
    if (digits.length === 19) return digits + damm(digits);
  }
}

/** The twenty digits of what a person typed; undefined where a digit is missing or mistyped. */
export function readCode(typed: string): string | undefined {
  const digits = typed.replace(/\s/g, "");
  return /^[0-9]{20}$/.test(digits) && damm(digits) === "0" ? digits : undefined;
}

/** The code as it is shown: five groups of four digits. */
export const groupCode = (code: string): string => code.replace(/(.{4})(?=.)/g, "$1 ");

/** `cred` and `wrap` of a code that was drawn or read. */
export async function codeKeys(
  stretch: Stretch,
  code: string,
  orgId: Bytes,
  orgSalt: Bytes,
  params: CodeParams,
): Promise<CodeKeys> {
  const ck = await stretch(utf8(code), orgSalt, params);
  const [cred, wrap] = await Promise.all([
    derive(ck, C("code/cred", orgId), 32),
    derive(ck, C("code/wrap", orgId), 32),
  ]);
  return { cred, wrap };
}

/** `W`, 93 bytes: the client's keys under the code. `nonce` is 12 random bytes. */
export async function wrapClient(
  wrap: Bytes,
  nonce: Bytes,
  orgId: Bytes,
  caseId: Bytes,
  secrets: ClientSecrets,
): Promise<Bytes> {
  const plain = concat(secrets.csigSeed, secrets.ckemSk);
  return sealBlob(wrap, nonce, C("wrap/client", orgId, caseId), plain);
}

/** Opens `W`; throws `Refused("V1")` where it is another case's or another code's. */
export async function unwrapClient(
  wrap: Bytes,
  orgId: Bytes,
  caseId: Bytes,
  blob: Bytes,
): Promise<ClientSecrets> {
  demand(blob.length === 93, "V1");
  const plain = await openBlob(wrap, C("wrap/client", orgId, caseId), blob);
  return { csigSeed: plain.slice(0, 32), ckemSk: plain.slice(32) };
}
