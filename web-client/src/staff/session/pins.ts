// What a staff browser remembers of its organisation, so that a server cannot go back or be another.
import type { AuditPoint } from "../../lib/crypto/audit.ts";
import type { Bytes } from "../../lib/crypto/bytes.ts";
import { equal } from "../../lib/crypto/bytes.ts";

/** One row of the browser's memory. */
export interface Pins {
  readonly rootPk: Bytes | null;
  readonly opaquePk: Bytes | null;
  /** The highest roster version seen, 0 before the first. */
  readonly rosterVersion: number;
  /** The highest vault version seen of each person that signed in here, by staff id. */
  readonly vaults: Readonly<Record<string, number>>;
  /** The furthest point of the audit chain that was walked to; a chain must go on from it. */
  readonly audit?: AuditPoint | undefined;
}

/** A browser that has never seen the organisation. */
export const NO_PINS: Pins = { rootPk: null, opaquePk: null, rosterVersion: 0, vaults: {} };

/** What the server shows, to be held against the pins. */
export interface Seen {
  readonly rootPk?: Bytes | undefined;
  readonly opaquePk?: Bytes | undefined;
  readonly rosterVersion?: number;
  readonly vault?: { readonly staffId: string; readonly version: number };
  /** A point that a walk from the kept one has reached. */
  readonly audit?: AuditPoint;
}

/** Why a browser stops: something fell, or a key is another. */
export type Alarm = "rolled_back" | "wrong_service";

/** The server is not the one that this browser knows, or shows an older state. */
export class PinAlarm extends Error {
  override readonly name = "PinAlarm";
  readonly alarm: Alarm;

  constructor(alarm: Alarm) {
    super(alarm);
    this.alarm = alarm;
  }
}

/** The pins after seeing something; throws `PinAlarm` on a fall or another key. */
export function pinned(pins: Pins, seen: Seen): Pins {
  const rootPk = sameKey(pins.rootPk, seen.rootPk);
  const opaquePk = sameKey(pins.opaquePk, seen.opaquePk);
  const rosterVersion = notBelow(pins.rosterVersion, seen.rosterVersion);
  const audit = furthest(pins.audit, seen.audit);
  if (seen.vault === undefined) return { ...pins, rootPk, opaquePk, rosterVersion, audit };
  const { staffId, version } = seen.vault;
  const vault = notBelow(pins.vaults[staffId] ?? 0, version);
  return { rootPk, opaquePk, rosterVersion, audit, vaults: { ...pins.vaults, [staffId]: vault } };
}

/** Another tab may have walked further meanwhile; the walk itself held the two against each other. */
function furthest(kept?: AuditPoint, seen?: AuditPoint): AuditPoint | undefined {
  return seen === undefined || (kept !== undefined && kept.n > seen.n) ? kept : seen;
}

function sameKey(known: Bytes | null, shown: Bytes | undefined): Bytes | null {
  if (shown === undefined) return known;
  if (known !== null && !equal(known, shown)) throw new PinAlarm("wrong_service");
  return shown;
}

function notBelow(known: number, shown: number | undefined): number {
  if (shown === undefined) return known;
  if (shown < known) throw new PinAlarm("rolled_back");
  return shown;
}
