// A new case: keys, the first epoch, consent and answers, in one request that may be repeated.
import { toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { caseKeys } from "../../lib/crypto/chain.ts";
import { newKemKeys } from "../../lib/crypto/kem.ts";
import { KIND } from "../../lib/crypto/message.ts";
import { newSigKeys } from "../../lib/crypto/sign.ts";
import type { Envelope, Opened, Opening } from "../../lib/protocol/generated/wire.ts";
import { sealOwn } from "../../lib/talk/sender.ts";
import type { Start } from "../visit.ts";
import { call } from "./api.ts";
import { consentBody, intakeBody } from "./bodies.ts";
import { ChatLane } from "./lane.ts";
import type { Organisation } from "./organisation.ts";
import type { World } from "./world.ts";

/** A case that is ready to be posted, as often as it takes. */
export interface Prepared {
  readonly lane: ChatLane;
  readonly opening: Opening;
}

/** Makes the keys and everything that goes with the opening. */
export async function prepare(
  world: World,
  org: Organisation,
  token: string,
  start: Start,
  consent: string,
): Promise<Prepared> {
  const own = { sig: await newSigKeys(world.bytes), kem: await newKemKeys(world.bytes) };
  const keys = await caseKeys(org.keys.orgId, own.sig.pk, own.kem.pk);
  const lane = await ChatLane.empty(world, org, keys, own);
  const epoch = await lane.makeForTeam();
  await lane.accept([epoch]);
  const messages = await seal(world, lane, [
    [KIND.consent, consentBody(consent, start.language)],
    [KIND.intake, intakeBody(start.intake)],
  ]);
  const opening: Opening = {
    token,
    csig_pk: toB64u(own.sig.pk),
    ckem_pk: toB64u(own.kem.pk),
    epoch,
    routing: { language: start.language, level: start.level },
    pow: null,
    messages,
  };
  return { lane, opening };
}

async function seal(
  world: World,
  lane: ChatLane,
  bodies: readonly (readonly [kind: number, body: Bytes])[],
): Promise<Envelope[]> {
  const key = lane.key(0);
  if (key === undefined) throw new Error("the first epoch has no key");
  const envelopes: Envelope[] = [];
  for (const [i, [kind, body]] of bodies.entries()) {
    const draft = { msgId: toB64u(world.bytes(16)), kind, body, ts: world.now() };
    envelopes.push((await sealOwn(lane, lane.writer, { epoch: 0, key }, draft, i + 1)).envelope);
  }
  return envelopes;
}

/** Posts the opening. Repeating it with the same token is answered the same. */
export const post = (world: World, { opening }: Prepared): Promise<Opened> =>
  call<Opened>(world, "POST", "/api/sessions", opening);
