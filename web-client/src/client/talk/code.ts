// The code: made on demand, and the way back by it. Fetched when somebody asks for one.
import { equal, fromB64u, toB64u, type Bytes } from "../../lib/crypto/bytes.ts";
import { caseKeys, type CaseKeys } from "../../lib/crypto/chain.ts";
import { codeKeys, drawCode, unwrapClient, wrapClient } from "../../lib/crypto/code.ts";
import { kemKeys } from "../../lib/crypto/kem.ts";
import { isOwnBox, Refused } from "../../lib/crypto/refused.ts";
import { sigKeys } from "../../lib/crypto/sign.ts";
import type {
  LaneView,
  PutCode,
  Return,
  Returned,
  SessionView,
} from "../../lib/protocol/generated/wire.ts";
import type { CodeTrouble } from "../visit.ts";
import { call, mayTryAgain, Offline, RequestRefused } from "./api.ts";
import { ChatLane, type OwnKeys, type Taken } from "./lane.ts";
import type { Organisation } from "./organisation.ts";
import type { World } from "./world.ts";

/** A code that was drawn, with the request that makes it good; it may be repeated. */
export interface MadeCode {
  readonly digits: string;
  readonly put: PutCode;
}

/** Draws a code and wraps the client's keys under it. */
export async function makeCode(
  world: World,
  org: Organisation,
  token: string,
  { caseId }: CaseKeys,
  own: OwnKeys,
): Promise<MadeCode> {
  const { orgId, orgSalt, codeParams } = org.keys;
  const [params] = codeParams;
  if (params === undefined) throw new Refused("S2");
  const digits = drawCode(world.bytes);
  const { cred, wrap } = await codeKeys(world.stretch, digits, orgId, orgSalt, params);
  const secrets = { csigSeed: own.sig.seed, ckemSk: own.kem.sk };
  const blob = await wrapClient(wrap, world.bytes(12), orgId, caseId, secrets);
  return { digits, put: { token, cred: toB64u(cred), wrap: toB64u(blob) } };
}

/** A case that its code has opened. */
interface Unlocked {
  readonly returned: Returned;
  readonly keys: CaseKeys;
  readonly own: OwnKeys;
}

/** Her case with its records and the newest page, verified. */
export interface OpenedCase {
  readonly lane: ChatLane;
  readonly chat: LaneView;
  readonly taken: readonly Taken[];
  readonly session: SessionView;
}

/**
 * Opens the case of a code. Throws `RequestRefused` with `code_unknown` where there is none, and
 * `Refused` where what the server sends must not be trusted.
 */
export async function openCase(
  world: World,
  org: Organisation,
  token: string,
  digits: string,
): Promise<OpenedCase> {
  const { returned, keys, own } = await ask(world, org, token, digits);
  const { lanes, org: known, session } = returned.case;
  const lane = await ChatLane.empty(world, org, keys, own);
  const chat = lanes.find((one) => one.lane === 1);
  if (chat === undefined) throw new Refused("A5");
  await org.learn(known);
  await lane.accept(chat.records);
  return { lane, chat, session, taken: await lane.begin(chat.page) };
}

/** What she reads where a code opened nothing. */
export function troubleOf(error: unknown): CodeTrouble {
  if (error instanceof RequestRefused && error.code === "code_unknown") return "unknown";
  if (error instanceof RequestRefused && error.code === "slow_down") return "slow";
  if (error instanceof Offline || mayTryAgain(error)) return "offline";
  return isOwnBox(error) ? "box" : "refused";
}

async function ask(
  world: World,
  org: Organisation,
  token: string,
  digits: string,
): Promise<Unlocked> {
  const { orgId, orgSalt, codeParams } = org.keys;
  // Newest parameters first; an older code was stretched with older ones.
  for (const params of codeParams) {
    const { cred, wrap } = await codeKeys(world.stretch, digits, orgId, orgSalt, params);
    const body: Return = { cred: toB64u(cred), token, pow: null };
    try {
      const returned = await call<Returned>(world, "POST", "/api/return", body);
      return await unlock(orgId, wrap, returned);
    } catch (error) {
      if (!(error instanceof RequestRefused) || error.code !== "code_unknown") throw error;
    }
  }
  throw new RequestRefused("code_unknown");
}

async function unlock(orgId: Bytes, wrap: Bytes, returned: Returned): Promise<Unlocked> {
  const { case: view } = returned;
  const keys = await caseKeys(orgId, fromB64u(view.csig_pk), fromB64u(view.ckem_pk));
  if (toB64u(keys.caseId) !== view.case_id) throw new Refused("A2");
  const secrets = await unwrapClient(wrap, orgId, keys.caseId, fromB64u(returned.wrap));
  const own = { sig: await sigKeys(secrets.csigSeed), kem: await kemKeys(secrets.ckemSk) };
  if (!equal(own.sig.pk, keys.csigPk) || !equal(own.kem.pk, keys.ckemPk)) throw new Refused("A2");
  return { returned, keys, own };
}
