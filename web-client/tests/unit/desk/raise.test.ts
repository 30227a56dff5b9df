// A counselor calls a supervisor: sealed, asked for until it is answered, and read by supervisors.
import { expect, test } from "vitest";
import { systemRandom, toB64u } from "../../../src/lib/crypto/bytes.ts";
import { newSigKeys } from "../../../src/lib/crypto/sign.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { RaiseView, StaffCommand } from "../../../src/lib/protocol/generated/wire.ts";
import { Unanswered } from "../../../src/lib/realtime/connection.ts";
import { Raiser, type Call } from "../../../src/staff/case/raiser.svelte.ts";
import { halfName } from "../../../src/staff/flows/duties.ts";
import { openReason, sealRaise } from "../../../src/staff/flows/raises.ts";
import { testOrganisation } from "../talk/organisation.ts";
import { NOW, orgOf, refusal } from "./case.ts";
import { until } from "./desk.ts";

const CASE = toB64u(systemRandom(16));
const REASON = { code: "weapon", t: "golok di dapur" };
const CALL: Call = { caseId: CASE, level: 3, reason: REASON, note: "dipanggil" };

type RaiseCommand = Extract<StaffCommand, { type: "raise" }>;

async function setting() {
  const made = await testOrganisation(systemRandom, NOW);
  const org = await orgOf(made);
  const halves = new Map([[halfName("escalation", 1), made.escalation]]);
  return { made, org, halves };
}

/** A raise as a supervisor is given it. */
async function raised() {
  const { made, org, halves } = await setting();
  const raiseId = toB64u(systemRandom(16));
  const plan = { caseId: CASE, raiseId, level: 3, reason: REASON };
  const sealed = await sealRaise(org, plan, made.counselor.sig, systemRandom);
  if (sealed === null) throw new Error("there is a group");
  const raise: RaiseView = {
    ...{ raise_id: raiseId, source: "counselor", by: made.counselor.id, level: 3, at: NOW },
    ...sealed,
  };
  const read = (over: Partial<RaiseView> = {}, case_id = CASE, keys = halves) =>
    openReason(verifyHere, org, keys, { case_id }, { ...raise, ...over });
  return { made, org, plan, raise, read };
}

test("a supervisor reads the reason; without the key it says so", async () => {
  const { read } = await raised();
  expect(await read()).toEqual({ is: "read", reason: REASON });
  expect(await read({}, CASE, new Map())).toEqual({ is: "no_key" });
  expect(await read({ source: "client_button", record: null, sig: null, by: null })).toBeNull();
});

test("a reason of another case, raise, level or hand is refused", async () => {
  const { org, plan, read } = await raised();
  const other = toB64u(systemRandom(16));
  const stranger = await sealRaise(org, plan, await newSigKeys(systemRandom), systemRandom);
  const refused = [
    read({}, other),
    read({ raise_id: other }),
    read({ level: 2 }),
    read({ by: other }),
    read({ by: null }),
    read({ record: null }),
    read({ record: "AAAA" }),
    read({ ...stranger }),
  ];
  for (const one of await Promise.all(refused)) expect(one).toEqual({ is: "refused" });
});

/** A desk whose server answers as a test says. */
async function caller(answers: (() => unknown)[]) {
  const { made, org } = await setting();
  const timers: (() => void)[] = [];
  const asked: RaiseCommand[] = [];
  const notes: string[] = [];
  let refreshed = 0;
  const raiser = new Raiser({
    ...{ random: systemRandom, sig: made.counselor.sig, org: () => org },
    refreshOrg: () => Promise.resolve(void (refreshed += 1)),
    request: (command) => {
      asked.push(command as RaiseCommand);
      const answer = answers.shift();
      return Promise.resolve().then(() => answer?.() ?? { escalation: {} });
    },
    after: (_, act) => timers.push(act),
    stands: ({ note }) => notes.push(note),
  });
  const pass = (): void => timers.splice(0).forEach((act) => act());
  const state = (): string | undefined => raiser.ofCase(CASE)[0]?.state;
  return { raiser, asked, notes, state, pass, refreshed: () => refreshed };
}

const throws = (error: Error) => (): never => {
  throw error;
};

test("nothing is called done before the answer; the note follows it", async () => {
  const { raiser, asked, notes, state } = await caller([]);
  const done = raiser.raise(CALL);
  expect(state()).toBe("sending");
  expect(notes).toEqual([]);
  await raiser.raise(CALL);
  await done;
  expect(asked.length).toBe(1);
  expect(asked[0]).toMatchObject({ type: "raise", case_id: CASE, level: 3 });
  expect(JSON.stringify(asked)).not.toContain("golok");
  expect([state(), notes]).toEqual([undefined, ["dipanggil"]]);
});

test("a call whose answer was lost is asked for again under the same id", async () => {
  const { raiser, asked, notes, state } = await caller([throws(new Unanswered())]);
  await raiser.raise(CALL);
  expect([state(), notes]).toEqual(["waiting", []]);
  raiser.online();
  raiser.online();
  await until(() => state() === undefined);
  expect(asked.length).toBe(2);
  expect(asked[1]?.raise_id).toBe(asked[0]?.raise_id);
  expect(notes.length).toBe(1);
});

test("refused for now, it is tried again by itself", async () => {
  const { raiser, asked, notes, state, pass } = await caller([throws(refusal("not_stored"))]);
  void raiser.raise(CALL);
  await until(() => state() === "waiting");
  raiser.online();
  await until(() => {
    pass();
    return state() === undefined;
  });
  expect(asked.length).toBe(2);
  expect(asked[1]?.raise_id).toBe(asked[0]?.raise_id);
  expect(notes.length).toBe(1);
});

test("sealed to a key that is no longer the newest, it is sealed anew, once", async () => {
  const refused = throws(refusal("record_refused"));
  const { raiser, asked, notes, state, pass, refreshed } = await caller([refused, refused]);
  void raiser.raise(CALL);
  await until(() => {
    pass();
    return state() === "refused";
  });
  expect([asked.length, refreshed(), notes]).toEqual([2, 1, []]);
  expect(asked[1]?.record).not.toBe(asked[0]?.record);
});

test("refused for good it says so, and can be put away", async () => {
  const { raiser, notes, state } = await caller([throws(refusal("not_assigned"))]);
  await raiser.raise(CALL);
  expect([state(), notes]).toEqual(["refused", []]);
  const [refused] = raiser.ofCase(CASE);
  if (refused !== undefined) raiser.close(refused);
  expect(state()).toBeUndefined();
});

const SECOND: Call = { ...CALL, level: 2, note: "sekali lagi" };

test("a second call while the first is on its way is sent too, each under its own id", async () => {
  const lost = throws(new Unanswered());
  const { raiser, asked, notes } = await caller([lost, lost]);
  await Promise.all([raiser.raise(CALL), raiser.raise(SECOND)]);
  expect(raiser.ofCase(CASE).map(({ state }) => state)).toEqual(["waiting", "waiting"]);
  raiser.online();
  await until(() => notes.length === 2);
  expect(raiser.calls.size).toBe(0);
  const ids = asked.map(({ raise_id }) => raise_id);
  expect(new Set(ids).size).toBe(2);
  expect(ids.slice(2).sort()).toEqual(ids.slice(0, 2).sort());
});

test("a refused call gives way to the next one", async () => {
  const { raiser, notes } = await caller([throws(refusal("not_assigned"))]);
  await raiser.raise(CALL);
  await raiser.raise(SECOND);
  expect([raiser.calls.size, notes]).toEqual([0, ["sekali lagi"]]);
});

test("a newer key is fetched whenever the server names one, also after it was refused for now", async () => {
  const stale = throws(refusal("stale_roster"));
  const answers = [throws(refusal("not_stored")), stale, throws(refusal("slow_down")), stale];
  const { raiser, asked, notes, pass, refreshed } = await caller(answers);
  void raiser.raise(CALL);
  await until(() => {
    pass();
    return notes.length === 1;
  });
  expect([asked.length, refreshed()]).toEqual([5, 2]);
  expect(new Set(asked.map(({ raise_id }) => raise_id)).size).toBe(1);
});
