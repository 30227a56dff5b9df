// The table of reasons: who may post an epoch for what, and who reads it then.
import { REASON, type Lane } from "./record.ts";
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
  /** Who was invited by whom and is still there. */
  readonly invitedBy: Readonly<Record<string, string>>;
}

/** A record that is to be judged, or made. */
export interface Deed {
  readonly lane: Lane;
  readonly reason: number;
  /** Undefined is the client. */
  readonly creator: Member | undefined;
  /** The roster that the record names. */
  readonly directory: Directory;
  /** The lane before it; undefined for its first record. */
  readonly before: Standing | undefined;
  /** Lane 1 before it; undefined where only lane 2 is known. */
  readonly lane1: Standing | undefined;
}

export const mayRead = ({ roles }: Member): boolean =>
  roles.includes("counselor") || roles.includes("supervisor");

export const isSupervisor = ({ roles }: Member): boolean => roles.includes("supervisor");

const NOBODY: Standing = { hasTeam: false, people: [], joined: [], invitedBy: {} };

/** Adds a person once. */
const plus = (people: readonly string[], id: string): string[] => [
  ...people.filter((other) => other !== id),
  id,
];

const minus = (people: readonly string[], id: string): string[] =>
  people.filter((other) => other !== id);

function stillActive(people: readonly string[], { members }: Directory): string[] {
  return people.filter((id) => members.some((member) => member.staffId === id && mayRead(member)));
}

/** Every audience that the table allows for a deed; none where the creator may not do it. */
export function allowedAudiences(deed: Deed): Audience[] {
  const isFirst = deed.before === undefined;
  const table = deed.creator === undefined ? byClient(deed) : byStaff(deed, deed.creator);
  if (isFirst !== (deed.reason === REASON.open)) return [];
  // Nobody may leave a lane that no person and no team reads.
  return table.filter(({ hasTeam, people }) => hasTeam || people.length > 0);
}

function byClient({ lane, reason }: Deed): Audience[] {
  if (lane !== 1) return [];
  return reason === REASON.open || reason === REASON.reopen ? [{ hasTeam: true, people: [] }] : [];
}

function byStaff(deed: Deed, creator: Member): Audience[] {
  const { lane, directory, lane1 } = deed;
  const before = deed.before ?? NOBODY;
  const me = creator.staffId;
  const hasTeam = lane === 2;
  const isClaimed = lane1 === undefined || !lane1.hasTeam;
  const soFar = stillActive(before.people, directory);
  const of = (people: readonly string[]): Audience => ({ hasTeam, people });

  switch (deed.reason) {
    case REASON.open:
      return lane === 2 ? [of([me])] : [];
    case REASON.claim:
      return lane1 === undefined || lane1.hasTeam ? [of([me])] : [];
    case REASON.invite:
      if (lane !== 1 || !isClaimed || !before.people.includes(me)) return [];
      return readersIn(directory)
        .filter((id) => !soFar.includes(id))
        .map((id) => of([...soFar, id]));
    case REASON.transfer:
      return isClaimed ? transferTargets(deed, me, creator).map(of) : [];
    case REASON.join:
      return isClaimed && isSupervisor(creator) && soFar.length > 0 ? [of(plus(soFar, me))] : [];
    case REASON.reopen:
      if (lane !== 1 || !(before.people.includes(me) || isSupervisor(creator))) return [];
      return [{ hasTeam: true, people: [] }];
    case REASON.rekey:
      if (!before.people.includes(me) && !isSupervisor(creator)) return [];
      return [
        { hasTeam: before.hasTeam, people: soFar },
        ...(soFar.length < before.people.length ? [{ hasTeam: true, people: [] }] : []),
      ];
    case REASON.leave:
      return isClaimed ? leavers(deed, me).map((id) => of(minus(soFar, id))) : [];
    default:
      return [];
  }
}

const readersIn = ({ members }: Directory): string[] =>
  members.filter(mayRead).map((member) => member.staffId);

function transferTargets(deed: Deed, me: string, creator: Member): string[][] {
  const joined = stillActive(deed.before?.joined ?? [], deed.directory);
  const isReader = deed.lane1 === undefined || deed.lane1.people.includes(me);
  const targets = isSupervisor(creator) ? readersIn(deed.directory) : isReader ? [me] : [];
  return targets.map((id) => plus(joined, id));
}

function leavers({ before = NOBODY, lane1 }: Deed, me: string): string[] {
  if (!before.people.includes(me)) return [];
  const invitedBy = (lane1 ?? before).invitedBy;
  return before.people.filter((id) => id === me || invitedBy[id] === me);
}

/** Whether the back link may be left out. */
export function mayLackBack({ lane, reason, creator }: Deed, { people }: Audience): boolean {
  if (lane === 1) return reason === REASON.invite;
  switch (reason) {
    case REASON.claim:
    case REASON.join:
    case REASON.rekey:
      return true;
    case REASON.transfer:
      return creator !== undefined && people.includes(creator.staffId);
    default:
      return false;
  }
}

/** How a lane stands after a deed that was accepted. */
export function after(deed: Deed, audience: Audience): Standing {
  const before = deed.before ?? NOBODY;
  const me = deed.creator?.staffId ?? "";
  const stays = (id: string): boolean => audience.people.includes(id);
  const isNew = (id: string): boolean => !before.people.includes(id);
  let joined = before.joined.filter(stays);
  let invitedBy = Object.fromEntries(Object.entries(before.invitedBy).filter(([id]) => stays(id)));
  switch (deed.reason) {
    case REASON.claim:
    case REASON.reopen:
      joined = [];
      invitedBy = {};
      break;
    case REASON.invite:
      for (const id of audience.people.filter(isNew)) invitedBy[id] = me;
      break;
    case REASON.transfer:
      // A target who had joined is the assigned person from now on.
      joined = audience.people.every((id) => joined.includes(id)) ? minus(joined, me) : joined;
      invitedBy = {};
      break;
    case REASON.join:
      joined = plus(joined, me);
      break;
  }
  return { ...audience, joined, invitedBy };
}
