// A roster makes a counselor a supervisor at an open desk, and takes the role again.
import { expect, test } from "vitest";
import type { Event, OpeningView } from "../../../src/lib/protocol/generated/wire.ts";
import type { StaffWelcome } from "../../../src/staff/chats.svelte.ts";
import { Desks, type DesksWorld } from "../../../src/staff/desks.svelte.ts";
import { isOpened } from "../../../src/staff/state/desk.ts";
import { NOW } from "./case.ts";

const opening: OpeningView = {
  ...{ opening_id: "o", case_id: "k", by: "sari", reason: "coaching", state: "asked" },
  ...{ asked_at: 0, alone_from: 120, ends: NOW * 2, approved: null, opened_at: null },
  ...{ alone: false, countersign_before: null, countersigned: null },
};

const page = { minute: 7, count: 1, oldest_due: 0, alone: 0 };

/** The desks of a counselor, and her roles by the staff list. */
function counselor() {
  const roles = { isSupervisor: false };
  const world = {
    ...{ roles: ["counselor"], isSupervisor: () => roles.isSupervisor, factorAt: null },
    ...{ staffId: "ratna", name: "Ratna", now: () => NOW, after: () => () => undefined },
    ...{ org: () => ({ names: new Map(), directories: [], current: null }), halves: () => [] },
    request: () => new Promise(() => undefined),
  } as unknown as DesksWorld;
  const desks = new Desks(world);
  desks.welcome({
    ...{ type: "staff_welcome", staff_id: "ratna", status: "pause", limit: 1, has_keys: true },
    ...{ queue: { items: [], waiting: 0, next: null }, cases: [], escalations: [] },
    ...{
      escalations_open: 0,
      pages: [],
      supervisors: 0,
      openings: [],
      left_behind: [],
      board: null,
    },
  } as unknown as StaffWelcome);
  return { desks, roles };
}

test("what came before the staff list said that she is a supervisor stands on her desk", () => {
  const { desks, roles } = counselor();
  expect(desks.supervisor).toBeNull();
  const events: Event[] = [
    { type: "paged", page },
    { type: "opening", opening },
    { type: "left_behind", cases: [] },
  ];
  for (const event of events) desks.event(event);
  expect(desks.supervisor).toBeNull();
  // The call was shown to nobody so far.
  expect(desks.escalations.known.unseen).toEqual([7]);
  roles.isSupervisor = true;
  desks.look();
  expect(desks.supervisor).toMatchObject({ waiting: 1, openings: [opening] });
  expect(desks.chats).toBe(desks.counselor);
});

test("with the role goes what it let her see", () => {
  const { desks, roles } = counselor();
  roles.isSupervisor = true;
  desks.look();
  const own: OpeningView = { ...opening, by: "ratna", state: "open", opened_at: 0 };
  desks.event({ type: "opening", opening: own });
  const session = { session_id: "s", state: "active", counselor: "dewi", joined: [] };
  void desks.chats?.read(own, { case_id: "k", session, lanes: [] } as never);
  desks.event({ type: "paged", page });
  expect(desks.chats?.desk.chats.map(isOpened)).toEqual([true]);
  roles.isSupervisor = false;
  desks.look();
  expect(desks.supervisor).toBeNull();
  expect(desks.chats?.desk.chats.map(isOpened)).toEqual([false]);
  expect(desks.escalations.known).toMatchObject({ page: null, unseen: [] });
  // The next time nothing of it is still there.
  roles.isSupervisor = true;
  desks.look();
  expect(desks.supervisor?.openings).toEqual([]);
});
