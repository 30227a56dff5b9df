// What a member of the staff posts with a deed of hers: the next epoch of both lanes, and a greeting.
import { toB64u, utf8, type Bytes, type Random } from "../../lib/crypto/bytes.ts";
import { makeEpoch, wireEpoch, type NewEpoch } from "../../lib/crypto/epoch.ts";
import { KIND, sealMessage, SENDER } from "../../lib/crypto/message.ts";
import type { Link } from "../../lib/crypto/chain.ts";
import { audienceFor, mayRead, NOBODY } from "../../lib/crypto/reasons.ts";
import { REASON } from "../../lib/crypto/record.ts";
import type { Directory } from "../../lib/crypto/roster.ts";
import { sigKid, type SigKeys } from "../../lib/crypto/sign.ts";
import type { Body, Envelope, StaffCommand } from "../../lib/protocol/generated/wire.ts";
import type { Lane } from "./lane.ts";

/** Who makes records. */
export interface Maker {
  readonly staffId: string;
  readonly sig: SigKeys;
  /** The current roster; new records name it. */
  readonly directory: Directory;
  readonly random: Random;
}

/** How she greets the client. */
export interface Greeting {
  /** The name that the client reads. */
  readonly name: string;
  /** Her role in the deck's words. */
  readonly role: "counselor" | "supervisor";
  /** ms since 1970. */
  readonly at: number;
  /** The counter of the message among her own; without it the one after her last that is here. */
  readonly ctr?: number | undefined;
}

/** Both lanes of a case, opened as far as she may. */
export interface BothLanes {
  readonly chat: Lane;
  readonly notes: Lane;
}

/** What a supervisor does in a chat. */
export type SeatDeed = "join" | "take_over" | "leave";

const SEAT_REASON: Readonly<Record<SeatDeed, number>> = {
  join: REASON.join,
  take_over: REASON.transfer,
  leave: REASON.leave,
};

/** The request that makes a case hers. */
export async function claimRecords(
  sessionId: string,
  lanes: BothLanes,
  maker: Maker,
  greeting: Greeting,
): Promise<Extract<StaffCommand, { type: "claim_records" }>> {
  const { chat, notes } = await nextEpochs(lanes, REASON.claim, maker);
  return {
    ...{ type: "claim_records", session_id: sessionId },
    ...{ chat: wireEpoch(chat), notes: wireEpoch(notes) },
    hello: await hello(lanes.chat, chat, maker, greeting),
  };
}

/** The request by which a supervisor joins a chat, takes it over, or leaves it. */
export async function seatRecords(
  deed: SeatDeed,
  lanes: BothLanes,
  maker: Maker,
  greeting: Greeting,
): Promise<Extract<StaffCommand, { type: SeatDeed }>> {
  const { chat, notes } = await nextEpochs(lanes, SEAT_REASON[deed], maker);
  const case_id = toB64u(lanes.chat.keys.caseId);
  const epochs = { case_id, chat: wireEpoch(chat), notes: wireEpoch(notes) };
  if (deed === "leave") return { type: deed, ...epochs };
  return { type: deed, ...epochs, hello: await hello(lanes.chat, chat, maker, greeting) };
}

/** The record that gives a case to the team: lane 1, reason 5. */
export async function reopenRecord(chat: Lane, maker: Maker) {
  return wireEpoch(await nextEpoch(chat, REASON.reopen, maker));
}

/** Whom the newest records of a case name besides those who are there. */
export function goneFrom({ chat, notes }: BothLanes, there: readonly string[]): string[] {
  const named = [chat, notes].flatMap(({ chain }) => chain.last?.standing.people ?? []);
  return named.filter((id) => !there.includes(id));
}

/**
 * The request for new epochs of those who are there. The list of the staff leaves out whoever is not
 * in it; whom it still names is left out by passing through the team.
 */
export async function rekeyRecords(
  lanes: BothLanes,
  maker: Maker,
  there: readonly string[],
): Promise<Extract<StaffCommand, { type: "rekey" }>> {
  const { members } = maker.directory;
  const isNamed = (id: string): boolean =>
    members.some((member) => member.staffId === id && mayRead(member));
  const passes = there.includes(maker.staffId) && goneFrom(lanes, there).some(isNamed);
  const through = passes ? await nextEpoch(lanes.chat, REASON.reopen, maker) : null;
  const reason = passes ? REASON.claim : REASON.rekey;
  const chat = await nextEpoch(
    through === null ? lanes.chat : after(lanes.chat, through),
    reason,
    maker,
  );
  const notes =
    lanes.notes.epoch === undefined ? null : await nextEpoch(lanes.notes, reason, maker);
  return {
    ...{ type: "rekey", case_id: toB64u(lanes.chat.keys.caseId) },
    ...{ through: through && wireEpoch(through), chat: wireEpoch(chat) },
    notes: notes && wireEpoch(notes),
  };
}

/** What the record after this one, which opens lane 1 to the team, is made from. */
function after({ number, chain }: Lane, { e, record }: NewEpoch): Made {
  const standing = { ...NOBODY, hasTeam: true };
  const last: Link = { record, standing, recipients: [], senders: [] };
  return { number, newestKey: e, chain: { ...chain, last } };
}

async function nextEpochs({ chat, notes }: BothLanes, reason: number, maker: Maker) {
  return {
    chat: await nextEpoch(chat, reason, maker),
    notes: await nextEpoch(notes, notes.epoch === undefined ? REASON.open : reason, maker),
  };
}

/** A lane as far as its next record is made from it. */
type Made = Pick<Lane, "number" | "chain" | "newestKey">;

function nextEpoch(lane: Made, reason: number, maker: Maker): Promise<NewEpoch> {
  const { staffId, sig, directory, random } = maker;
  const before = lane.chain.last?.standing ?? NOBODY;
  const plan = { lane: lane.number, reason, me: staffId, other: staffId };
  return makeEpoch(lane.chain, {
    ...{ reason, directory, e: random(32), before: lane.newestKey },
    creator: { keys: sig, isStaff: true },
    audience: audienceFor(before, plan, directory),
  });
}

/** Kind 10, the first message under the new epoch: until it is read the page shows the alias. */
async function hello(
  chat: Lane,
  { e, record }: NewEpoch,
  { sig, random }: Maker,
  { name, role, at, ctr }: Greeting,
): Promise<Envelope> {
  const { orgId, caseId } = chat.keys;
  const senderKid: Bytes = await sigKid(sig.pk);
  const body: Body = { name, role };
  const header = {
    ...{ orgId, caseId, msgId: random(16), senderKid },
    lane: 1,
    epoch: record.epoch,
    stype: SENDER.staff,
    kind: KIND.hello,
  };
  const content = {
    ctr: ctr ?? chat.transcript.nextCtr(toB64u(senderKid)),
    ts: at,
    seen: chat.transcript.seen,
    body: utf8(JSON.stringify(body)),
  };
  return (await sealMessage(e, header, content, sig.seed)).envelope;
}
