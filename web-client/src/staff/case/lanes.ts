// The two lanes of a case: verified, opened, and read down to their beginning.
import { fromB64u, toB64u, type Random } from "../../lib/crypto/bytes.ts";
import { caseKeys, type CaseKeys } from "../../lib/crypto/chain.ts";
import { demand } from "../../lib/crypto/refused.ts";
import type { SigKeys, Verify } from "../../lib/crypto/sign.ts";
import type { CaseView, Page, StaffCommand } from "../../lib/protocol/generated/wire.ts";
import type { SenderWorld } from "../../lib/talk/sender.ts";
import { rosterBook, type Org } from "../flows/org.ts";
import type { TalkEvent } from "../state/talk.ts";
import { isBadBox, Lane, type KeyRing, type Taken } from "./lane.ts";
import type { Maker } from "./records.ts";

/** What a room needs of the world. */
export interface RoomWorld extends Pick<SenderWorld, "after"> {
  readonly random: Random;
  /** ms since 1970. */
  readonly now: () => number;
  readonly request: (command: StaffCommand) => Promise<unknown>;
  readonly sig: SigKeys;
  readonly verify: Verify;
  readonly ring: KeyRing;
  readonly staffId: string;
  /** Her name as the client reads it. */
  readonly name: string;
  /** The newest that is known of the organisation. */
  readonly org: () => Org;
  readonly tell: (event: TalkEvent) => void;
}

/** What a desk's chats need of the world. */
export interface ChatsWorld extends Omit<RoomWorld, "tell"> {
  readonly refreshOrg: () => Promise<void>;
}

/** Her as a maker of records, by the newest roster. */
export function makerOf({ staffId, sig, random, org }: Omit<RoomWorld, "tell">): Maker {
  const { current } = org();
  if (current === null) throw new Error("there is no roster");
  return { staffId, sig, random, directory: current };
}

/** The lanes of a case, verified; nothing of them was opened yet. */
export interface Lanes {
  readonly keys: CaseKeys;
  readonly chat: Lane;
  readonly notes: Lane;
}

/** Verifies what the server serves of a case. Throws `Refused`. */
export async function lanesOf(
  world: Pick<RoomWorld, "verify" | "ring" | "org">,
  view: CaseView,
): Promise<Lanes> {
  const { verify, ring } = world;
  const { orgId } = world.org();
  const keys = await caseKeys(orgId, fromB64u(view.csig_pk), fromB64u(view.ckem_pk));
  demand(toB64u(keys.caseId) === view.case_id, "A13");
  const directory = await rosterBook(verify, world.org(), view.org);
  const laneWorld = { verify, ring, directory };
  const of = async (number: 1 | 2): Promise<Lane> => {
    const lane = view.lanes.find((one) => one.lane === number);
    return lane === undefined
      ? Lane.empty(laneWorld, keys, number)
      : Lane.from(laneWorld, keys, lane);
  };
  return { keys, chat: await of(1), notes: await of(2) };
}

/**
 * Opens a lane; whether every box of hers did open. Throws `Refused` for lane 1. Lane 2 may be
 * claimed with an empty back link where its box does not open: the talk must not wait for notes.
 */
export async function openLane(lane: Lane): Promise<boolean> {
  try {
    await lane.open();
    return true;
  } catch (error) {
    if (lane.number === 1 || !isBadBox(error)) throw error;
    return false;
  }
}

/** Fetches what stands before a page, down to the first message, and chains it on. */
export async function takeHistory(
  request: RoomWorld["request"],
  caseId: string,
  lane: Lane,
  page: Page,
): Promise<{ taken: Taken[]; isWhole: boolean }> {
  const taken: Taken[] = [];
  let first = page.messages[0]?.seq ?? 1;
  while (first > 1) {
    const command = {
      type: "fetch_before",
      case_id: caseId,
      lane: lane.number,
      seq: first,
    } as const;
    const older = (await request(command)) as Page;
    const oldest = older.messages[0]?.seq;
    if (oldest === undefined || oldest >= first) return { taken, isWhole: false };
    taken.push(...(await lane.takeOlder(older)));
    first = oldest;
  }
  return { taken, isWhole: true };
}
