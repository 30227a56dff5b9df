// Between the two steps of a claim: what waited is verified and opened, then made hers.
import { toB64u } from "../../lib/crypto/bytes.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import type { CaseView, LaneRecords } from "../../lib/protocol/generated/wire.ts";
import { CommandRefused } from "../../lib/realtime/connection.ts";
import { claimRecords } from "./records.ts";
import { lanesOf, makerOf, openLane, takeHistory, type ChatsWorld, type Lanes } from "./lanes.ts";

/** How often the records are built anew within the time that the server gives. */
const TRIES = 3;

/** Verifies and opens a claimed case. Throws `Refused`; the rules B mean a bad box in lane 1. */
export async function openClaim(world: ChatsWorld, view: CaseView): Promise<Lanes> {
  const lanes = await lanesOf(world, view);
  await lanes.chat.open();
  if (lanes.chat.newestKey === undefined) throw new Refused("B1");
  await openLane(lanes.notes);
  // Everything so far is taken, so that the greeting counts on from her own last message.
  for (const lane of [lanes.chat, lanes.notes]) {
    const page = view.lanes.find((one) => one.lane === lane.number)?.page;
    if (page === undefined) continue;
    await lane.take(page.messages);
    await takeHistory(world.request, view.case_id, lane, page);
  }
  return lanes;
}

/** Posts the records until they fit; throws what the server refuses with at last. */
export async function postClaim(
  world: ChatsWorld,
  sessionId: string,
  lanes: Lanes,
): Promise<CaseView> {
  for (let tries = 1; ; tries += 1) {
    const { keys, chat } = lanes;
    const greeting = { name: world.name, role: "counselor", at: world.now() } as const;
    const command = await claimRecords(sessionId, lanes, makerOf(world), greeting);
    try {
      return (await world.request(command)) as CaseView;
    } catch (error) {
      if (!(error instanceof CommandRefused) || tries === TRIES) throw error;
      const { code, lanes: newer = [] } = error.problem;
      if (code === "stale_roster") await world.refreshOrg();
      else if (code === "stale_epoch") await catchUp(lanes, newer);
      else throw error;
      const { last } = chat.chain;
      // The winner is her own record, whose answer was lost: she goes on with it.
      if (last?.standing.hasTeam === false && chat.canWrite(world.staffId)) {
        const case_id = toB64u(keys.caseId);
        return (await world.request({ type: "case", case_id })) as CaseView;
      }
    }
  }
}

async function catchUp(lanes: Lanes, newer: readonly LaneRecords[]): Promise<void> {
  for (const { lane, records } of newer) {
    await (lane === 2 ? lanes.notes : lanes.chat).accept(records);
  }
  await lanes.chat.open();
  await openLane(lanes.notes);
}
