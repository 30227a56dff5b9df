// The reason of an escalation: sealed by the counselor who raises, opened by supervisors.
import {
  fromB64u,
  fromUtf8,
  toB64u,
  utf8,
  type Bytes,
  type Random,
} from "../../lib/crypto/bytes.ts";
import { makeRaise, openRaise, readReason } from "../../lib/crypto/raise.ts";
import { demand, Refused } from "../../lib/crypto/refused.ts";
import { newest } from "../../lib/crypto/roster.ts";
import type { SigKeys, Verify } from "../../lib/crypto/sign.ts";
import type { EscalationView, RaiseView } from "../../lib/protocol/generated/wire.ts";
import { halfName, type Halves } from "./duties.ts";
import type { Org } from "./org.ts";

/** Why a counselor calls a supervisor: a code of the deck (`reason.escalate`), and her words. */
export interface Reason {
  readonly code: string;
  readonly t: string;
}

/** What a supervisor knows of a reason. */
export type ReadReason =
  | { readonly is: "read"; readonly reason: Reason }
  /** No colleague has given her the key yet. */
  | { readonly is: "no_key" }
  /** It is not what its counselor sealed, or names no counselor at all. */
  | { readonly is: "refused" };

/** A call for a supervisor before it is sealed. */
export interface RaisePlan {
  readonly caseId: string;
  readonly raiseId: string;
  readonly level: number;
  readonly reason: Reason;
}

/** A call as the server takes it; null where no supervisor has made the key of escalations yet. */
export async function sealRaise(
  { orgId, current }: Org,
  { caseId, raiseId, level, reason }: RaisePlan,
  sig: SigKeys,
  random: Random,
): Promise<{ record: string; sig: string } | null> {
  const group = current === null ? undefined : newest(current.roster, "escalation");
  if (group === undefined) return null;
  const raise = await makeRaise(
    {
      ...{ orgId, level, escalationPk: group.kemPk, ikmE: random(32) },
      ...{ caseId: fromB64u(caseId), escId: fromB64u(raiseId) },
      reason: utf8(JSON.stringify(reason)),
    },
    sig.seed,
  );
  return { record: toB64u(raise.record), sig: toB64u(raise.sig) };
}

/** Verifies and opens the reason of a raise; null where it has none, as a client's. */
export async function openReason(
  verify: Verify,
  org: Org,
  halves: Halves,
  escalation: Pick<EscalationView, "case_id">,
  raise: RaiseView,
): Promise<ReadReason | null> {
  const { record, sig, by } = raise;
  if (raise.source !== "counselor") return null;
  try {
    demand(record !== null && sig !== null && by !== null, "V2");
    const pk = keyOf(org, by);
    demand(pk !== undefined, "V2");
    const opened = await openRaise(verify, fromB64u(record), fromB64u(sig), pk);
    const isThis =
      toB64u(opened.orgId) === toB64u(org.orgId) &&
      toB64u(opened.caseId) === escalation.case_id &&
      toB64u(opened.escId) === raise.raise_id &&
      opened.level === raise.level;
    demand(isThis, "V2");
    const half = halfOf(org, halves, toB64u(opened.rkid));
    if (half === undefined) return { is: "no_key" };
    return { is: "read", reason: parsed(await readReason(opened, half)) };
  } catch {
    // Whatever is wrong with one reason must not keep the others closed.
    return { is: "refused" };
  }
}

/** The signing key of a counselor, as the newest roster that has her names it. */
function keyOf({ directories }: Org, staffId: string): Bytes | undefined {
  const members = directories.flatMap((one) => one.members);
  const hers = members.filter((member) => member.staffId === staffId);
  return hers[hers.length - 1]?.sigPk;
}

function halfOf({ directories }: Org, halves: Halves, rkid: string) {
  const groups = directories.flatMap(({ roster }) => roster.groups);
  const group = groups.find(({ kind, kid }) => kind === "escalation" && kid === rkid);
  return group && halves.get(halfName("escalation", group.gen));
}

/** Throws `Refused("V2")` where it is not a reason as this version knows it. */
function parsed(plain: Bytes): Reason {
  let reason: unknown;
  try {
    reason = JSON.parse(fromUtf8(plain));
  } catch {
    throw new Refused("V2");
  }
  const { code = "", t = "" } = (reason ?? {}) as { code?: unknown; t?: unknown };
  demand(typeof code === "string" && typeof t === "string", "V2");
  return { code, t };
}
