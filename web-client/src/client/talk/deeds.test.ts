import { expect, test } from "vitest";
import type { Link } from "../../lib/crypto/chain.ts";
import { REASON } from "../../lib/crypto/record.ts";
import { deedsOf } from "./deeds.ts";

const isSupervisor = (staffId: string): boolean => staffId !== "rini";

/** A record by its reason and by whom it lets read; of those, who joined. */
function link(epoch: number, reason: number, people: string[], joined: string[] = []): Link {
  return { record: { epoch, reason }, standing: { people, joined } } as unknown as Link;
}

const told = (...links: Link[]): (readonly [string, string])[] =>
  deedsOf(links, isSupervisor).map(({ what, staffId }) => [what, staffId]);

test("a supervisor who joins a counselor comes beside her", () => {
  expect(
    told(
      link(1, REASON.claim, ["rini"]),
      link(2, REASON.join, ["rini", "ratna"], ["ratna"]),
      link(3, REASON.leave, ["rini"]),
    ),
  ).toEqual([
    ["joined", "rini"],
    ["came", "ratna"],
    ["left", "ratna"],
  ]);
});

test("after a supervisor took over, nobody is told that a counselor is still here", () => {
  expect(
    told(
      link(1, REASON.claim, ["rini"]),
      link(2, REASON.transfer, ["ratna"]),
      link(3, REASON.join, ["ratna", "laksmi"], ["laksmi"]),
      link(4, REASON.leave, ["ratna"]),
    ),
  ).toEqual([
    ["joined", "rini"],
    ["took_over", "ratna"],
    ["joined", "laksmi"],
    ["left_chat", "laksmi"],
  ]);
});
