import { expect, test } from "vitest";
import type { EscalationView, SessionView } from "../../lib/protocol/generated/wire.ts";
import type { Chat } from "../state/desk.ts";
import { NO_ESCALATIONS } from "../state/escalations.ts";
import { labelOf } from "./label.ts";
import { heldBy } from "./leaving.ts";

const [A, B] = ["AQEBAQEBAQEBAQEBAQEBAQ", "AgICAgICAgICAgICAgICAg"];
const isMine = (by: string): boolean => by === "ratna";

function chat(caseId: string, counselor: string, joined: readonly string[] = []): Chat {
  const session = { state: "active", counselor, joined: joined.map((staff_id) => ({ staff_id })) };
  return { caseId, ready: true, session: session as unknown as SessionView };
}

function owned(case_id: string, by: string, state: EscalationView["state"]): EscalationView {
  return { case_id, state, owner: { by, at: 0 } } as EscalationView;
}

const held = (chats: readonly Chat[], ...all: EscalationView[]) =>
  heldBy({ chats, staffId: "ratna" }, { ...NO_ESCALATIONS, all }, isMine).map(({ key, values }) => [
    key,
    values?.["names"],
  ]);

test("who only reads holds nothing", () => {
  expect(
    held([chat(A, "rini")], owned(A, "laksmi", "owned"), owned(B, "ratna", "resolved")),
  ).toEqual([]);
});

test("what she has, has joined, or owns is named", () => {
  expect(held([chat(A, "ratna"), chat(B, "rini", ["ratna"])], owned(B, "ratna", "owned"))).toEqual([
    ["desk.signin.out_chats", `${labelOf(A)}, ${labelOf(B)}`],
    ["desk.signin.out_escalations", labelOf(B)],
  ]);
});
