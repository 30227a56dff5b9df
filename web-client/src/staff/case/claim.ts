// The second step of a claim (crypto.md 7.2): both epochs and the greeting, in one request.
import { toB64u, utf8, type Bytes, type Random } from "../../lib/crypto/bytes.ts";
import type { CaseKeys } from "../../lib/crypto/chain.ts";
import { makeEpoch, wireEpoch, type NewEpoch } from "../../lib/crypto/epoch.ts";
import { KIND, sealMessage, SENDER } from "../../lib/crypto/message.ts";
import { REASON } from "../../lib/crypto/record.ts";
import type { Directory } from "../../lib/crypto/roster.ts";
import { sigKid, type SigKeys } from "../../lib/crypto/sign.ts";
import type { Body, StaffCommand } from "../../lib/protocol/generated/wire.ts";
import type { Lane } from "./lane.ts";

/** Who claims, and how she greets. */
export interface Claimer {
  readonly staffId: string;
  readonly sig: SigKeys;
  /** The current roster; new records name it. */
  readonly directory: Directory;
  /** The name that the client reads. */
  readonly name: string;
  /** Her role in the deck's words. */
  readonly role: string;
}

/** The request that makes the case hers. `now` in ms since 1970. */
export async function claimRecords(
  sessionId: string,
  keys: CaseKeys,
  chat: Lane,
  notes: Lane,
  claimer: Claimer,
  random: Random,
  now: number,
): Promise<Extract<StaffCommand, { type: "claim_records" }>> {
  const { staffId, sig, directory } = claimer;
  const creator = { keys: sig, isStaff: true };
  const lane1 = await makeEpoch(chat.chain, {
    ...{ creator, directory, reason: REASON.claim, e: random(32) },
    audience: { hasTeam: false, people: [staffId] },
    before: chat.newestKey,
  });
  const lane2 = await makeEpoch(notes.chain, {
    ...{ creator, directory, e: random(32) },
    reason: notes.epoch === undefined ? REASON.open : REASON.claim,
    audience: { hasTeam: true, people: [staffId] },
    before: notes.newestKey,
  });
  const hello = await greeting(keys, chat, lane1, claimer, random(16), now);
  return {
    type: "claim_records",
    session_id: sessionId,
    chat: wireEpoch(lane1),
    notes: wireEpoch(lane2),
    hello: hello.envelope,
  };
}

/** Kind 10, the first message under the new epoch: until it is read the page shows the alias. */
async function greeting(
  { orgId, caseId }: CaseKeys,
  chat: Lane,
  { e, record }: NewEpoch,
  { sig, name, role }: Claimer,
  msgId: Bytes,
  now: number,
) {
  const senderKid = await sigKid(sig.pk);
  const body: Body = { name, role };
  const header = {
    ...{ orgId, caseId, msgId, senderKid },
    lane: 1,
    epoch: record.epoch,
    stype: SENDER.staff,
    kind: KIND.hello,
  };
  const content = {
    ctr: chat.transcript.nextCtr(toB64u(senderKid)),
    ts: now,
    seen: chat.transcript.seen,
    body: utf8(JSON.stringify(body)),
  };
  return sealMessage(e, header, content, sig.seed);
}
