// How long a client's page relies on the staff list: by whose renewal, and only with her entry.
import { expect, test } from "vitest";
import { NoRoster, Organisation } from "../../../src/client/talk/organisation.ts";
import type { World } from "../../../src/client/talk/world.ts";
import { fromB64u, systemRandom, toB64u } from "../../../src/lib/crypto/bytes.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import type { SigKeys } from "../../../src/lib/crypto/sign.ts";
import { makeStatement } from "../../../src/lib/crypto/statement.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { OrgState } from "../../../src/lib/protocol/generated/wire.ts";
import { testOrganisation, type TestOrganisation } from "./organisation.ts";

const DAY = 86_400_000;
const ISSUED = 1_790_000_000_000;
/** The roster's own time and the fortnight after it are over. */
const NOW = ISSUED + 30 * DAY;

function visitor(org: TestOrganisation, state: OrgState): Promise<Organisation> {
  const world = {
    fetch: () => Promise.resolve(new Response(JSON.stringify(state))),
    now: () => NOW,
    verify: verifyHere,
  } as unknown as World;
  return Organisation.fetch(world, { orgId: org.orgId, rootPk: org.root.pk });
}

async function renewed(org: TestOrganisation, signer: SigKeys, entry: string): Promise<OrgState> {
  const payload = {
    org_id: toB64u(org.orgId),
    roster_version: 1,
    hash: toB64u(await H(fromB64u(org.roster.p))),
    issued: NOW - DAY,
  };
  const renewal = await makeStatement("renew", payload, signer);
  return { ...org.state, renewal, entries: [entry], now: NOW };
}

test("a supervisor's renewal keeps the line open", async () => {
  const org = await testOrganisation(systemRandom, ISSUED);
  const state = await renewed(org, org.supervisor.sig, org.supervisor.entry);
  const { validity } = await visitor(org, state);
  expect(validity).toEqual({ state: "valid", until: NOW + 6 * DAY, isEnding: false });
  // Without her entry nobody can tell who signed.
  await expect(visitor(org, { ...state, entries: [] })).rejects.toThrow(NoRoster);
});

test("a renewal by a counselor, or by somebody whom the roster does not name, counts for nothing", async () => {
  const org = await testOrganisation(systemRandom, ISSUED);
  const [counselor] = org.at.entries;
  const byCounselor = await renewed(org, org.counselor.sig, counselor ?? "");
  await expect(visitor(org, byCounselor)).rejects.toThrow(NoRoster);
  const stranger = await testOrganisation(systemRandom, ISSUED);
  const byStranger = await renewed(org, stranger.supervisor.sig, stranger.supervisor.entry);
  await expect(visitor(org, byStranger)).rejects.toThrow(NoRoster);
});
