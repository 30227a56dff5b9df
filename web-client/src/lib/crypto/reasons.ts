// The table of reasons: who may post an epoch for what, and who reads it then.
import { compare, fromB64u } from "./bytes.ts";
import { REASON, type Lane } from "./record.ts";
import { demand } from "./refused.ts";
import type { Directory, Member } from "./roster.ts";

/** Who reads a lane besides the client (lane 1) and escalation, which always do. */
export interface Audience {
  readonly hasTeam: boolean;
  /** Staff ids. */
  readonly people: readonly string[];
}

/** What a lane's accepted records say, as far as the next record is judged by it. */
export interface Standing extends Audience {
  /** Supervisors who joined since the last claim or reopen and have not left since. */
  readonly joined: readonly string[];
  /** Who was invited by whom. */
  readonly invitedBy: Readonly<Record<string, string>>;
}

/** A record that is to be judged. */
export interface Deed {
  readonly lane: Lane;
  readonly reason: number;
  /** Undefined is the client. */
  readonly creator: Member | undefined;
  /** The roster that the record names. */
  readonly directory: Directory;
  /** The lane before it. */
  readonly before: Standing;
}

/** A lane before its first record. */
export const NOBODY: Standing = { hasTeam: false, people: [], joined: [], invitedBy: {} };

export const mayRead = ({ roles }: Member): boolean =>
  roles.includes("counselor") || roles.includes("supervisor");

export const isSupervisor = ({ roles }: Member): boolean => roles.includes("supervisor");

const plus = (people: readonly string[], id: string): string[] => [...minus(people, id), id];

const minus = (people: readonly string[], id: string): string[] =>
  people.filter((other) => other !== id);

const without = (people: readonly string[], others: readonly string[]): string[] =>
  people.filter((id) => !others.includes(id));

/** Those so far: the people of the record before who are still active in the roster named. */
function stillActive(people: readonly string[], { members }: Directory): string[] {
  return people.filter((id) => members.some((member) => member.staffId === id && mayRead(member)));
}

function stillJoined({ joined }: Standing, { members }: Directory): string[] {
  return joined.filter((id) =>
    members.some((member) => member.staffId === id && isSupervisor(member)),
  );
}

function demandSame(audience: Audience, hasTeam: boolean, people: readonly string[]): void {
  const isSame = audience.people.length === people.length;
  demand(isSame && without(people, audience.people).length === 0, "R4");
  demand(audience.hasTeam === hasTeam, "R4");
}

const NEED_CLAIMED: readonly number[] = [
  ...[REASON.invite, REASON.transfer, REASON.join, REASON.leave],
];

/**
 * Judges creator and readers of a record by its reason and says how the lane stands after it.
 * Throws `Refused` R1 to R5 or R7.
 */
export function judge(deed: Deed, audience: Audience, isFirst: boolean): Standing {
  const { lane, reason, before } = deed;
  demand(lane === 1 || (reason !== REASON.invite && reason !== REASON.reopen), "R1");
  demand((reason === REASON.open) === isFirst, "R2");
  if (lane === 1) {
    demand(reason !== REASON.claim || before.hasTeam, "R5");
    demand(!NEED_CLAIMED.includes(reason) || !before.hasTeam, "R5");
  }
  const newCircle: Standing = { ...audience, joined: [], invitedBy: {} };
  const sameCircle: Standing = { ...before, ...audience };
  switch (reason) {
    case REASON.open:
      demandSame(audience, true, lane === 2 ? [staffCreator(deed)] : []);
      return newCircle;
    case REASON.claim:
      demandSame(audience, lane === 2, [staffCreator(deed)]);
      return newCircle;
    case REASON.invite:
      return { ...sameCircle, invitedBy: { ...before.invitedBy, ...judgeInvite(deed, audience) } };
    case REASON.transfer: {
      const joined = minus(before.joined, judgeTransfer(deed, audience));
      return { ...sameCircle, joined, invitedBy: {} };
    }
    case REASON.join: {
      const who = staffCreator(deed);
      demand(supervises(deed), "R3");
      demandSame(audience, before.hasTeam, plus(soFar(deed), who));
      return { ...sameCircle, joined: plus(before.joined, who) };
    }
    case REASON.reopen:
      demand(deed.creator === undefined || readsSoFar(deed) || supervises(deed), "R3");
      demandSame(audience, true, []);
      return newCircle;
    case REASON.rekey:
      return judgeRekey(deed, audience) ? newCircle : sameCircle;
    default: {
      const who = judgeLeave(deed, audience);
      const others = Object.entries(before.invitedBy).filter(([id]) => id !== who);
      const invitedBy = Object.fromEntries(others);
      return { ...sameCircle, joined: minus(before.joined, who), invitedBy };
    }
  }
}

function staffCreator({ creator }: Deed): string {
  demand(creator !== undefined, "R3");
  return creator.staffId;
}

const soFar = ({ before, directory }: Deed): string[] => stillActive(before.people, directory);

const readsSoFar = (deed: Deed): boolean =>
  deed.creator !== undefined && soFar(deed).includes(deed.creator.staffId);

const supervises = ({ creator }: Deed): boolean => creator !== undefined && isSupervisor(creator);

/** The one invited, by whom. */
function judgeInvite(deed: Deed, audience: Audience): Record<string, string> {
  const me = staffCreator(deed);
  demand(readsSoFar(deed), "R3");
  const [target, ...others] = without(audience.people, soFar(deed));
  demand(target !== undefined && others.length === 0, "R4");
  demandSame(audience, false, [...soFar(deed), target]);
  return { [target]: me };
}

/** The target: the creator on accepting, or whom a supervisor gives the case to. */
function judgeTransfer(deed: Deed, audience: Audience): string {
  const me = staffCreator(deed);
  const joined = stillJoined(deed.before, deed.directory);
  const [other, ...more] = without(audience.people, joined);
  demand(more.length === 0, "R4");
  // Where a supervisor who had joined takes over: the maker, or else the first of them.
  const [first] = [...joined].sort((a, b) => compare(fromB64u(a), fromB64u(b)));
  const target = other ?? (joined.includes(me) ? me : first);
  demand(target !== undefined, "R4");
  demandSame(audience, deed.lane === 2, plus(joined, target));
  const accepts = target === me && (deed.lane === 2 || readsSoFar(deed));
  demand(accepts || supervises(deed), "R3");
  return target;
}

/** Whether the case waits for the team from now on, as it does once somebody fell out. */
function judgeRekey(deed: Deed, audience: Audience): boolean {
  staffCreator(deed);
  demand(readsSoFar(deed) || supervises(deed), "R3");
  const people = soFar(deed);
  const { hasTeam } = audience;
  demand(hasTeam || audience.people.length > 0, "R4");
  if (audience.people.length === 0 && hasTeam && people.length < deed.before.people.length) {
    return deed.lane === 1;
  }
  demandSame(audience, deed.before.hasTeam, people);
  return false;
}

/** Who left: the creator, somebody whom the creator invited, or somebody who fell out already. */
function judgeLeave(deed: Deed, audience: Audience): string {
  const me = staffCreator(deed);
  const { before, lane } = deed;
  demand(lane === 2 || audience.people.length > 0, "R7");
  const people = soFar(deed);
  demand(without(audience.people, people).length === 0, "R4");
  demand(audience.hasTeam === before.hasTeam, "R4");
  const [gone, ...more] = without(people, audience.people);
  demand(more.length === 0, "R4");
  demand(readsSoFar(deed), "R3");
  if (gone !== undefined) {
    demand(gone === me || before.invitedBy[gone] === me, "R3");
    return gone;
  }
  const fallen = without(before.people, people);
  demand(fallen.length > 0, "R4");
  const mine = fallen.find((id) => before.invitedBy[id] === me);
  demand(mine !== undefined, "R3");
  return mine;
}

/** Whether a back link may be left out; epoch 0 never has one. */
export function mayLackBack(lane: Lane, reason: number): boolean {
  if (lane === 1) return reason === REASON.invite;
  const reasons: readonly number[] = [REASON.claim, REASON.transfer, REASON.join, REASON.rekey];
  return reasons.includes(reason);
}

/**
 * Who reads a new record by its reason. `me` is its creator, undefined for the client; `other` is
 * the person invited, transferred to or leaving.
 */
export function audienceFor(
  before: Standing,
  plan: { lane: Lane; reason: number; me?: string | undefined; other?: string | undefined },
  directory: Directory,
): Audience {
  const { lane, reason, me = "", other = "" } = plan;
  const people = stillActive(before.people, directory);
  const hasTeam = lane === 2;
  switch (reason) {
    case REASON.open:
      return { hasTeam: true, people: lane === 2 ? [me] : [] };
    case REASON.claim:
      return { hasTeam, people: [me] };
    case REASON.invite:
      return { hasTeam, people: plus(people, other) };
    case REASON.transfer:
      return { hasTeam, people: plus(stillJoined(before, directory), other) };
    case REASON.join:
      return { hasTeam, people: plus(people, me) };
    case REASON.rekey: {
      // Where everybody fell out the team reads alone; where nobody ever read there is no re-key.
      const isAlone = people.length === 0 && before.people.length > 0;
      return { hasTeam: before.hasTeam || isAlone, people };
    }
    case REASON.leave:
      return { hasTeam, people: minus(people, other) };
    default:
      return { hasTeam: true, people: [] };
  }
}
