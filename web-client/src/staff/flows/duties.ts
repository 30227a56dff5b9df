// What every signed-in browser does quietly: open its group halves, box them for whoever lacks them;
// a supervisor's makes the first generation of both groups and renews the roster.
import { fromB64u, toB64u, type Bytes, type Random } from "../../lib/crypto/bytes.ts";
import {
  belongs,
  boxHalf,
  makeGroupRecord,
  openGroupRecord,
  openHalf,
} from "../../lib/crypto/group.ts";
import { kemKid, newKemKeys, type KemKeys } from "../../lib/crypto/kem.ts";
import { Refused } from "../../lib/crypto/refused.ts";
import { GROUP_KINDS, type GroupKind } from "../../lib/crypto/roster.ts";
import type { SigKeys, Verify } from "../../lib/crypto/sign.ts";
import { makeStatement } from "../../lib/crypto/statement.ts";
import type {
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

/** Halves that opened, and whether any box was not what the roster names. */
export interface OpenedHalves {
  readonly halves: Halves;
  /** A box does not open, or opens to another key: an alarm. */
  readonly isWrong: boolean;
}

/** Opens one's own boxes against the public keys that rosters name. */
export async function openHalves(org: Org, kem: KemKeys): Promise<OpenedHalves> {
  const halves = new Map<string, KemKeys>();
  let isWrong = false;
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
      isWrong = true;
    }
  }
  return { halves, isWrong };
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

/** Whether this supervisor's browser is to make the first generation of both groups. */
export function needsFirstGroups(org: Org): boolean {
  return org.current !== null && org.view.groups.length === 0;
}

/** The first generation of both groups, boxed to their members; escalation to recovery too. */
export async function firstGroups(
  org: Org,
  keys: Pick<VaultKeys, "sig" | "kem">,
  random: Random,
): Promise<NewGroup[]> {
  const { orgId, orgkeys, current } = org;
  if (orgkeys === null || current === null) throw new Error("there is no roster yet");
  return Promise.all(
    GROUP_KINDS.map(async (kind) => {
      const half = await newKemKeys(random);
      const readers = new Map<string, Bytes>();
      // She herself may not be in the roster yet: the admin signs her and the groups together.
      const others = current.members.filter(({ roles }) => belongs(kind, roles));
      for (const pk of [keys.kem.pk, ...others.map(({ kemPk }) => kemPk)]) {
        readers.set(toB64u(pk), pk);
      }
      if (kind === "escalation") readers.set(toB64u(orgkeys.recoveryPk), orgkeys.recoveryPk);
      const fields = { orgId, kind, gen: 1, kemPk: half.pk, rosterVersion: current.roster.version };
      const { record, sig } = await makeGroupRecord(fields, keys.sig.seed);
      const boxes = await Promise.all(
        [...readers.values()].map((pk) => box(orgId, kind, 1, half, pk, random)),
      );
      return { record: toB64u(record), sig: toB64u(sig), boxes };
    }),
  );
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
 * The groups that wait for the next roster, each signed by one of `supervisors` (signing keys) and,
 * where it is escalation, boxed to recovery. Throws `Refused` G1 or G2.
 */
export async function waitingGroups(
  verify: Verify,
  org: Org,
  supervisors: readonly Bytes[],
): Promise<NewGeneration[]> {
  const known = org.current?.roster.groups ?? [];
  const waiting = org.view.groups.filter(
    ({ kind, generation }) => !known.some((one) => one.kind === kind && one.gen === generation),
  );
  return Promise.all(waiting.map((view) => checkedGroup(verify, org, view, supervisors)));
}

async function checkedGroup(
  verify: Verify,
  { orgId, orgkeys }: Org,
  view: GroupView,
  supervisors: readonly Bytes[],
): Promise<NewGeneration> {
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
  throw new Refused("G2");
}
