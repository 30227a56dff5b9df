// A counselor's desk whose server refuses for a moment, or whose line breaks.
import { expect, test } from "vitest";
import type { StaffCommand } from "../../../src/lib/protocol/generated/wire.ts";
import type { ChatsWorld } from "../../../src/staff/case/lanes.ts";
import type { StaffWelcome } from "../../../src/staff/chats.svelte.ts";
import { Counselor } from "../../../src/staff/counselor.svelte.ts";
import type { TestCase } from "./case.ts";
import { desk, until } from "./desk.ts";

const BUSY = ["not_stored", "slow_down", "internal"];

interface Claimed {
  readonly one: TestCase;
  readonly world: ChatsWorld;
  readonly she: Counselor;
  /** What waits for its time is done. */
  readonly pass: () => void;
}

/** A desk with one chat, its clock in the test's hand. */
async function claimed(): Promise<Claimed> {
  const { one, world: begun } = await desk();
  await one.clientSays("halo");
  const timers: (() => void)[] = [];
  const request = async (command: StaffCommand): Promise<unknown> =>
    command.type === "claim" ? { case: await one.view(true) } : begun.request(command);
  const after = (_: number, act: () => void) => {
    timers.push(act);
    return () => void timers.splice(timers.indexOf(act) >>> 0, 1);
  };
  const world = { ...begun, request, after };
  const she = new Counselor(world);
  she.welcome(welcome(one, "opening"));
  await until(() => she.desk.chats[0]?.ready === true);
  await one.clientFollows();
  return { one, world, she, pass: () => timers.splice(0).forEach((act) => act()) };
}

function welcome(one: TestCase, state: "opening" | "active" | "ended"): StaffWelcome {
  return {
    ...{ type: "staff_welcome", staff_id: one.test.counselor.id, status: "available", limit: 3 },
    ...{
      queue: { items: [], waiting: 0, next: null },
      has_keys: true,
      openings: [],
      left_behind: [],
    },
    cases: [{ case_id: one.id, session: one.session(state), last_seq: 0 }],
  } as unknown as StaffWelcome;
}

const states = (she: Counselor, one: TestCase): string[] =>
  (she.talks.get(one.id)?.lines ?? []).flatMap(({ kind, author, state }) =>
    kind === 1 && author.by === "self" ? [state] : [],
  );

test.each(BUSY)(
  "refused with %s while it catches up, the desk asks again and sends",
  async (code) => {
    const { one, she, pass } = await claimed();
    she.lost();
    she.setDraft(one.id, 1, "saya di sini");
    she.send(one.id);
    const asked = (): number => one.commands.filter(({ type }) => type === "case").length;
    one.refuse.set("case", code);
    she.welcome(welcome(one, "active"));
    await until(() => asked() === 1);
    await until(() => !one.refuse.has("case"));
    expect(states(she, one)).toEqual(["sending"]);
    await until(() => {
      pass();
      return asked() === 2;
    });
    await until(() => states(she, one)[0] === "stored");
  },
);

test.each(BUSY)(
  "refused with %s while it opens a chat, the desk asks again and opens it",
  async (code) => {
    const { one, world, pass } = await claimed();
    // The page was loaded anew: it has nothing of the case yet.
    const she = new Counselor(world);
    one.refuse.set("case", code);
    she.welcome(welcome(one, "active"));
    await until(() => {
      pass();
      return she.desk.chats[0]?.ready === true;
    });
    expect(she.talks.get(one.id)?.alarm).toBeNull();
  },
);

test("a broken line calls the asking off; the next welcome begins it anew", async () => {
  const { one, she, pass } = await claimed();
  one.refuse.set("case", "internal");
  const before = one.commands.length;
  she.welcome(welcome(one, "active"));
  await until(() => !one.refuse.has("case"));
  await new Promise((done) => setImmediate(done));
  she.lost();
  pass();
  await new Promise((done) => setImmediate(done));
  expect(one.commands.length).toBe(before + 1);
});
