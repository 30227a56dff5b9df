// The audit at a desk: held against what this browser has seen, and read by whoever watches over it.
import { AUDIT_START, readEntry, type AuditEntry, type AuditPoint } from "../lib/crypto/audit.ts";
import { equal, fromB64u } from "../lib/crypto/bytes.ts";
import { H } from "../lib/crypto/hash.ts";
import type { AuditPage, AuditQuery } from "../lib/protocol/generated/wire.ts";
import { ChainBroken, walk, Walked, type WalkWorld } from "./flows/audit.ts";
import { failure } from "./session/failure.ts";
import { ApiRefusal, Unreachable } from "./session/http.ts";
import type { Said } from "./views/said.ts";

/** What the audit needs of the world. */
export interface AuditWorld extends WalkWorld {
  /** Entries by a filter; throws `ApiRefusal`, `Unreachable`. */
  readonly entries: (query: AuditQuery) => Promise<AuditPage>;
  /** The point that this browser kept, or null. */
  readonly kept: () => Promise<AuditPoint | null>;
  /** Keeps a point that was walked to. */
  readonly keep: (point: AuditPoint) => Promise<void>;
  /** ms since 1970. */
  readonly now: () => number;
}

/** A line of the page; `entry` is null where its bytes say nothing that can be read. */
export interface Row {
  readonly n: number;
  readonly entry: AuditEntry | null;
}

/** What is looked for; null does not matter. */
export type Search = Omit<AuditQuery, "before">;

/** Everything. */
export const EVERYTHING: Search = { events: [], staff: null, case: null, from: null, to: null };

/** The audit of one supervisor or admin. */
export class AuditDesk {
  /** The chain does not go on from what this browser has seen: an alarm that stays. */
  isBroken = $state(false);
  /** How far the whole chain was walked, while it is. */
  progress: { readonly n: number; readonly of: number } | null = $state.raw(null);
  /** When the whole chain was walked to its end last; null before. */
  checkedAt: number | null = $state(null);
  rows: readonly Row[] = $state.raw([]);
  /** There is more below what is shown. */
  hasMore = $state(false);
  busy = $state(false);
  said: Said | null = $state.raw(null);
  search: Search = $state.raw(EVERYTHING);
  readonly #world: AuditWorld;
  readonly #whole = new Walked(AUDIT_START);
  #before: number | null = null;
  #isHeld = false;
  #round = 0;
  #walking: Promise<void> = Promise.resolve();

  constructor(world: AuditWorld) {
    this.#world = world;
  }

  /** At each sign-in: from what was kept to the end. Without an answer a later call tries again. */
  async hold(): Promise<void> {
    if (this.#isHeld || this.isBroken) return;
    this.#isHeld = true;
    const failed = await this.#watched(async () => {
      const kept = await this.#world.kept();
      const walked = new Walked(kept ?? AUDIT_START);
      await walk(this.#world, walked, kept);
      await this.#world.keep({ n: walked.n, a: walked.a });
    });
    this.#isHeld = failed === null;
  }

  /** Looks for entries from the newest on; the whole chain is walked before any is shown. */
  async find(search: Search): Promise<void> {
    if (this.isBroken) return;
    this.search = search;
    this.rows = [];
    this.#before = null;
    this.hasMore = false;
    await this.#load();
  }

  /** The next entries. */
  async more(): Promise<void> {
    if (!this.busy && this.hasMore) await this.#load();
  }

  async #load(): Promise<void> {
    const round = ++this.#round;
    this.busy = true;
    this.said = null;
    const failed = await this.#watched(async () => {
      await this.#walkOn();
      // A rare thing may lie far below: each answer looks at so many entries and no more.
      for (let found = 0; found === 0 && round === this.#round;) {
        const page = await this.#world.entries({ ...this.search, before: this.#before });
        const rows = await this.#checked(page);
        if (round !== this.#round) return;
        found = rows.length;
        this.rows = [...this.rows, ...rows];
        this.#before = page.reached;
        this.hasMore = page.reached > 1;
        if (!this.hasMore) return;
      }
    });
    if (round !== this.#round) return;
    this.busy = false;
    this.said = failed;
  }

  /** Walks the whole chain on to its end, one walk after the other. */
  #walkOn(): Promise<void> {
    const next = this.#walking.catch(() => undefined).then(() => this.#walkToEnd());
    this.#walking = next;
    return next;
  }

  /** What this browser kept must lie on the way. */
  async #walkToEnd(): Promise<void> {
    const kept = await this.#world.kept();
    const ahead = kept !== null && kept.n >= this.#whole.n ? kept : null;
    await walk(this.#world, this.#whole, ahead, (n, of) => (this.progress = { n, of }));
    this.progress = null;
    const { n, a } = this.#whole;
    await this.#world.keep({ n, a });
    this.checkedAt = this.#world.now();
  }

  /** Rows whose bytes are those that the walked chain holds. */
  async #checked({ entries }: AuditPage): Promise<Row[]> {
    // What was written meanwhile is newer than the walk.
    if (entries.some(({ n }) => n > this.#whole.n)) await this.#walkOn();
    const rows: Row[] = [];
    for (const { n, entry } of entries) {
      const bytes = fromB64u(entry);
      const walked = this.#whole.hashOf(n);
      if (walked === undefined || !equal(await H(bytes), walked)) throw new ChainBroken();
      rows.push({ n, entry: readEntry(bytes) });
    }
    return rows;
  }

  /** Does something; gives why it did not work. A broken chain is an alarm and no failure. */
  async #watched(act: () => Promise<void>): Promise<Said | null> {
    try {
      await act();
      return null;
    } catch (error) {
      if (error instanceof ApiRefusal || error instanceof Unreachable) return failure(error);
      if (!(error instanceof ChainBroken)) throw error;
      this.isBroken = true;
      this.rows = [];
      this.hasMore = false;
      return null;
    } finally {
      this.progress = null;
    }
  }
}
