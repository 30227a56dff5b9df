// `orgkeys`, signed by the offline root: who may sign rosters, and what every page must know.
import { equal, type Bytes } from "./bytes.ts";
import type { CodeParams } from "./code.ts";
import { bytes, list, object, whole } from "./fields.ts";
import { demand } from "./refused.ts";
import { openStatement, type Opened, type Statement } from "./statement.ts";
import type { Verify } from "./sign.ts";

/** A root that was replaced, with the last `orgkeys` that it signed. */
export interface FormerRoot {
  readonly rootPk: Bytes;
  readonly version: number;
  readonly hash: Bytes;
}

export interface OrgKeys {
  readonly orgId: Bytes;
  readonly version: number;
  readonly hash: Bytes;
  /** The root that signed it. */
  readonly rootPk: Bytes;
  readonly rosterKeys: readonly Bytes[];
  /** Newest first. */
  readonly codeParams: readonly CodeParams[];
  readonly orgSalt: Bytes;
  readonly recoveryPk: Bytes;
  readonly opaquePk: Bytes;
  readonly former: readonly FormerRoot[];
}

function codeParams(value: unknown): CodeParams {
  const fields = object(value);
  return { m: whole(fields["m"]), t: whole(fields["t"]), p: whole(fields["p"]) };
}

function formerRoot(value: unknown): FormerRoot {
  const fields = object(value);
  return {
    rootPk: bytes(fields["root_pk"], 32),
    version: whole(fields["version"]),
    hash: bytes(fields["hash"], 32),
  };
}

/** Opens `orgkeys` that must be signed by this root; throws `Refused` S1 to S4. */
export async function openOrgKeys(
  verify: Verify,
  orgId: Bytes,
  rootPk: Bytes,
  statement: Statement,
): Promise<OrgKeys> {
  return readOrgKeys(await openStatement(verify, "orgkeys", statement, [rootPk], orgId), orgId);
}

function readOrgKeys({ payload: fields, hash, signer }: Opened, orgId: Bytes): OrgKeys {
  return {
    orgId,
    version: whole(fields["version"]),
    hash,
    rootPk: signer,
    rosterKeys: list(fields["roster_keys"], (pk) => bytes(pk, 32)),
    codeParams: list(fields["code_params"], codeParams),
    orgSalt: bytes(fields["org_salt"], 16),
    recoveryPk: bytes(fields["recovery_pk"], 32),
    opaquePk: bytes(fields["opaque_pk"], 32),
    former: list(fields["former"], formerRoot),
  };
}

/** Older `orgkeys` as a chain names them: under the newest's root, or under a former one up to its last. */
export async function openOlderOrgKeys(
  verify: Verify,
  newest: OrgKeys,
  statement: Statement,
): Promise<OrgKeys> {
  const roots = [newest.rootPk, ...newest.former.map((root) => root.rootPk)];
  const opened = await openStatement(verify, "orgkeys", statement, roots, newest.orgId);
  const { signer } = opened;
  const older = readOrgKeys(opened, newest.orgId);
  const former = newest.former.find((root) => equal(root.rootPk, signer));
  if (former !== undefined && !equal(signer, newest.rootPk)) {
    demand(older.version <= former.version, "S4");
    demand(older.version < former.version || equal(older.hash, former.hash), "S4");
  }
  demand(older.version < newest.version, "S5");
  demand(equal(older.orgSalt, newest.orgSalt), "S7");
  return older;
}

/** Whether a page that trusts one `orgkeys` takes a newer one; throws `Refused` S5, S6 or S7. */
export function demandSuccessor(trusted: OrgKeys, newer: OrgKeys): void {
  demand(newer.version >= trusted.version, "S5");
  demand(newer.version > trusted.version || equal(newer.hash, trusted.hash), "S6");
  demand(equal(newer.orgSalt, trusted.orgSalt), "S7");
}

/** The root to pin in place of the old one, which only the old root itself can name. */
export async function openNewRoot(
  verify: Verify,
  orgId: Bytes,
  oldRootPk: Bytes,
  statement: Statement,
): Promise<Bytes> {
  const { payload } = await openStatement(verify, "root", statement, [oldRootPk], orgId);
  return bytes(payload["root_pk"], 32);
}
