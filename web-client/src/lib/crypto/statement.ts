// Signed statements: `{p, kid, sig}`, verified over the payload's bytes as they were received.
import { equal, fromB64u, fromUtf8, toB64u, utf8, type Bytes } from "./bytes.ts";
import { C } from "./encode.ts";
import { bytes as bytesOf, object, type Fields } from "./fields.ts";
import { H } from "./hash.ts";
import { demand, Refused } from "./refused.ts";
import { sigKid, sign, verifyOne, type SigKeys, type Verify } from "./sign.ts";

/** A statement on the wire; all three are base64url. */
export interface Statement {
  readonly p: string;
  readonly kid: string;
  readonly sig: string;
}

export type StatementType = "orgkeys" | "roster" | "renew" | "root";

/** A statement whose signature holds: its payload and the hash that others name it by. */
export interface Opened {
  readonly payload: Fields;
  readonly hash: Bytes;
  readonly signer: Bytes;
}

const signed = (type: StatementType, hash: Bytes): Bytes => C("sig/stmt", type, hash);

/** Opens an organisation's statement by whichever of `keys` signed it; throws `Refused` S1 to S4. */
export async function openStatement(
  verify: Verify,
  type: StatementType,
  statement: Statement,
  keys: readonly Bytes[],
  orgId: Bytes,
): Promise<Opened> {
  const { bytes, kid, sig } = decode(statement);
  const hash = await H(bytes);
  for (const pk of keys) {
    if (!equal(await sigKid(pk), kid)) continue;
    demand(await verifyOne(verify, { pk, message: signed(type, hash), sig }), "S1");
    const payload = object(json(bytes));
    demand(equal(bytesOf(payload["org_id"], 16), orgId), "S3");
    return { payload, hash, signer: pk };
  }
  throw new Refused("S4");
}

/** Signs a payload as the JSON that stands in the statement. */
export async function makeStatement(
  type: StatementType,
  payload: unknown,
  { seed, pk }: SigKeys,
): Promise<Statement> {
  const bytes = utf8(JSON.stringify(payload));
  const sig = await sign(seed, signed(type, await H(bytes)));
  return { p: toB64u(bytes), kid: toB64u(await sigKid(pk)), sig: toB64u(sig) };
}

function decode({ p, kid, sig }: Statement): { bytes: Bytes; kid: Bytes; sig: Bytes } {
  try {
    return { bytes: fromB64u(p), kid: fromB64u(kid), sig: fromB64u(sig) };
  } catch {
    throw new Refused("S2");
  }
}

function json(bytes: Bytes): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    throw new Refused("S2");
  }
}
