// A counselor and one case: claim in two steps, talk, a newer epoch, giving back.
import { expect, test } from "vitest";
import { REASON } from "../../../src/lib/crypto/record.ts";
import { openClaim, postClaim } from "../../../src/staff/case/opening.ts";
import { Room } from "../../../src/staff/case/room.ts";
import { EMPTY_TALK, foldTalk, shownState, type Talk } from "../../../src/staff/state/talk.ts";
import { desk, until, type Desk } from "./desk.ts";

interface Claimed extends Desk {
  readonly room: Room;
  readonly talk: () => Talk;
}

/** A case that she has claimed, a new one or one that waits again. */
async function claimed(waiting?: Desk): Promise<Claimed> {
  const { one, world } = waiting ?? (await desk());
  await one.clientSays("halo");
  const lanes = await openClaim(world, await one.view(true));
  const view = await postClaim(world, "s1", lanes);
  await one.clientFollows();
  let talk = EMPTY_TALK;
  const tell = (event: Parameters<typeof foldTalk>[1]): void => {
    talk = foldTalk(talk, event);
  };
  const room = await Room.open({ ...world, tell }, view);
  return { one, world, room, talk: () => talk };
}

const texts = (talk: Talk): string[] =>
  talk.lines.flatMap(({ body }) => (body !== null && "t" in body ? [body.t] : []));

test("a claim greets in its own request, and what waited is read", async () => {
  const { one, talk } = await claimed();
  expect(texts(talk())).toEqual(["halo"]);
  expect(talk().lines.map(({ kind }) => kind)).toEqual([1, 10]);
  expect(talk().alarm).toBeNull();
  const [chat, notes] = one.lanes;
  expect(chat.chain.last?.record.reason).toBe(REASON.claim);
  expect(chat.chain.last?.standing).toMatchObject({ hasTeam: false });
  expect(notes.chain.last?.record.reason).toBe(REASON.open);
  expect(notes.chain.last?.standing).toMatchObject({ hasTeam: true });
});

test("messages go both ways, and a note goes into lane 2", async () => {
  const { one, room, talk } = await claimed();
  room.write(1, "saya di sini");
  room.write(2, "tanya soal anak");
  await until(() => [...talk().lines, ...talk().notes].every(({ seq }) => seq !== null));
  await room.messages(1, [await one.clientSays("terima kasih")]);
  expect(texts(talk())).toEqual(["halo", "saya di sini", "terima kasih"]);
  expect(talk().notes.map(({ state }) => state)).toEqual(["stored"]);
  expect(one.lanes[1].messages).toHaveLength(1);
  expect(talk().alarm).toBeNull();
});

test("a message that was passed over is fetched, and nothing is lost", async () => {
  const { one, room, talk } = await claimed();
  await one.clientSays("satu");
  await room.messages(1, [await one.clientSays("dua")]);
  expect(texts(talk())).toEqual(["halo", "satu", "dua"]);
});

test("a message that the server leaves out is said plainly", async () => {
  const { one, room, talk } = await claimed();
  await one.clientSays("satu");
  const second = await one.clientSays("dua");
  one.lanes[0].messages.splice(-2);
  await room.messages(1, [second]);
  expect(talk().alarm).toBe("missing");
});

test("a message that was changed on the way is said plainly", async () => {
  const { one, room, talk } = await claimed();
  const message = await one.clientSays("satu");
  const c = message.envelope?.c ?? "";
  const other = `${c.startsWith("A") ? "B" : "A"}${c.slice(1)}`;
  await room.messages(1, [{ ...message, envelope: { h: message.envelope?.h ?? "", c: other } }]);
  expect(talk().alarm).toBe("missing");
});

test("what is not stored is said and goes again with the same bytes", async () => {
  const { one, room, talk } = await claimed();
  one.refuse.set("send", "not_stored");
  room.write(1, "saya di sini");
  await until(() => talk().lines.some((line) => shownState(talk(), line) === "not_stored"));
  room.again();
  await until(() => talk().lines.every(({ seq }) => seq !== null));
  const sent = one.commands.filter(({ type }) => type === "send");
  expect(sent).toHaveLength(2);
  expect(sent[0]).toEqual(sent[1]);
  expect(texts(talk())).toEqual(["halo", "saya di sini"]);
});

test("an answer with bytes that she never sent is an alarm: nothing is shown as stored", async () => {
  const { one, room, talk } = await claimed();
  one.hash = one.id;
  room.write(1, "saya di sini");
  await until(() => talk().unsent.length > 0);
  expect(talk().alarm).toBe("missing");
  expect(texts(talk())).toEqual(["halo"]);
});

test.each(["internal", "not_allowed"])(
  "where fetching is refused with %s, what was sent stays stored, and she goes on",
  async (code) => {
    const { one, room, talk } = await claimed();
    await one.clientSays("terlewat");
    one.refuse.set("fetch_after", code);
    room.write(1, "saya di sini");
    await until(() => !one.refuse.has("fetch_after"));
    room.write(1, "masih di sini");
    await until(() => texts(talk()).length === 4);
    expect(texts(talk())).toEqual(["halo", "terlewat", "saya di sini", "masih di sini"]);
    await until(() => talk().lines.every(({ state }) => state === "stored"));
    expect(talk().unsent).toEqual([]);
    expect(talk().alarm).toBeNull();
  },
);

test("once the client opens the case to the team, unsent texts are kept for copying", async () => {
  const { one, room, talk } = await claimed();
  await one.clientEpoch(REASON.reopen);
  room.write(1, "terlambat");
  await until(() => talk().unsent.length > 0);
  expect(talk().unsent).toEqual(["terlambat"]);
  expect(texts(talk())).toEqual(["halo"]);
});

test("a record that lets nobody of the table read is refused, and sending stops", async () => {
  const { one, room, talk } = await claimed();
  const record = one.lanes[0].records[0];
  if (record === undefined) throw new Error("no record");
  await room.record(1, { ...record, body: record.sig }, one.test.at);
  expect(talk().alarm).toBe("record_refused");
  room.write(1, "tidak boleh pergi");
  await until(() => talk().unsent.length > 0);
  expect(talk().unsent).toEqual(["tidak boleh pergi"]);
  expect(one.commands.filter(({ type }) => type === "send")).toEqual([]);
});

test.each([undefined, "not_assigned"])(
  "a message under an epoch that she was not told of is no alarm: she asks first (%s)",
  async (code) => {
    const { one, room, talk } = await claimed();
    await one.clientEpoch(REASON.reopen);
    const message = await one.clientSays("untuk orang lain");
    if (code !== undefined) one.refuse.set("case", code);
    await room.messages(1, [message]);
    expect(one.commands.filter(({ type }) => type === "case")).toHaveLength(1);
    expect(talk().alarm).toBeNull();
    expect(texts(talk())).toEqual(["halo"]);
  },
);

test("giving back opens the case to the team", async () => {
  const { one, room } = await claimed();
  const epoch = await room.giveBack();
  await one.request({ type: "give_back", session_id: "s1", epoch });
  const { last } = one.lanes[0].chain;
  expect(last?.record.reason).toBe(REASON.reopen);
  expect(last?.standing).toMatchObject({ hasTeam: true, people: [] });
});

test("notes whose box does not open are said to be closed, and the talk goes on", async () => {
  const first = await claimed();
  first.room.write(2, "tanya soal anak");
  await until(() => first.talk().notes.some(({ seq }) => seq !== null));
  expect(first.talk().notesClosed).toBe(false);
  const { one, world } = first;
  await one.clientEpoch(REASON.reopen);
  one.spoil(2);
  const { room, talk } = await claimed({ one, world });
  expect(talk().notesClosed).toBe(true);
  expect(talk().alarm).toBeNull();
  expect(texts(talk())).toContain("halo");
  room.write(1, "saya di sini");
  room.write(2, "catatan baru");
  await until(() => [...talk().lines, ...talk().notes].every(({ seq }) => seq !== null));
  expect(talk().notes.map(({ body }) => body)).toEqual([{ t: "catatan baru" }]);
});

test("a long history is fetched to its beginning", async () => {
  const { one, world } = await desk();
  for (let i = 0; i < 25; i += 1) await one.clientSays(`kata ${i}`);
  const lanes = await openClaim(world, await one.view(true, 10));
  expect(lanes.chat.transcript.isProven).toBe(true);
  expect(lanes.chat.transcript.seen.seq).toBe(25);
});

test("another roster meanwhile: the records are built anew within the time", async () => {
  const { one, world } = await desk();
  one.refuse.set("claim_records", "stale_roster");
  let asked = 0;
  const refreshOrg = (): Promise<void> => {
    asked += 1;
    return Promise.resolve();
  };
  const lanes = await openClaim(world, await one.view(true));
  await postClaim({ ...world, refreshOrg }, "s1", lanes);
  expect(asked).toBe(1);
  expect(one.lanes[0].chain.last?.record.reason).toBe(REASON.claim);
});
