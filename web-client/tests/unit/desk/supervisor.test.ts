// Break glass at a supervisor's desk, against a server that answers, asks for a code, or refuses.
import { expect, test } from "vitest";
import type {
  CaseView,
  OpeningView,
  StaffCommand,
} from "../../../src/lib/protocol/generated/wire.ts";
import { Unanswered } from "../../../src/lib/realtime/connection.ts";
import type { Chats, StaffWelcome } from "../../../src/staff/chats.svelte.ts";
import { Supervisor } from "../../../src/staff/supervisor.svelte.ts";
import { NOW, refusal } from "./case.ts";

const MINUTE = 60_000;
const CASE = { case_id: "k" } as CaseView;

function opening(over: Partial<OpeningView> = {}): OpeningView {
  return {
    ...{ opening_id: "o", case_id: "k", by: "ratna", reason: "danger", state: "asked" },
    ...{ asked_at: 0, alone_from: 120, ends: NOW * 2, approved: null, opened_at: null },
    ...{ alone: false, countersign_before: null, countersigned: null },
    ...over,
  };
}

/** A desk whose server answers as `answer` says, and what was done in her chats. */
function desk(answer: (command: StaffCommand) => unknown, factorAt: number | null = NOW - MINUTE) {
  const asked: StaffCommand[] = [];
  const done: string[] = [];
  const note = (what: string) => (): Promise<boolean> => {
    done.push(what);
    return Promise.resolve(true);
  };
  const chats = {
    read: note("read"),
    requeue: note("requeue"),
    seat: (_: string, deed: string) => note(deed)(),
    opening: ({ state }: OpeningView) => void note(`opening ${state}`)(),
    toFront: () => undefined,
    close: () => void note("close")(),
  } as unknown as Chats;
  const request = (command: StaffCommand): Promise<unknown> => {
    asked.push(command);
    return Promise.resolve().then(() => answer(command));
  };
  const world = { staffId: "ratna", factorAt, now: () => NOW, random: () => new Uint8Array(16) };
  const her = new Supervisor({ ...world, request }, chats);
  her.welcome({ openings: [], left_behind: [], board: null } as unknown as StaffWelcome);
  const types = (): string[] => asked.map(({ type }) => type);
  return { her, asked, done, types };
}

const open = (command: StaffCommand): unknown =>
  command.type === "break_glass"
    ? { opening: opening({ ...idOf(command), state: "open", opened_at: NOW }), case: CASE }
    : command.type === "confirm"
      ? { type: "done" }
      : { opening: opening({ state: "closed" }) };

function idOf({ opening_id, reason }: Extract<StaffCommand, { type: "break_glass" }>) {
  return { opening_id, reason };
}

test("with a fresh factor no code is asked for, and the case is read", async () => {
  const { her, asked, done } = desk(open);
  expect(await her.ask("k", "read")).toBe(false);
  expect(her.question).toMatchObject({ deed: "open", reason: null, code: false });
  expect(await her.answer("danger", "")).toBe(true);
  expect(asked).toMatchObject([{ type: "break_glass", case_id: "k", reason: "danger" }]);
  expect(done).toEqual(["opening open", "read"]);
  expect(her.question).toBeNull();
  // What is open already is not asked about again.
  expect(await her.ask("k", "read")).toBe(true);
  expect(her.question).toBeNull();
});

test.each([null, NOW - 5 * MINUTE])("with a factor given at %s a code comes first", async (at) => {
  const { her, types } = desk(open, at);
  await her.ask("k", "read");
  expect(her.question?.code).toBe(true);
  await her.answer("danger", "123456");
  expect(types()).toEqual(["confirm", "break_glass"]);
  // It counts for what follows.
  await her.ask("other", "read");
  expect(her.question?.code).toBe(false);
});

test("a wrong code is said, and nothing is opened", async () => {
  const { her, types } = desk((command) => {
    if (command.type === "confirm") throw refusal("totp_failed");
    return open(command);
  }, null);
  await her.ask("k", "read");
  expect(await her.answer("danger", "000000")).toBe(false);
  expect(her.question).toMatchObject({
    ...{ is: "refused", code: true, said: { key: "desk.signin.error.code" } },
  });
  expect(types()).toEqual(["confirm"]);
  // Nothing was asked for yet: she may give another reason.
  expect(her.question).toMatchObject({ reason: null });
});

test("where the server asks for a factor, the same opening is asked for with a code", async () => {
  let isStale = true;
  const { her, asked } = desk((command) => {
    if (command.type === "confirm") isStale = false;
    if (command.type === "break_glass" && isStale) throw refusal("factor_needed");
    return open(command);
  });
  await her.ask("k", "read");
  expect(await her.answer("danger", "")).toBe(false);
  expect(her.question?.code).toBe(true);
  expect(await her.answer("danger", "123456")).toBe(true);
  const ids = asked.flatMap((one) => (one.type === "break_glass" ? [one.opening_id] : []));
  expect(new Set(ids).size).toBe(1);
});

test.each(["not_stored", "slow_down", ""])(
  "a code that was right is not asked for again after '%s' behind it",
  async (code) => {
    let isRefused = true;
    const { her, types } = desk((command) => {
      if (command.type === "break_glass" && isRefused)
        throw code ? refusal(code) : new Unanswered();
      return open(command);
    }, null);
    await her.ask("k", "read");
    expect(await her.answer("danger", "123456")).toBe(false);
    expect(her.question).toMatchObject({ is: "refused", code: false });
    isRefused = false;
    expect(await her.answer("", "")).toBe(true);
    expect(types()).toEqual(["confirm", "break_glass", "break_glass"]);
  },
);

test("what she cancels while the code is on its way is not opened", async () => {
  const { her, types } = desk(open, null);
  await her.ask("k", "read");
  const answered = her.answer("danger", "123456");
  her.stay();
  expect(await answered).toBe(false);
  expect(types()).toEqual(["confirm"]);
  expect(her.question).toBeNull();
});

test("what she cancels once it was sent is open, and no more is done with it", async () => {
  const { her, done } = desk(open);
  await her.ask("k", "take");
  const answered = her.answer("", "");
  her.stay();
  expect(await answered).toBe(false);
  expect(done).toEqual(["opening open", "read"]);
});

test.each(["", "not_stored", "factor_needed"])(
  "the next question stays, whatever ('%s') becomes of the one before",
  async (code) => {
    const { her } = desk((command) => {
      if (code !== "") throw refusal(code);
      return open(command);
    });
    await her.ask("k", "read");
    const answered = her.answer("danger", "");
    her.stay();
    await her.ask("other", "read");
    await answered;
    expect(her.question).toMatchObject({ caseId: "other", is: "asking" });
  },
);

test("a deed that asked nothing at first puts no question away", async () => {
  const { her } = desk(() => {
    throw refusal("factor_needed");
  });
  const approved = her.approve(opening({ by: "sari" }));
  await her.ask("other", "read");
  await approved;
  expect(her.question).toMatchObject({ caseId: "other", is: "asking" });
  expect(her.said.get("o")).toEqual({ key: "desk.supervisor.break_glass.code_old" });
});

test("without an escalation it waits; a colleague's word lets it be opened under the same id", async () => {
  let isApproved = false;
  const { her, done } = desk((command) => {
    if (command.type !== "break_glass") return { opening: opening() };
    const id = idOf(command);
    if (!isApproved) return { opening: opening(id), case: null };
    return { opening: opening({ ...id, state: "open", opened_at: NOW }), case: CASE };
  });
  await her.ask("k", "read");
  expect(await her.answer("coaching", "")).toBe(false);
  const [waiting] = her.openings;
  expect(waiting).toMatchObject({ state: "asked", reason: "coaching" });
  expect(done).toEqual(["opening asked"]);
  isApproved = true;
  const before = her.alerts;
  const approved: OpeningView = { ...opening(), ...waiting, state: "approved" };
  her.event({ type: "opening", opening: approved });
  expect(her.alerts).toBe(before + 1);
  expect(await her.open(approved)).toBe(true);
  expect(done).toContain("read");
});

test("a colleague's ask is heard and counted; approving with an old factor asks for a code", async () => {
  const hers = opening({ by: "sari" });
  const { her, types } = desk((command) => {
    if (command.type === "approve_opening") return { opening: { ...hers, state: "approved" } };
    return { type: "done" };
  }, null);
  her.event({ type: "opening", opening: hers });
  expect([her.alerts, her.waiting]).toEqual([1, 1]);
  await her.approve(hers);
  expect(her.question).toMatchObject({ deed: "approve", code: true });
  await her.answer("", "123456");
  expect(types()).toEqual(["confirm", "approve_opening"]);
  expect(her.waiting).toBe(0);
});

test.each([
  ["own_opening", "desk.supervisor.break_glass.not_self"],
  ["opening_over", "desk.supervisor.break_glass.over"],
  ["not_found", "desk.error.case_gone"],
])("refused with %s, it is said at the opening", async (code, key) => {
  const { her } = desk(() => {
    throw refusal(code);
  });
  expect(await her.approve(opening())).toBe(false);
  expect(her.said.get("o")).toEqual({ key });
});

test("a left-behind case is opened for that reason and taken over", async () => {
  const { her, asked, done } = desk(open);
  await her.ask("k", "take");
  expect(her.question).toMatchObject({ reason: "left_behind" });
  expect(await her.answer("left_behind", "")).toBe(true);
  expect(asked).toMatchObject([{ type: "break_glass", reason: "left_behind" }]);
  expect(done).toEqual(["opening open", "read", "take_over"]);
});

test("a left-behind case goes back into the queue and out of her sight", async () => {
  const { her, types, done } = desk(open);
  await her.ask("k", "requeue");
  expect(await her.answer("left_behind", "")).toBe(false);
  expect(types()).toEqual(["break_glass", "close_opening"]);
  expect(done.slice(-1)).toEqual(["close"]);
});

test("the board is whole at the welcome, changes bit by bit, and says since when it is old", () => {
  const { her } = desk(open);
  const class3 = { class: 3, people: 1, since: NOW };
  const board = { waiting: [class3], active: 2, counselors: [], gone: [] };
  her.welcome({ openings: [], left_behind: [], board } as unknown as StaffWelcome);
  her.event({ type: "board", board: { ...board, waiting: [], active: 3 } });
  expect(her.board).toEqual({ waiting: [class3], active: 3, counselors: [] });
  her.lost();
  expect(her.lostAt).toBe(NOW);
  her.welcome({ openings: [], left_behind: [], board } as unknown as StaffWelcome);
  expect([her.lostAt, her.board.active]).toEqual([null, 2]);
});

test("what she reads already is not put back at one press", async () => {
  const { her, types, done } = desk(open);
  await her.ask("k", "read");
  await her.answer("left_behind", "");
  await her.ask("k", "requeue");
  expect(her.question).toMatchObject({ deed: "requeue", code: false });
  expect(done).not.toContain("requeue");
  her.stay();
  await her.ask("k", "requeue");
  expect(await her.answer("", "")).toBe(false);
  expect(her.question).toBeNull();
  expect(types()).toEqual(["break_glass", "close_opening"]);
  expect(done.slice(-3)).toEqual(["requeue", "opening closed", "close"]);
});
