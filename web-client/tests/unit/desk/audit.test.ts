// The audit chain as a desk walks it: what it goes on from, and what a server cannot get past it.
import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import {
  AUDIT_START,
  checkpointText,
  nextLink,
  readEntry,
  type AuditPoint,
} from "../../../src/lib/crypto/audit.ts";
import {
  concat,
  systemRandom,
  toB64u,
  u64,
  utf8,
  type Bytes,
} from "../../../src/lib/crypto/bytes.ts";
import { C } from "../../../src/lib/crypto/encode.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import { newSigKeys, sigKid, sign, type SigKeys } from "../../../src/lib/crypto/sign.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { AuditCheckpoint, AuditChain } from "../../../src/lib/protocol/generated/wire.ts";
import { AuditDesk, EVERYTHING } from "../../../src/staff/audit.svelte.ts";
import { ChainBroken, walk, Walked } from "../../../src/staff/flows/audit.ts";
import { Unreachable } from "../../../src/staff/session/http.ts";
import { NO_PINS, pinned } from "../../../src/staff/session/pins.ts";
import { actionText, detailText, GROUPS } from "../../../src/staff/views/audit.ts";
import type { Dvc1 } from "../crypto/dvc1.ts";
import { hex, readVectors } from "../crypto/vectors.ts";

/** Links in one answer of this server. */
const STRETCH = 4;
const NOW = 1_780_000_000_000;

function entry(event: string, detail?: string): Bytes {
  const empty = new Uint8Array(0);
  const fields = [u64(NOW), utf8("staff"), new Uint8Array(16).fill(7), utf8(event), empty, empty];
  return C("srv/audit", ...fields, ...(detail === undefined ? [] : [utf8(detail)]));
}

/** A server whose chain a test changes by hand. */
class Server {
  readonly orgId = systemRandom(16);
  entries: Bytes[] = [];
  keys: SigKeys[] = [];
  checkpoint: AuditCheckpoint | null = null;
  isDown = false;
  asked = 0;

  add(count: number): void {
    for (let i = 0; i < count; i++)
      this.entries.push(entry(`event_${String(this.entries.length)}`));
  }

  async point(n = this.entries.length): Promise<AuditPoint> {
    let { a } = AUDIT_START;
    for (let i = 0; i < n; i++) a = await nextLink(a, i + 1, await H(this.entries[i] ?? u64(0)));
    return { n, a };
  }

  async sign(key = this.keys[0]): Promise<void> {
    const point = await this.point();
    if (key === undefined) throw new Error("no key");
    const sig = await sign(key.seed, checkpointText(this.orgId, point));
    const kid = await sigKid(key.pk);
    this.checkpoint = { n: point.n, a: toB64u(point.a), kid: toB64u(kid), sig: toB64u(sig) };
  }

  readonly chain = async (after: number): Promise<AuditChain> => {
    if (this.isDown) throw new Unreachable();
    this.asked += 1;
    const links = this.entries.slice(after, after + STRETCH).map((one) => H(one));
    const { n, a } = await this.point();
    return {
      links: toB64u(concat(...(await Promise.all(links)))),
      head: { n, a: toB64u(a) },
      checkpoint: this.checkpoint,
      keys: this.keys.map(({ pk }) => toB64u(pk)),
    };
  };

  get world() {
    return { orgId: this.orgId, verify: verifyHere, chain: this.chain };
  }

  /** A desk with a memory of its own. */
  desk(memory: { kept: AuditPoint | null } = { kept: null }): AuditDesk {
    return new AuditDesk({
      ...this.world,
      entries: ({ before, events }) => {
        const end = Math.min(before ?? Infinity, this.entries.length + 1) - 1;
        const from = Math.max(0, end - 3);
        const all = this.entries.map((bytes, i) => ({ n: i + 1, entry: toB64u(bytes) }));
        const found = all
          .slice(from, end)
          .reverse()
          .filter((_, i) => {
            const event = readEntry(this.entries[end - 1 - i] ?? u64(0))?.event ?? "";
            return events.length === 0 || events.includes(event);
          });
        return Promise.resolve({ entries: found, reached: from + 1 });
      },
      kept: () => Promise.resolve(memory.kept),
      keep: (audit) => {
        memory.kept =
          pinned({ ...NO_PINS, audit: memory.kept ?? undefined }, { audit }).audit ?? null;
        return Promise.resolve();
      },
      now: () => NOW,
    });
  }
}

let server: Server;

beforeEach(async () => {
  server = new Server();
  server.keys = [await newSigKeys(systemRandom)];
  server.add(10);
  await server.sign();
});

test("the worked chain of the vectors is made alike", async () => {
  const { entries, a } = (readVectors("dvc1.json") as Dvc1).audit;
  let link: Bytes = AUDIT_START.a;
  for (const [i, text] of entries.entries()) {
    link = await nextLink(link, i + 1, await H(utf8(text)));
    expect(hex(link)).toBe(a[i + 1]);
  }
});

test("a whole chain is walked in stretches, and each entry's hash is known then", async () => {
  const walked = new Walked();
  const steps: number[] = [];
  await walk(server.world, walked, null, (n) => steps.push(n));
  expect([walked.n, steps]).toEqual([10, [4, 8]]);
  expect(walked.a).toEqual((await server.point()).a);
  expect(walked.hashOf(10)).toEqual(await H(server.entries[9] ?? u64(0)));
  expect(walked.hashOf(11)).toBeUndefined();
});

test("a walk goes on from what was kept, and an older key still signs", async () => {
  const kept = await server.point(7);
  const walked = new Walked(kept);
  server.keys = [await newSigKeys(systemRandom), ...server.keys];
  await walk(server.world, walked, kept);
  expect([walked.n, server.asked]).toEqual([10, 1]);
  expect(walked.hashOf(7)).toBeUndefined();
  server.add(2);
  await walk(server.world, walked, null);
  expect(walked.n).toBe(12);
});

const attacks: Record<string, (kept: AuditPoint) => Promise<AuditPoint> | AuditPoint> = {
  "an entry before the kept point was changed": (kept) => {
    server.entries[2] = entry("another");
    return kept;
  },
  "an entry was removed": (kept) => {
    server.entries.splice(2, 1);
    return kept;
  },
  "the chain ends before what was kept": (kept) => {
    server.entries.splice(5);
    server.checkpoint = null;
    return kept;
  },
  "a signed entry was changed": (kept) => {
    server.entries[8] = entry("another");
    return kept;
  },
  "the checkpoint is signed by nobody here": async (kept) => {
    await server.sign(await newSigKeys(systemRandom));
    return kept;
  },
  "the checkpoint's signature is another's": async (kept) => {
    const other = server.checkpoint;
    server.add(1);
    await server.sign();
    if (server.checkpoint && other) server.checkpoint.sig = other.sig;
    return kept;
  },
  "a checkpoint stands after the end": (kept) => {
    server.entries.splice(9);
    return kept;
  },
  "what was kept is of another chain": () => ({ n: 7, a: systemRandom(32) }),
};

test.each(Object.entries(attacks))("%s: the chain is refused", async (_, attack) => {
  const kept = await attack(await server.point(7));
  await expect(walk(server.world, new Walked(), kept)).rejects.toBeInstanceOf(ChainBroken);
  const memory = { kept };
  const desk = server.desk(memory);
  await desk.find(EVERYTHING);
  expect([desk.isBroken, desk.rows, memory.kept]).toEqual([true, [], kept]);
});

test("a row that is missing on the server ends the way", async () => {
  const chain = async (after: number): Promise<AuditChain> => {
    const stretch = await server.chain(after);
    return after >= 4 ? { ...stretch, links: "" } : stretch;
  };
  await expect(walk({ ...server.world, chain }, new Walked(), null)).rejects.toBeInstanceOf(
    ChainBroken,
  );
  const loose = async (): Promise<AuditChain> => ({ ...(await server.chain(0)), links: "AAAA" });
  await expect(walk({ ...server.world, chain: loose }, new Walked(), null)).rejects.toBeInstanceOf(
    ChainBroken,
  );
});

test("at a sign-in the desk keeps what it walked to, once", async () => {
  const memory: { kept: AuditPoint | null } = { kept: null };
  server.isDown = true;
  const desk = server.desk(memory);
  await desk.hold();
  expect([desk.isBroken, memory.kept]).toEqual([false, null]);
  server.isDown = false;
  await desk.hold();
  expect(memory.kept).toEqual(await server.point());
  const { asked } = server;
  await desk.hold();
  expect(server.asked).toBe(asked);

  server.entries[9] = entry("another");
  server.add(3);
  const next = server.desk(memory);
  await next.hold();
  expect([next.isBroken, memory.kept?.n]).toEqual([true, 10]);
});

test("another tab that walked further is not gone back behind", async () => {
  const [near, far] = [await server.point(3), await server.point(7)];
  const pins = pinned(pinned(NO_PINS, { audit: far }), { audit: near });
  expect(pins.audit).toEqual(far);
  expect(pinned(pins, { rosterVersion: 1 }).audit).toEqual(far);
});

test("rows come newest first, page by page, each held against the walked chain", async () => {
  const desk = server.desk();
  await desk.find(EVERYTHING);
  expect(desk.rows.map(({ n }) => n)).toEqual([10, 9, 8]);
  expect(desk.rows[0]?.entry).toMatchObject({ event: "event_9", at: NOW, kind: "staff" });
  expect([desk.hasMore, desk.checkedAt]).toEqual([true, NOW]);
  await desk.more();
  expect(desk.rows.map(({ n }) => n)).toEqual([10, 9, 8, 7, 6, 5]);
  // A rare thing far below is found in one go.
  await desk.find({ ...EVERYTHING, events: ["event_0"] });
  expect([desk.rows.map(({ n }) => n), desk.hasMore]).toEqual([[1], false]);
  server.add(1);
  await desk.find(EVERYTHING);
  expect(desk.rows[0]?.n).toBe(11);
});

test("a row whose bytes are others than those walked over is an alarm", async () => {
  const desk = server.desk();
  await desk.find(EVERYTHING);
  server.entries[5] = entry("another");
  await desk.more();
  expect([desk.isBroken, desk.rows]).toEqual([true, []]);
});

test("what cannot be read is a row all the same", async () => {
  server.entries.push(utf8("nothing of ours"));
  const desk = server.desk();
  await desk.find(EVERYTHING);
  expect(desk.rows[0]).toEqual({ n: 11, entry: null });
  expect(desk.isBroken).toBe(false);
});

test("entries are read field by field, and damage is no entry", () => {
  const bytes = entry("escalation_raised", "level.3");
  expect(readEntry(bytes)).toMatchObject({ detail: "level.3", caseId: null, staffId: null });
  expect(readEntry(bytes.slice(1))).toBeNull();
  expect(readEntry(C("srv/audit", u64(2 ** 53 - 1)))).toBeNull();
  const notText = Uint8Array.of(255);
  const empty = new Uint8Array(0);
  expect(readEntry(C("srv/audit", u64(1), notText, empty, notText, empty, empty))).toBeNull();
});

test("every event of the service has words, and an unknown code is shown as it is", () => {
  const source = readFileSync(
    new URL("../../../../crates/domain/src/audit.rs", import.meta.url),
    "utf8",
  );
  const codes = [...source.matchAll(/^ {4}\w+ = "(\w+)",$/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(20);
  const known = GROUPS.flatMap(({ events }) => events.map(([code]) => code));
  expect(codes.filter((code) => !known.includes(code ?? ""))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);

  const t = (key: string): string => `<${key}>`;
  const shown = readEntry(entry("of_a_newer_version", "of.another"));
  if (shown === null) throw new Error("it is an entry");
  expect([actionText(t, shown), detailText(t, shown)]).toEqual([
    "of_a_newer_version",
    "of.another",
  ]);
  const opened = { ...shown, event: "case_opened", detail: "opening.danger" };
  expect([actionText(t, opened), detailText(t, opened)]).toEqual([
    "<desk.audit.action.opened>",
    "<reason.break_glass.danger>",
  ]);
});
