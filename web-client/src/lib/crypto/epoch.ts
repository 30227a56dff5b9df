// Making the next epoch of a lane: a fresh key, a box for each reader, the record.
import { toB64u, type Bytes } from "./bytes.ts";
import { commitment, makeBack, makeBox, type Box, type Recipient } from "./box.ts";
import type { Chain } from "./chain.ts";
import type { Audience } from "./reasons.ts";
import { compareReaders, CREATOR, RTYPE, signRecord, type EpochRecord } from "./record.ts";
import { newest, type Directory, type Member } from "./roster.ts";
import { sigKid, type SigKeys } from "./sign.ts";

/** Who signs an epoch. */
export interface Creator {
  readonly keys: SigKeys;
  readonly isStaff: boolean;
}

export interface EpochPlan {
  readonly reason: number;
  readonly creator: Creator;
  /** Who reads besides the client and escalation. */
  readonly audience: Audience;
  /** The current roster. */
  readonly directory: Directory;
  /** 32 random bytes, fresh at every attempt: the boxes are safe only because of that. */
  readonly e: Bytes;
  /** The key of the epoch before; leave it out for "no history" or the first epoch. */
  readonly before?: Bytes | undefined;
}

/** A new epoch, to be posted with the operation that it serves. */
export interface NewEpoch {
  readonly e: Bytes;
  readonly record: EpochRecord;
  /** In the order of the record's readers. */
  readonly boxes: readonly Box[];
}

/** An epoch as it is posted. */
export function wireEpoch({ record, boxes }: NewEpoch): {
  body: string;
  sig: string;
  boxes: string[];
} {
  return {
    body: toB64u(record.body),
    sig: toB64u(record.sig),
    boxes: boxes.map(({ bytes }) => toB64u(bytes)),
  };
}

/** The readers' public keys of an audience, in no order; throws where the roster lacks one. */
export function recipientsOf(
  { keys, lane }: Chain,
  { hasTeam, people }: Audience,
  { roster, members }: Directory,
): Recipient[] {
  const group = (kind: "team" | "escalation"): Bytes => {
    const found = newest(roster, kind);
    if (found === undefined) throw new Error(`the roster has no ${kind} key`);
    return found.kemPk;
  };
  const person = (id: string): Member => {
    const found = members.find((member) => member.staffId === id);
    if (found === undefined) throw new Error("the roster has no such person");
    return found;
  };
  return [
    ...(lane === 1 ? [{ rtype: RTYPE.client, kemPk: keys.ckemPk }] : []),
    ...people.map((id) => ({ rtype: RTYPE.staff, kemPk: person(id).kemPk })),
    ...(hasTeam ? [{ rtype: RTYPE.team, kemPk: group("team") }] : []),
    { rtype: RTYPE.escalation, kemPk: group("escalation") },
  ];
}

/** Makes the next epoch of a lane. */
export async function makeEpoch(chain: Chain, plan: EpochPlan): Promise<NewEpoch> {
  const { e, directory, creator, reason } = plan;
  const { orgId, caseId } = chain.keys;
  const last = chain.last?.record;
  const place = { orgId, caseId, lane: chain.lane, epoch: last === undefined ? 0 : last.epoch + 1 };
  const prev = last?.hash ?? new Uint8Array(32);
  const kc = await commitment(e, place);
  const recipients = recipientsOf(chain, plan.audience, directory);
  const boxes = await Promise.all(recipients.map((to) => makeBox(e, place, kc, to)));
  boxes.sort(compareReaders);
  const { before } = plan;
  const record = await signRecord(
    {
      ...place,
      prev,
      ctype: creator.isStaff ? CREATOR.staff : CREATOR.client,
      creatorKid: await sigKid(creator.keys.pk),
      reason,
      rosterVersion: directory.roster.version,
      kc,
      back: before === undefined ? new Uint8Array(0) : await makeBack(e, place, prev, before),
      readers: boxes.map(({ rtype, kid, hash }) => ({ rtype, kid, boxHash: hash })),
    },
    creator.keys.seed,
  );
  return { e, record, boxes };
}
