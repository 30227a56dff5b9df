// A counselor's world around one case of tests.
import { systemRandom, toB64u } from "../../../src/lib/crypto/bytes.ts";
import { kemKid } from "../../../src/lib/crypto/kem.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { ChatsWorld } from "../../../src/staff/case/lanes.ts";
import { testOrganisation } from "../talk/organisation.ts";
import { NOW, TestCase } from "./case.ts";

/** Lets what was begun go on until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setImmediate(done));
}

export interface Desk {
  readonly one: TestCase;
  readonly world: ChatsWorld;
}

export async function desk(): Promise<Desk> {
  const organisation = await testOrganisation(systemRandom, NOW);
  const one = await TestCase.opened(organisation);
  const { counselor, team } = organisation;
  const [own, teamKid] = [await kemKid(counselor.kem.pk), await kemKid(team.pk)];
  const world: ChatsWorld = {
    ...{ verify: verifyHere, random: systemRandom, now: () => NOW, sig: counselor.sig },
    ...{ staffId: counselor.id, name: "Rini", request: one.request, after: () => () => undefined },
    ring: {
      kem: counselor.kem,
      kemKid: () => toB64u(own),
      team: (kid) => (kid === toB64u(teamKid) ? team : undefined),
      escalation: () => undefined,
    },
    org: () => one.org,
    refreshOrg: () => Promise.resolve(),
  };
  return { one, world };
}
