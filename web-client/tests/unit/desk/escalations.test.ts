// What a supervisor's desk does with escalations, against a server that answers or refuses.
import { expect, test } from "vitest";
import { systemRandom } from "../../../src/lib/crypto/bytes.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type {
  EscalationView,
  RaiseView,
  StaffCommand,
} from "../../../src/lib/protocol/generated/wire.ts";
import type { StaffWelcome } from "../../../src/staff/chats.svelte.ts";
import { EscalationDesk } from "../../../src/staff/escalations.svelte.ts";
import { queueOf } from "../../../src/staff/state/escalations.ts";
import { testOrganisation } from "../talk/organisation.ts";
import { NOW, orgOf, refusal } from "./case.ts";

const ONE = {
  ...{ escalation_id: "e", case_id: "k", level: 3, by_staff: false, not_yet_spoken_to: false },
  ...{ opened_at: 0, state: "raised", due: 9, acknowledged: null, owner: null, resolved: null },
  ...{ outcome: null, follow_up: null, client_left: null, raises: [] },
} as EscalationView;
const BY_SARI: EscalationView = {
  ...{ ...ONE, state: "acknowledged", due: null },
  acknowledged: { by: "sari", at: 5 },
};

async function supervisor(answer: (command: StaffCommand) => unknown) {
  const org = await orgOf(await testOrganisation(systemRandom, NOW));
  const asked: StaffCommand[] = [];
  const desk = new EscalationDesk({
    ...{ staffId: "ratna", isSupervisor: () => true, verify: verifyHere },
    org: () => ({ ...org, names: new Map([["sari", "Sari"]]) }),
    halves: () => new Map(),
    request: (command) => {
      asked.push(command);
      return Promise.resolve().then(() => answer(command));
    },
  });
  const pages = [{ minute: 3, count: 1, oldest_due: 9, alone: 0 }];
  const welcome = { escalations: [ONE], escalations_open: 1, pages, supervisors: 1 };
  desk.welcome(welcome as unknown as StaffWelcome);
  return { desk, asked };
}

test("what the server answers stands at once", async () => {
  const { desk, asked } = await supervisor(() => ({ escalation: BY_SARI }));
  expect(desk.waiting).toBe(1);
  expect(await desk.acknowledge(ONE)).toBe(true);
  expect(asked).toEqual([{ type: "acknowledge", escalation_id: "e" }]);
  expect(desk.waiting).toBe(0);
});

test("who was first is said by name, once this desk has heard it", async () => {
  const { desk } = await supervisor(() => {
    throw refusal("escalation_acknowledged");
  });
  expect(await desk.acknowledge(ONE)).toBe(false);
  expect(desk.said.get("e")).toEqual({ key: "desk.error.changed" });
  desk.event({ type: "escalation", escalation: BY_SARI });
  await desk.acknowledge(ONE);
  expect(desk.said.get("e")).toEqual({
    ...{ key: "desk.supervisor.queue.taken", values: { name: "Sari" } },
  });
});

test("taking over names the owner whom she has seen", async () => {
  const owned = { ...BY_SARI, state: "owned", owner: { by: "sari", at: 6 } } as EscalationView;
  const { desk, asked } = await supervisor(() => ({ escalation: owned }));
  await desk.own(ONE);
  await desk.own(owned);
  expect(asked.map((command) => command.type === "own" && command.from)).toEqual([null, "sari"]);
});

test("a page is shown until the server knows that it was", async () => {
  let isStored = false;
  const { desk, asked } = await supervisor(() => {
    if (!isStored) throw refusal("not_stored");
    return { type: "done" };
  });
  await desk.pagesShown();
  expect(desk.known.unseen).toEqual([3]);
  isStored = true;
  await desk.pagesShown();
  expect(desk.known.unseen).toEqual([]);
  expect(asked).toEqual([3, 3].map((minute) => ({ type: "page_seen", minute })));
});

const raise = (raise_id: string, source: RaiseView["source"]): RaiseView => ({
  ...{ raise_id, source, by: null, level: 3, at: 0, record: null, sig: null },
});

test("a raise that comes with the answer to her deed is opened too, and makes no sound", async () => {
  const answer: EscalationView = { ...ONE, raises: [raise("r", "counselor")] };
  const { desk } = await supervisor(() => ({ escalation: answer }));
  const { alerts } = desk;
  await desk.acknowledge(ONE);
  // Its row does not open at the server: that is said, and the escalation stands all the same.
  await expect.poll(() => desk.reasons.get("r")).toEqual({ is: "refused" });
  expect(desk.known.all).toEqual([answer]);
  expect(desk.alerts).toBe(alerts);
});

test("whoever answers for it hears that the client says it again", async () => {
  const { desk } = await supervisor(() => undefined);
  const owned = { ...BY_SARI, state: "owned", owner: { by: "sari", at: 6 } } as EscalationView;
  const told = (...raises: RaiseView[]): number => {
    desk.event({ type: "escalation", escalation: { ...owned, raises } });
    return desk.alerts;
  };
  const once = told(raise("1", "client_button"));
  expect(told(raise("1", "client_button"), raise("2", "counselor"))).toBe(once);
  expect(told(raise("1", "client_button"), raise("3", "client_button"))).toBe(once + 1);
});

test("only what must be answered anew makes a sound", async () => {
  const { desk } = await supervisor(() => undefined);
  const before = desk.alerts;
  desk.event({ type: "escalation", escalation: { ...ONE, client_left: 7 } });
  desk.event({ type: "escalation", escalation: BY_SARI });
  expect(desk.alerts).toBe(before);
  desk.event({ type: "escalation", escalation: { ...ONE, due: 99 } });
  desk.event({ type: "escalation", escalation: { ...ONE, escalation_id: "f" } });
  expect(desk.alerts).toBe(before + 2);
  expect(queueOf(desk.known).length).toBe(2);
});
