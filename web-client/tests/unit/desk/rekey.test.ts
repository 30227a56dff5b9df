// Whoever is gone drops out: the assigned counselor's desk makes new epochs by itself.
import { beforeEach, expect, test } from "vitest";
import { deedsOf } from "../../../src/client/talk/deeds.ts";
import { fromB64u, toB64u } from "../../../src/lib/crypto/bytes.ts";
import type { Link } from "../../../src/lib/crypto/chain.ts";
import { kemKid } from "../../../src/lib/crypto/kem.ts";
import { decodeRecord, REASON, RTYPE } from "../../../src/lib/crypto/record.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { StaffCommand } from "../../../src/lib/protocol/generated/wire.ts";
import { lanesOf, makerOf, type Lanes } from "../../../src/staff/case/lanes.ts";
import { openClaim, postClaim } from "../../../src/staff/case/opening.ts";
import { rekeyRecords, seatRecords } from "../../../src/staff/case/records.ts";
import { Chats, type StaffWelcome } from "../../../src/staff/chats.svelte.ts";
import { EMPTY_TALK } from "../../../src/staff/state/talk.ts";
import { NOW, type TestCase } from "./case.ts";
import { desk, until, type Desk } from "./desk.ts";

let at: Desk;
let her: Chats;

/** The lanes as the supervisor's browser has them, opened by the escalation half. */
async function supervisorLanes({
  test: { supervisor, escalation },
  org,
}: TestCase): Promise<Lanes> {
  const [own, group] = [
    toB64u(await kemKid(supervisor.kem.pk)),
    toB64u(await kemKid(escalation.pk)),
  ];
  const ring = {
    ...{ kem: supervisor.kem, kemKid: () => own, team: () => undefined },
    escalation: (kid: string) => (kid === group ? escalation : undefined),
  };
  const view = await at.one.viewOf(supervisor.kem, [RTYPE.escalation]);
  const lanes = await lanesOf({ verify: verifyHere, ring, org: () => org }, view);
  await lanes.chat.open();
  await lanes.notes.open();
  return lanes;
}

async function supervisorJoins(): Promise<void> {
  const { one, world } = at;
  const { id, sig } = one.test.supervisor;
  const lanes = await supervisorLanes(one);
  const maker = makerOf({ ...world, staffId: id, sig });
  const greeting = { name: "Ratna", role: "supervisor", at: NOW } as const;
  const { chat, notes } = await seatRecords("join", lanes, maker, greeting);
  await one.append(one.lanes[0], chat);
  await one.append(one.lanes[1], notes);
  one.joined = [{ staff_id: id, alias: 8, here: true }];
}

const rekeys = (): Extract<StaffCommand, { type: "rekey" }>[] =>
  at.one.commands.flatMap((one) => (one.type === "rekey" ? [one] : []));

const people = (): unknown[] => at.one.lanes.map(({ chain }) => chain.last?.standing.people);

function changed(): void {
  const { one } = at;
  const session = one.session("active");
  her.event({ type: "session_changed", case_id: one.id, session });
}

function welcome(): StaffWelcome {
  const { one, world } = at;
  return {
    ...{ type: "staff_welcome", staff_id: world.staffId, status: "available", limit: 3 },
    ...{ queue: { items: [], waiting: 0, next: null }, has_keys: true },
    ...{ cases: [{ case_id: one.id, session: one.session("active"), last_seq: 2 }] },
    ...{ openings: [], left_behind: [] },
  } as unknown as StaffWelcome;
}

beforeEach(async () => {
  at = await desk();
  const { one, world } = at;
  await one.clientSays("halo");
  await postClaim(world, "s1", await openClaim(world, await one.view(true)));
  await one.clientFollows();
  await supervisorJoins();
  her = new Chats(world);
  her.welcome(welcome());
  await until(() => her.desk.chats[0]?.ready === true);
});

test("while all are there nothing is posted; once one has left she reads nothing new", async () => {
  const { one, world } = at;
  changed();
  her.setDraft(one.id, 1, "saya di sini");
  her.send(one.id);
  await until(() => one.lanes[0].messages.length === 3);
  expect(rekeys()).toEqual([]);
  one.joined = [];
  changed();
  changed();
  await until(() => rekeys().length > 0);
  her.setDraft(one.id, 1, "kita lanjut");
  her.send(one.id);
  await until(() => one.lanes[0].messages.length === 4);
  expect(rekeys()).toHaveLength(1);
  expect(people()).toEqual([[world.staffId], [world.staffId]]);
  // The list names her still, so it passed through the team.
  expect(rekeys()[0]?.through).not.toBeNull();
  expect(one.lanes.map(({ chain }) => chain.last?.record.reason)).toEqual([1, 1]);
  expect(her.talks.get(one.id) ?? EMPTY_TALK).toMatchObject({ unsent: [], alarm: null });
});

test("what is refused is tried again over what is newer", async () => {
  const { one } = at;
  one.joined = [];
  one.refuse.set("rekey", "stale_epoch");
  changed();
  await until(() => rekeys().length === 2);
  await until(() => one.lanes[0].chain.last?.record.reason === REASON.claim);
  expect(her.said).toBeNull();
});

test("a desk that comes back makes up for it", async () => {
  const { one, world } = at;
  her.lost();
  one.joined = [];
  her.welcome(welcome());
  await until(() => one.lanes[1].chain.last?.record.reason === REASON.claim);
  expect(people()).toEqual([[world.staffId], [world.staffId]]);
});

test("whom the list leaves out is left out by a re-key, and whoever is there stays", async () => {
  const { one, world } = at;
  const { id } = one.test.supervisor;
  const lanes: Lanes = await lanesOf(world, await one.view(false));
  await lanes.chat.open();
  await lanes.notes.open();
  const maker = makerOf(world);
  const members = maker.directory.members.filter(({ staffId }) => staffId !== id);
  const without = { ...maker, directory: { ...maker.directory, members } };
  const command = await rekeyRecords(lanes, without, [world.staffId]);
  expect(command.through).toBeNull();
  for (const [epoch, readers] of [
    [command.chat, 3],
    [command.notes, 3],
  ] as const) {
    if (epoch === null) throw new Error("no lane 2");
    const record = await decodeRecord({ body: fromB64u(epoch.body), sig: fromB64u(epoch.sig) });
    expect(record.reason).toBe(REASON.rekey);
    expect(record.readers).toHaveLength(readers);
    expect(record.back.length).toBeGreaterThan(0);
  }
  const both = await rekeyRecords(lanes, maker, [world.staffId, id]);
  expect(both.through).toBeNull();
});

/** Records of a chat by reason, with who reads and who has joined. */
const link = (epoch: number, reason: number, people: string[], joined: string[] = []): Link =>
  ({ record: { epoch, reason }, standing: { people, joined } }) as unknown as Link;

test("the client is told who left, by whichever way she was left out", () => {
  const circle = [
    link(0, REASON.open, []),
    link(1, REASON.claim, ["rini"]),
    link(2, REASON.join, ["rini", "ratna"], ["ratna"]),
  ];
  const supervises = (id: string): boolean => id === "ratna";
  const told = (...after: Link[]): unknown[] => deedsOf([...circle, ...after], supervises).slice(2);
  const left = { what: "left", staffId: "ratna" };
  expect(told(link(3, REASON.rekey, ["rini"], ["ratna"]))).toEqual([{ ...left, epoch: 3 }]);
  expect(told(link(3, REASON.reopen, []), link(4, REASON.claim, ["rini"]))).toEqual([
    { ...left, epoch: 4 },
  ]);
  // Boxes made anew for the same people are nothing to tell.
  expect(told(link(3, REASON.rekey, ["rini", "ratna"], ["ratna"]))).toEqual([]);
  expect(told(link(3, REASON.reopen, []), link(4, REASON.claim, ["sari"]))).toEqual([
    { what: "joined", staffId: "sari", epoch: 4 },
  ]);
});
