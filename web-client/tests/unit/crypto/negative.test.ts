// The cases that Rust and TypeScript both run: each is refused by the rule that it names.
import { beforeAll, describe, expect, test } from "vitest";
import { utf8, type Bytes } from "../../../src/lib/crypto/bytes.ts";
import { accept, emptyChain, openEpoch } from "../../../src/lib/crypto/chain.ts";
import type { CaseKeys, Chain, Judge, Link } from "../../../src/lib/crypto/chain.ts";
import { parse, type Length } from "../../../src/lib/crypto/encode.ts";
import { H } from "../../../src/lib/crypto/hash.ts";
import { chooseCurve, kemKeys } from "../../../src/lib/crypto/kem.ts";
import { sealMessage } from "../../../src/lib/crypto/message.ts";
import { openOlderOrgKeys, openOrgKeys } from "../../../src/lib/crypto/orgkeys.ts";
import { judgeStored, Transcript } from "../../../src/lib/crypto/receiver.ts";
import type { KnownEpoch, Reading } from "../../../src/lib/crypto/receiver.ts";
import type { Lane, ReaderType } from "../../../src/lib/crypto/record.ts";
import { Refused } from "../../../src/lib/crypto/refused.ts";
import { directory, readRoster, type Directory } from "../../../src/lib/crypto/roster.ts";
import type { Statement } from "../../../src/lib/crypto/statement.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import { counting, readVectors, unhex } from "./vectors.ts";
import { envelope } from "./world.ts";

interface CaseIds {
  case_id: string;
  csig_pk: string;
  ckem_pk: string;
}

interface RecordInput {
  body: string;
  sig: string;
}

interface MessageInput {
  seq: number;
  h: string;
  c: string;
}

interface EpochInput {
  lane: Lane;
  chain: RecordInput[];
  record: RecordInput;
  reader?: { rtype: ReaderType; kem_sk: string; box: string; held?: string };
}

interface TakeInput {
  lane: Lane;
  chain: RecordInput[];
  keys: Record<string, string>;
  page?: { first_seq: number; th_before: string };
  before: MessageInput[];
  message: MessageInput | { seq: number; leaf: string };
}

interface Common {
  /** Null where the input must be accepted. */
  rule: string | null;
  what: string;
  /** It needs what only the server knows. */
  server?: boolean;
  case?: CaseIds;
}

type Case = Common &
  (
    | {
        kind: "parse";
        input: { label: string; lengths: (number | [number] | "any")[]; bytes: string };
      }
    | { kind: "epoch"; input: EpochInput }
    | { kind: "message"; input: TakeInput }
    | { kind: "seal"; input: { body_len: number } }
    | { kind: "orgkeys"; input: { root: string; newest: Statement; older: Statement } }
  );

interface Negative {
  setting: CaseIds & { org_id: string; rosters: { payload: string; entries: string[] }[] };
  rules: Record<string, string>;
  cases: Case[];
}

const { setting, rules, cases } = readVectors("negative.json") as Negative;
const rosters = new Map<number, Directory>();
const judge: Judge = { verify: verifyHere, directory: (version) => rosters.get(version) };

beforeAll(async () => {
  for (const { payload, entries } of setting.rosters) {
    const bytes = utf8(payload);
    const roster = await readRoster(JSON.parse(payload), await H(bytes));
    rosters.set(roster.version, await directory(roster, entries.map(utf8)));
  }
});

function keysOf(ids: CaseIds): CaseKeys {
  return {
    orgId: unhex(setting.org_id),
    caseId: unhex(ids.case_id),
    csigPk: unhex(ids.csig_pk),
    ckemPk: unhex(ids.ckem_pk),
  };
}

const signed = ({ body, sig }: RecordInput): { body: Bytes; sig: Bytes } => ({
  body: unhex(body),
  sig: unhex(sig),
});

/** Every accepted record of a chain with what it left behind. */
async function walk(keys: CaseKeys, lane: Lane, records: RecordInput[]): Promise<Chain[]> {
  const chains = [emptyChain(keys, lane)];
  for (const record of records) {
    const [last] = chains.slice(-1);
    if (last !== undefined) chains.push(await accept(last, signed(record), judge));
  }
  return chains;
}

async function runEpoch(
  keys: CaseKeys,
  { lane, chain, record, reader }: EpochInput,
): Promise<void> {
  const [last] = (await walk(keys, lane, chain)).slice(-1);
  if (last === undefined) throw new Error("unreachable");
  const next = (await attempt(() => accept(last, signed(record), judge))).last as Link;
  if (reader === undefined) return;
  const own = await kemKeys(unhex(reader.kem_sk));
  const held = reader.held === undefined ? undefined : unhex(reader.held);
  await attempt(() => openEpoch(next, unhex(reader.box), reader.rtype, own, held));
}

async function runMessage(keys: CaseKeys, input: TakeInput): Promise<void> {
  const { lane, chain, page } = input;
  const epochs = new Map<number, KnownEpoch>();
  for (const { last: link } of await walk(keys, lane, chain)) {
    if (link === undefined) continue;
    const key = input.keys[link.record.epoch];
    epochs.set(link.record.epoch, { link, key: key === undefined ? undefined : unhex(key) });
  }
  const reading: Reading = { keys, lane, verify: verifyHere, epoch: (epoch) => epochs.get(epoch) };
  const transcript =
    page === undefined
      ? await Transcript.whole(keys.caseId, lane)
      : Transcript.page(page.first_seq, unhex(page.th_before));
  const stored = [...input.before, input.message];
  const judged = await judgeStored(
    stored.map((one) =>
      "leaf" in one
        ? { seq: one.seq, leaf: unhex(one.leaf) }
        : { seq: one.seq, envelope: envelope(one.h, one.c) },
    ),
    reading,
  );
  for (const [i, one] of judged.entries()) {
    const rule = await transcript.take(one);
    if (rule === undefined) continue;
    if (i < input.before.length) throw new Error(`an honest message breaks ${rule}`);
    throw new Broken(rule);
  }
}

async function runSeal(length: number): Promise<void> {
  const id = counting(0, 16);
  const place = { orgId: id, caseId: id, lane: 1, epoch: 0, msgId: id };
  const header = { ...place, stype: 1, senderKid: id, kind: 1 };
  const seen = { seq: 0, th: counting(0, 32) };
  const content = { ctr: 1, ts: 1, seen, body: new Uint8Array(length) };
  await attempt(() => sealMessage(counting(1, 32), header, content, counting(2, 32)));
}

async function runOrgKeys(input: {
  root: string;
  newest: Statement;
  older: Statement;
}): Promise<void> {
  const { root, newest, older } = input;
  const trusted = await openOrgKeys(verifyHere, unhex(setting.org_id), unhex(root), newest);
  await attempt(() => openOlderOrgKeys(verifyHere, trusted, older));
}

/** The step that a case is about was refused; a refusal on the way to it is a failure. */
class Broken extends Error {
  readonly rule: string;

  constructor(rule: string) {
    super(rule);
    this.rule = rule;
  }
}

async function attempt<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof Refused ? new Broken(error.rule) : error;
  }
}

async function run(one: Case): Promise<void> {
  const keys = keysOf(one.case ?? setting);
  switch (one.kind) {
    case "parse": {
      const { label, lengths, bytes } = one.input;
      const allowed = lengths.map((length): Length =>
        Array.isArray(length) ? [0, ...length] : length,
      );
      await attempt(() => parse(label, allowed, unhex(bytes)));
      return;
    }
    case "epoch":
      return runEpoch(keys, one.input);
    case "message":
      return runMessage(keys, one.input);
    case "seal":
      return runSeal(one.input.body_len);
    case "orgkeys":
      return runOrgKeys(one.input);
  }
}

const shared = cases.filter(({ server }) => server !== true);

describe.each([true, false])("with the browser's own X25519: %s", (isNative) => {
  beforeAll(async () => {
    await chooseCurve(isNative);
  });

  test.each(shared.map((one) => [one.rule ?? "accepted", one.what, one] as const))(
    "%s: %s",
    async (_rule, _what, one) => {
      const broken = await run(one).then(
        () => null,
        (error: unknown) => {
          if (error instanceof Broken) return error.rule;
          throw error;
        },
      );
      expect(broken).toBe(one.rule);
    },
  );
});

test("every rule has a case that breaks it", () => {
  const broken = new Set(cases.map(({ rule }) => rule));
  expect(Object.keys(rules).filter((rule) => !broken.has(rule))).toEqual([]);
});

test("what only the server judges is named as such", () => {
  const here = new Set(shared.map(({ rule }) => rule));
  const elsewhere = Object.keys(rules).filter((rule) => !here.has(rule));
  expect(elsewhere.sort()).toEqual(["A16", "A17", "R10", "R8", "R9"]);
});
