// The audit chain: `a_n = H(C("audit", a_{n-1}, u64 n, H(entry)))`, its entries and signed points.
import { fromUtf8, readInteger, u64, type Bytes } from "./bytes.ts";
import { C, parse } from "./encode.ts";
import { H } from "./hash.ts";
import { Refused } from "./refused.ts";

/** A point of the chain; 0 and zeros before the first entry. */
export interface AuditPoint {
  readonly n: number;
  readonly a: Bytes;
}

/** Before the first entry. */
export const AUDIT_START: AuditPoint = { n: 0, a: new Uint8Array(32) };

/** `a_n`, from the one before and `H(entry)` of entry `n`, counted from 1. */
export const nextLink = (previous: Bytes, n: number, entryHash: Bytes): Promise<Bytes> =>
  H(C("audit", previous, u64(n), entryHash));

/** What a checkpoint signs. */
export const checkpointText = (orgId: Bytes, { n, a }: AuditPoint): Bytes =>
  C("sig/checkpoint", orgId, u64(n), a);

/** An entry: codes and ids, so that one of a newer version is read too. */
export interface AuditEntry {
  /** ms since 1970. */
  readonly at: number;
  /** `client`, `staff`, `cli` or `service`. */
  readonly kind: string;
  /** A member of staff's id or an account's name; empty for the others. */
  readonly actor: Bytes;
  /** What was done, as a code. */
  readonly event: string;
  readonly caseId: Bytes | null;
  /** The member of staff it was done to. */
  readonly staffId: Bytes | null;
  /** What more there is to say, as a code. */
  readonly detail: string | null;
}

/** The last moment that a calendar knows, ms since 1970. */
const LAST_MOMENT = 8.64e15;
const ID = [0, 16] as const;
const PLAIN = [8, "any", "any", "any", ID, ID] as const;

/** Reads the bytes that the chain holds; null when nothing of ours wrote them. */
export function readEntry(bytes: Bytes): AuditEntry | null {
  try {
    return read(fields(bytes));
  } catch (error) {
    if (error instanceof Refused || error instanceof TypeError) return null;
    throw error;
  }
}

function fields(bytes: Bytes): Bytes[] {
  try {
    return parse("srv/audit", PLAIN, bytes);
  } catch {
    return parse("srv/audit", [...PLAIN, "any"], bytes);
  }
}

function read([at, kind, actor, event, caseId, staffId, detail]: Bytes[]): AuditEntry | null {
  if (!at || !kind || !actor || !event) return null;
  const moment = readInteger(at);
  if (moment > LAST_MOMENT) return null;
  return {
    at: moment,
    kind: fromUtf8(kind),
    actor,
    event: fromUtf8(event),
    caseId: caseId?.length === 16 ? caseId : null,
    staffId: staffId?.length === 16 ? staffId : null,
    detail: detail === undefined ? null : fromUtf8(detail),
  };
}
