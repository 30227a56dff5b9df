// A supervisor and one case: opened by the escalation half, joined, taken over, left, put back.
import { beforeEach, describe, expect, test } from "vitest";
import { systemRandom, toB64u } from "../../../src/lib/crypto/bytes.ts";
import { kemKid } from "../../../src/lib/crypto/kem.ts";
import { KIND } from "../../../src/lib/crypto/message.ts";
import { REASON, RTYPE } from "../../../src/lib/crypto/record.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type {
  CaseView,
  OpeningView,
  StaffCommand,
} from "../../../src/lib/protocol/generated/wire.ts";
import type { ChatsWorld } from "../../../src/staff/case/lanes.ts";
import { openClaim, postClaim } from "../../../src/staff/case/opening.ts";
import { Room } from "../../../src/staff/case/room.ts";
import { Chats, type StaffWelcome } from "../../../src/staff/chats.svelte.ts";
import { isOpened, seatOf } from "../../../src/staff/state/desk.ts";
import { EMPTY_TALK, foldTalk, isSupervisor, type Talk } from "../../../src/staff/state/talk.ts";
import { NOW, refusal, type TestCase } from "./case.ts";
import { desk, until } from "./desk.ts";

/** What the server answers a supervisor; the test's case believes every record that it accepts. */
class Server {
  isOpen = true;

  constructor(readonly one: TestCase) {}

  view(newest?: number): Promise<CaseView> {
    const groups = this.isOpen ? [RTYPE.escalation] : [];
    return this.one.viewOf(this.one.test.supervisor.kem, groups, newest);
  }

  readonly request = async (command: StaffCommand): Promise<unknown> => {
    const { one } = this;
    const { id } = one.test.supervisor;
    const refused = one.refuse.get(command.type);
    if (refused !== undefined) return one.request(command);
    const [chat, notes] = one.lanes;
    const others = one.joined.filter(({ staff_id }) => staff_id !== id);
    switch (command.type) {
      case "join":
      case "take_over":
      case "leave":
        one.commands.push(command);
        await one.append(chat, command.chat);
        await one.append(notes, command.notes);
        one.joined = others;
        if (command.type === "leave") return { type: "done" };
        if (command.type === "join")
          one.joined = [...others, { staff_id: id, alias: 8, here: true }];
        else one.assigned = id;
        await one.store(chat, command.hello);
        return this.view();
      case "give_back":
      case "requeue":
        await one.append(chat, command.epoch);
        one.state = "waiting";
        return { type: "done" };
      case "case":
        one.commands.push(command);
        return this.view();
      default:
        return one.request(command);
    }
  };
}

interface Glass {
  readonly one: TestCase;
  readonly server: Server;
  readonly her: Chats;
  readonly opening: OpeningView;
  /** The counselor's room, and what it shows. */
  readonly room: Room;
  readonly seen: () => Talk;
  readonly talk: () => Talk;
}

let glass: Glass;

/** A chat of counselor and client that a supervisor has not opened yet. */
async function begun(): Promise<Glass> {
  const { one, world } = await desk();
  await one.clientSays("halo");
  const lanes = await openClaim(world, await one.view(true));
  const view = await postClaim(world, "s1", lanes);
  await one.clientFollows();
  let seen = EMPTY_TALK;
  const tell = (event: Parameters<typeof foldTalk>[1]): void => {
    seen = foldTalk(seen, event);
  };
  const room = await Room.open({ ...world, tell }, view);
  room.write(1, "saya di sini");
  room.write(2, "suami di rumah");
  await until(() => [...seen.lines, ...seen.notes].every(({ seq }) => seq !== null));

  const server = new Server(one);
  const { supervisor, escalation } = one.test;
  const [own, group] = [await kemKid(supervisor.kem.pk), await kemKid(escalation.pk)];
  const hers: ChatsWorld = {
    ...{ verify: verifyHere, random: systemRandom, now: () => NOW, sig: supervisor.sig },
    ...{ staffId: supervisor.id, name: "Ratna", request: server.request },
    after: () => () => undefined,
    ring: {
      kem: supervisor.kem,
      kemKid: () => toB64u(own),
      team: () => undefined,
      escalation: (kid) => (kid === toB64u(group) ? escalation : undefined),
    },
    org: () => one.org,
    refreshOrg: () => Promise.resolve(),
  };
  const her = new Chats(hers);
  her.welcome(welcome(supervisor.id, []));
  const opening: OpeningView = {
    ...{ opening_id: "o", case_id: one.id, by: supervisor.id, reason: "danger", state: "open" },
    ...{ asked_at: NOW, alone_from: null, ends: NOW + 9, approved: null, opened_at: NOW },
    ...{ alone: false, countersign_before: null, countersigned: null },
  };
  const talk = (): Talk => her.talks.get(one.id) ?? EMPTY_TALK;
  return { one, server, her, opening, room, seen: () => seen, talk };
}

function welcome(staff_id: string, openings: OpeningView[]): StaffWelcome {
  return {
    ...{ type: "staff_welcome", staff_id, status: "pause", limit: 0, has_keys: true, cases: [] },
    ...{ queue: { items: [], waiting: 0, next: null }, openings, left_behind: [] },
  } as unknown as StaffWelcome;
}

async function opened(): Promise<void> {
  await glass.her.read(glass.opening, await glass.server.view());
}

const texts = ({ lines }: Talk): string[] =>
  lines.flatMap(({ body }) => (body !== null && "t" in body ? [body.t] : []));

const reasons = ({ lanes }: TestCase): (number | undefined)[] =>
  lanes.map(({ chain }) => chain.last?.record.reason);

/** The supervisor is told of the chat's newest record, with what she may open it by. */
async function toldOfRecord(): Promise<void> {
  const { her, one, server } = glass;
  const [chat] = (await server.view()).lanes;
  const record = chat?.records[chat.records.length - 1];
  if (record === undefined) throw new Error("no record");
  her.event({ type: "record", case_id: one.id, lane: 1, record, org: one.test.at });
}

/** The counselor is told of the newest records and messages. */
async function counselorHears(): Promise<void> {
  await glass.room.refresh();
}

beforeEach(async () => {
  glass = await begun();
});

describe("reading", () => {
  test("the escalation half opens both lanes to their beginning; nothing can be written", async () => {
    await opened();
    const { her, one, talk } = glass;
    expect(texts(talk())).toEqual(["halo", "saya di sini"]);
    expect(talk().notes.map(({ body }) => body)).toEqual([{ t: "suami di rumah" }]);
    expect(talk()).toMatchObject({ alarm: null, boxBroken: false, notesClosed: false });
    expect(her.desk.chats).toMatchObject([{ caseId: one.id, ready: true }]);
    her.setDraft(one.id, 1, "tidak boleh pergi");
    her.send(one.id);
    expect(talk().unsent).toEqual(["tidak boleh pergi"]);
    await her.shown(one.id, 2);
    expect(one.commands.some(({ type }) => type === "read")).toBe(false);
  });

  test("what is refused only for now is asked for again until the case is open", async () => {
    const { one, server, opening } = glass;
    const after = (_: number, act: () => void) => {
      act();
      return () => undefined;
    };
    const her = new Chats({ ...worldOf(glass.her), after });
    her.welcome(welcome(one.test.supervisor.id, []));
    one.refuse.set("fetch_before", "slow_down");
    await her.read(opening, await server.view(1));
    expect(her.desk.chats).toMatchObject([{ caseId: one.id, ready: true }]);
    expect(texts(her.talks.get(one.id) ?? EMPTY_TALK)).toEqual(["halo", "saya di sini"]);
  });

  test("what comes while she reads is read, also under a new epoch: its box comes with the record", async () => {
    await opened();
    const { her, one, talk, room } = glass;
    her.event({
      type: "message",
      case_id: one.id,
      lane: 1,
      message: await one.clientSays("dia pulang"),
    });
    await until(() => texts(talk()).length === 3);
    const epoch = await room.giveBack();
    await one.append(one.lanes[0], epoch);
    await toldOfRecord();
    await one.clientFollows();
    her.event({
      type: "message",
      case_id: one.id,
      lane: 1,
      message: await one.clientSays("saya pergi"),
    });
    await until(() => texts(talk()).includes("saya pergi"));
    expect(talk().alarm).toBeNull();
  });

  test("while a box is broken a new record fetches nothing", async () => {
    glass.one.spoil(1);
    await opened();
    const { her, one, talk, room } = glass;
    await one.append(one.lanes[0], await room.giveBack());
    one.spoil(1);
    await toldOfRecord();
    // What comes after it waits its turn.
    room.write(2, "kakaknya datang");
    await until(() => one.lanes[1].messages.length === 2);
    const message = one.lanes[1].messages[1];
    if (message === undefined) throw new Error("no note");
    her.event({ type: "message", case_id: one.id, lane: 2, message });
    await until(() => talk().notes.length === 2);
    expect(talk().boxBroken).toBe(true);
    expect(one.commands.some(({ type }) => type === "case")).toBe(false);
  });

  test("a box that is not what its record names is said, and what else opens is read", async () => {
    glass.one.spoil(2);
    await opened();
    expect(glass.talk()).toMatchObject({ boxBroken: true, alarm: null });
    expect(texts(glass.talk())).toEqual(["halo", "saya di sini"]);
    expect(glass.talk().notes).toEqual([]);
  });

  test("where the chat's box is broken nothing of it is shown, and it is said", async () => {
    glass.one.spoil(1);
    await opened();
    expect(glass.talk()).toMatchObject({ boxBroken: true });
    expect(texts(glass.talk())).toEqual([]);
  });

  test("once the opening is over, what she only read is gone", async () => {
    await opened();
    const { her, one, opening, talk } = glass;
    her.opening({ ...opening, state: "closed" });
    expect(texts(talk())).toEqual([]);
    const [chat] = her.desk.chats;
    expect(chat !== undefined && isOpened(chat)).toBe(false);
    her.close(one.id);
    expect(her.desk.chats).toEqual([]);
  });

  test("a page that was loaded anew reads on", async () => {
    const { her, opening, one, talk } = glass;
    her.welcome(welcome(one.test.supervisor.id, [opening]));
    await until(() => her.desk.chats[0]?.ready === true);
    expect(texts(talk())).toEqual(["halo", "saya di sini"]);
    her.welcome(welcome(one.test.supervisor.id, []));
    expect(texts(talk())).toEqual([]);
  });
});

describe("in the chat", () => {
  test("she joins both lanes, greets as a supervisor, writes, and leaves both", async () => {
    await opened();
    const { her, one, talk, seen } = glass;
    expect(await her.seat(one.id, "join")).toBe(true);
    expect(reasons(one)).toEqual([REASON.join, REASON.join]);
    expect(one.lanes[0].chain.last?.standing.people).toHaveLength(2);
    expect(one.lanes[1].chain.last?.standing).toMatchObject({ hasTeam: true });
    await one.clientFollows();
    her.setDraft(one.id, 1, "saya Ratna");
    her.send(one.id);
    her.setDraft(one.id, 2, "kakaknya datang");
    her.note(one.id);
    await until(() => [...talk().lines, ...talk().notes].every(({ seq }) => seq !== null));
    await counselorHears();
    const last = seen().lines[seen().lines.length - 1];
    expect(texts(seen())).toEqual(["halo", "saya di sini", "saya Ratna"]);
    expect(last !== undefined && isSupervisor(seen(), last)).toBe(true);
    expect(seen().alarm).toBeNull();

    expect(await her.seat(one.id, "leave")).toBe(true);
    expect(reasons(one)).toEqual([REASON.leave, REASON.leave]);
    await counselorHears();
    await one.clientFollows();
    // By her opening she reads on.
    her.event({
      type: "message",
      case_id: one.id,
      lane: 1,
      message: await one.clientSays("terima kasih"),
    });
    await until(() => texts(talk()).includes("terima kasih"));
    expect(talk().alarm).toBeNull();
    her.setDraft(one.id, 1, "terlambat");
    her.send(one.id);
    expect(talk().unsent).toEqual(["terlambat"]);
  });

  test("she takes over: the counselor's unsent words are kept for copying", async () => {
    await opened();
    const { her, one, room, seen, talk } = glass;
    await her.seat(one.id, "join");
    await one.clientFollows();
    expect(await her.seat(one.id, "take_over")).toBe(true);
    expect(reasons(one)).toEqual([REASON.transfer, REASON.transfer]);
    expect(one.lanes[0].chain.last?.standing).toMatchObject({
      ...{ people: [one.test.supervisor.id], joined: [] },
    });
    expect(her.did.get(one.id)).toEqual({ key: "desk.supervisor.in_chat.taken_over" });
    const [chat] = her.desk.chats;
    expect(chat && seatOf(chat.session, her.desk.staffId)).toBe("counselor");
    // The log tells the join and the take over apart.
    const greetings = talk().lines.filter(({ kind }) => kind === KIND.hello);
    expect(greetings.map(({ tookOver }) => tookOver)).toEqual([false, false, true]);
    room.write(1, "sebentar ya");
    await until(() => seen().unsent.length > 0);
    expect(seen().unsent).toEqual(["sebentar ya"]);
    await one.clientFollows();
    her.setDraft(one.id, 1, "saya lanjutkan");
    her.send(one.id);
    await until(() => talk().lines.every(({ seq }) => seq !== null));
    expect(talk().alarm).toBeNull();
  });

  test("what she has just written is stored before she takes over", async () => {
    await opened();
    const { her, one, talk } = glass;
    await her.seat(one.id, "join");
    one.refuse.set("send", "not_stored");
    her.setDraft(one.id, 1, "sebentar");
    her.send(one.id);
    await until(() => talk().lines.some(({ state }) => state === "not_stored"));
    expect(await her.seat(one.id, "take_over")).toBe(false);
    expect(her.did.get(one.id)).toEqual({ key: "desk.chat.not_stored" });
    her.resend(one.id);
    await until(() => talk().lines.every(({ seq }) => seq !== null));
    expect(await her.seat(one.id, "take_over")).toBe(true);
    expect(talk().alarm).toBeNull();
  });

  test("a case that nobody holds is taken over without joining it", async () => {
    await opened();
    const { her, one } = glass;
    expect(await her.seat(one.id, "take_over")).toBe(true);
    expect(reasons(one)).toEqual([REASON.transfer, REASON.transfer]);
    expect(one.lanes[0].chain.last?.standing.people).toEqual([one.test.supervisor.id]);
  });

  test("what she gives back she goes on reading by her opening, and writes in it no longer", async () => {
    await opened();
    const { her, one, talk } = glass;
    await her.seat(one.id, "take_over");
    await one.clientFollows();
    await her.giveBack(one.id);
    expect(her.did.get(one.id)).toBeUndefined();
    expect(one.commands[one.commands.length - 1]?.type).toBe("case");
    await one.clientFollows();
    her.event({
      type: "message",
      case_id: one.id,
      lane: 1,
      message: await one.clientSays("saya menunggu"),
    });
    await until(() => texts(talk()).includes("saya menunggu"));
    expect(talk().alarm).toBeNull();
    her.setDraft(one.id, 1, "terlambat");
    her.send(one.id);
    expect(talk().unsent).toEqual(["terlambat"]);
  });

  test("what she did is said until somebody else has the case", async () => {
    await opened();
    const { her, one } = glass;
    await her.seat(one.id, "take_over");
    const session = one.session("active");
    her.event({ type: "session_changed", case_id: one.id, session: { ...session, level: 3 } });
    expect(her.did.get(one.id)).toEqual({ key: "desk.supervisor.in_chat.taken_over" });
    const taken = { ...session, counselor: "laksmi" };
    her.event({ type: "session_changed", case_id: one.id, session: taken });
    expect(her.did.get(one.id)).toBeUndefined();
    expect(her.desk.chats).toMatchObject([{ taken: "laksmi" }]);
  });

  test("a join that was done though its answer was lost did not fail", async () => {
    await opened();
    const { her, one, opening, server } = glass;
    one.refuse.set("join", "internal");
    await her.seat(one.id, "join");
    expect(her.did.get(one.id)).toEqual({ key: "desk.error.generic" });
    one.joined = [{ staff_id: one.test.supervisor.id, alias: 8, here: true }];
    const { session } = await server.view();
    const cases = [{ case_id: one.id, session, last_seq: 0 }];
    her.welcome({ ...welcome(one.test.supervisor.id, [opening]), cases });
    expect(her.did.get(one.id)).toBeUndefined();
  });

  test("who is too late is told how it stands, not that something changed", async () => {
    const { one, opening, server } = glass;
    const taken = { ...one.session("active"), counselor: "laksmi" };
    const request = (command: StaffCommand): Promise<unknown> => {
      if (command.type !== "take_over") return server.request(command);
      her.event({ type: "session_changed", case_id: one.id, session: taken });
      return Promise.reject(refusal("wrong_state"));
    };
    const her = new Chats({ ...worldOf(glass.her), request });
    her.welcome(welcome(one.test.supervisor.id, []));
    await her.read(opening, await server.view());
    expect(await her.seat(one.id, "take_over")).toBe(false);
    expect(her.did.get(one.id)).toBeUndefined();
    expect(her.desk.chats).toMatchObject([{ taken: "laksmi" }]);
  });

  test("a case that nobody holds goes back to the team", async () => {
    await opened();
    const { her, one } = glass;
    expect(await her.requeue(one.id)).toBe(true);
    expect(one.lanes[0].chain.last?.record.reason).toBe(REASON.reopen);
    expect(one.lanes[0].chain.last?.standing).toMatchObject({ hasTeam: true, people: [] });
  });

  test.each(["stale_epoch", "stale_roster"])(
    "after %s the records are built anew",
    async (code) => {
      await opened();
      const { her, one } = glass;
      one.refuse.set("join", code);
      expect(await her.seat(one.id, "join")).toBe(true);
      expect(reasons(one)).toEqual([REASON.join, REASON.join]);
    },
  );

  test("an own join whose answer was lost is gone on with", async () => {
    await opened();
    const { her, one, server } = glass;
    const { request } = server;
    const other = new Chats({ ...worldOf(her), request });
    other.welcome(welcome(one.test.supervisor.id, []));
    await other.read(glass.opening, await server.view());
    await other.seat(one.id, "join");
    one.refuse.set("join", "stale_epoch");
    expect(await her.seat(one.id, "join")).toBe(true);
    expect(one.commands.filter(({ type }) => type === "join")).toHaveLength(2);
  });

  test.each([
    ["not_opened", "desk.supervisor.reading.over"],
    ["read_only", "desk.supervisor.coaching.read_only"],
    ["not_assigned", "desk.error.changed"],
    ["internal", "desk.error.generic"],
  ])("refused with %s it is said", async (code, key) => {
    await opened();
    const { her, one } = glass;
    one.refuse.set("join", code);
    expect(await her.seat(one.id, "join")).toBe(false);
    expect(her.did.get(one.id)).toEqual({ key });
  });
});

/** The world that a desk was made with. */
function worldOf(chats: Chats): ChatsWorld {
  return (chats as unknown as { world: ChatsWorld }).world;
}
