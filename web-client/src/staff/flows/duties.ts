// What every signed-in browser does quietly: open its group halves, box them for whoever lacks them;
// a supervisor's makes the groups that are lacking and renews the roster.
import { fromB64u, toB64u, type Bytes, type Random } from "../../lib/crypto/bytes.ts";
import {
  belongs,
  boxHalf,
  makeGroupRecord,
  openGroupRecord,
  openHalf,
  readGroupRecord,
} from "../../lib/crypto/group.ts";
import { kemKid, newKemKeys, type KemKeys } from "../../lib/crypto/kem.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import { GROUP_KINDS, newest, type GroupKind } from "../../lib/crypto/roster.ts";
import type { SigKeys, Verify } from "../../lib/crypto/sign.ts";
import { makeStatement } from "../../lib/crypto/statement.ts";
import type {
  BadGroupBox,
  GroupBox,
  GroupView,
  NewGroup,
  Statement,
} from "../../lib/protocol/generated/wire.ts";
import type { VaultKeys } from "../session/vault.ts";
import { memberOf, type Org } from "./org.ts";

/** The private halves that this person holds, by group and generation. */
export type Halves = ReadonlyMap<string, KemKeys>;

/** None, as before the first look at the organisation. */
export const NO_HALVES: Halves = new Map();

/** The name of a half in `Halves`. */
export const halfName = (kind: GroupKind, generation: number): string => `${kind}.${generation}`;

/** Halves that opened, and the own boxes that were not what the roster names. */
export interface OpenedHalves {
  readonly halves: Halves;
  /** Boxes that do not open, or open to another key: an alarm. */
  readonly wrong: readonly GroupBox[];
}

/** Opens one's own boxes against the public keys that rosters name. */
export async function openHalves(org: Org, kem: KemKeys): Promise<OpenedHalves> {
  const halves = new Map<string, KemKeys>();
  const wrong: GroupBox[] = [];
  for (const { kind, generation: gen, own } of org.view.groups) {
    const named = org.directories
      .flatMap(({ roster }) => roster.groups)
      .find((group) => group.kind === kind && group.gen === gen);
    if (own === null || named === undefined) continue;
    const sealed = { enc: fromB64u(own.enc), ct: fromB64u(own.ct) };
    try {
      const half = await openHalf({ orgId: org.orgId, kind, gen }, kem, named.kemPk, sealed);
      halves.set(halfName(kind, gen), half);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      wrong.push(own);
    }
  }
  return { halves, wrong };
}

/**
 * Gives up wrong boxes, so that a colleague's browser makes them anew; each once, since a colleague
 * whose half is wrong would make the same again and again. `told` holds those given up before.
 */
export async function giveUp(
  wrong: readonly GroupBox[],
  told: Set<string>,
  post: (bad: BadGroupBox) => Promise<unknown>,
): Promise<void> {
  for (const { kind, generation, ct } of wrong) {
    if (told.has(ct)) continue;
    await post({ kind, generation });
    told.add(ct);
  }
}

/** Boxes for colleagues who lack a half that this person holds and that fits their role. */
export async function boxesForColleagues(
  org: Org,
  halves: Halves,
  random: Random,
): Promise<GroupBox[]> {
  const boxes: GroupBox[] = [];
  for (const { kind, generation, staff_id } of org.view.missing) {
    const half = halves.get(halfName(kind, generation));
    const member = memberOf(org, staff_id);
    if (half === undefined || member === undefined || !belongs(kind, member.roles)) continue;
    boxes.push(await box(org.orgId, kind, generation, half, member.kemPk, random));
  }
  return boxes;
}

async function box(
  orgId: Bytes,
  kind: GroupKind,
  generation: number,
  half: KemKeys,
  to: Bytes,
  random: Random,
): Promise<GroupBox> {
  const { enc, ct } = await boxHalf({ orgId, kind, gen: generation }, half, to, random(32));
  const rkid = toB64u(await kemKid(to));
  return { kind, generation, rkid, enc: toB64u(enc), ct: toB64u(ct) };
}

/**
 * The groups that this supervisor's browser is to make: those that the roster lacks, unless one
 * waits for the next roster whose half she can open.
 */
export function lackingGroups(org: Org): GroupKind[] {
  const { current } = org;
  if (current === null) return [];
  const waiting = waitingViews(org).filter(({ own }) => own !== null);
  return GROUP_KINDS.filter(
    (kind) =>
      newest(current.roster, kind) === undefined && !waiting.some((made) => made.kind === kind),
  );
}

/** The next generation of a group, boxed to its members; escalation to recovery too. */
export async function makeGroup(
  { orgId, orgkeys, current, view }: Org,
  kind: GroupKind,
  keys: Pick<VaultKeys, "sig" | "kem">,
  random: Random,
): Promise<NewGroup> {
  if (orgkeys === null || current === null) throw new Error("there is no roster yet");
  // Also a generation that no roster came to name has its number.
  const made = view.groups.filter((one) => one.kind === kind);
  const gen = 1 + Math.max(0, ...made.map(({ generation }) => generation));
  const half = await newKemKeys(random);
  const readers = new Map<string, Bytes>();
  // She herself may not be in the roster yet: the admin signs her and the groups together.
  const others = current.members.filter(({ roles }) => belongs(kind, roles));
  for (const pk of [keys.kem.pk, ...others.map(({ kemPk }) => kemPk)]) {
    readers.set(toB64u(pk), pk);
  }
  if (kind === "escalation") readers.set(toB64u(orgkeys.recoveryPk), orgkeys.recoveryPk);
  const fields = { orgId, kind, gen, kemPk: half.pk, rosterVersion: current.roster.version };
  const { record, sig } = await makeGroupRecord(fields, keys.sig.seed);
  const boxes = await Promise.all(
    [...readers.values()].map((pk) => box(orgId, kind, gen, half, pk, random)),
  );
  return { record: toB64u(record), sig: toB64u(sig), boxes };
}

/** The renewal of the newest roster, by a roster key or by a supervisor in it. */
export async function renewal(org: Org, signer: SigKeys, now: number): Promise<Statement> {
  const { orgId, current } = org;
  if (current === null) throw new Error("there is no roster yet");
  const payload = {
    org_id: toB64u(orgId),
    roster_version: current.roster.version,
    hash: toB64u(current.roster.hash),
    issued: now,
  };
  return makeStatement("renew", payload, signer);
}

/** A group that a supervisor made and that no roster names yet. */
export interface NewGeneration {
  readonly kind: GroupKind;
  readonly gen: number;
  readonly kemPk: Bytes;
}

/**
 * What was made for the next roster, newest first; nothing of it is proven. What was made for an
 * earlier one was left alone then: whoever has gone since may hold its half. Throws `Refused` G1.
 */
export function waitingViews({ current, view }: Org): GroupView[] {
  if (current === null) return [];
  const { roster } = current;
  return view.groups
    .filter(({ kind, generation }) => generation > (newest(roster, kind)?.gen ?? 0))
    .filter(({ record }) => readGroupRecord(fromB64u(record)).rosterVersion === roster.version)
    .sort((a, b) => b.generation - a.generation);
}

/**
 * The groups that wait for the next roster: of each the newest generation that one of `supervisors`
 * (signing keys) signed and that is, where it is escalation, boxed to recovery. Throws `Refused` G1,
 * and G2 where generations wait and no supervisor signed any.
 */
export async function waitingGroups(
  verify: Verify,
  org: Org,
  supervisors: readonly Bytes[],
): Promise<NewGeneration[]> {
  const found = new Map<GroupKind, NewGeneration>();
  const views = waitingViews(org);
  for (const view of views) {
    if (found.has(view.kind)) continue;
    const checked = await checkedGroup(verify, org, view, supervisors);
    if (checked !== undefined) found.set(view.kind, checked);
  }
  if (views.some(({ kind }) => !found.has(kind))) throw new Refused("G2");
  return [...found.values()];
}

/** Undefined where none of the supervisors signed it. */
async function checkedGroup(
  verify: Verify,
  { orgId, orgkeys }: Org,
  view: GroupView,
  supervisors: readonly Bytes[],
): Promise<NewGeneration | undefined> {
  const [record, sig] = [fromB64u(view.record), fromB64u(view.sig)];
  for (const pk of supervisors) {
    try {
      const { kind, gen, kemPk, orgId: org } = await openGroupRecord(verify, record, sig, pk);
      const isHere = toB64u(org) === toB64u(orgId) && kind === view.kind && gen === view.generation;
      const recovery = orgkeys === null ? "" : toB64u(await kemKid(orgkeys.recoveryPk));
      const isSafe = kind === "team" || view.holders.includes(recovery);
      if (!isHere || !isSafe) throw new Refused("G1");
      return { kind, gen, kemPk };
    } catch (error) {
      // Another supervisor's key may fit; only a wrong signature lets the search go on.
      if (!(error instanceof Refused) || error.rule !== "G2") throw error;
    }
  }
  return undefined;
}
