// Every worked value, made anew and read, with the browser's own X25519 and without.
import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/crypto/bytes.ts";
import { accept, openEpoch, openPast } from "../../../src/lib/crypto/chain.ts";
import { drawCode, groupCode, readCode, unwrapClient } from "../../../src/lib/crypto/code.ts";
import { stretchSlowly } from "../../../src/lib/crypto/argon2.ts";
import { checkEnrolment } from "../../../src/lib/crypto/enrol.ts";
import { openGroupRecord, openHalf } from "../../../src/lib/crypto/group.ts";
import { chooseCurve } from "../../../src/lib/crypto/kem.ts";
import { openRaise, readReason } from "../../../src/lib/crypto/raise.ts";
import { judgeStored, Transcript } from "../../../src/lib/crypto/receiver.ts";
import { decodeRecord, type Lane } from "../../../src/lib/crypto/record.ts";
import { openVault } from "../../../src/lib/crypto/vault.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { Dvc1 } from "./dvc1.ts";
import { make, plansOf } from "./make.ts";
import { hex, readVectors, unhex, VECTORS } from "./vectors.ts";
import { envelope, world } from "./world.ts";

const files = ["dvc1.json", "from-rust.json", "from-typescript.json"].filter((f) =>
  existsSync(VECTORS + f),
);

describe.each(files)("%s", (file) => {
  const v = readVectors(file) as Dvc1;

  describe.each([true, false])("with the browser's own X25519: %s", (isNative) => {
    beforeAll(async () => {
      await chooseCurve(isNative);
    });

    test("is made anew, value by value", async () => {
      expect(await make(v, await plansOf(v))).toEqual(v);
    });

    test("its records are accepted and opened by every reader", async () => {
      const { chains, directory, boxKeys } = await world(v);
      const judge = { verify: verifyHere, directory };
      for (const record of v.records) {
        const lane = record.lane as Lane;
        const signed = { body: unhex(record.body), sig: unhex(record.sig) };
        chains[lane] = await accept(chains[lane], signed, judge);
        const { last } = chains[lane];
        const before = v.records.find((r) => r.lane === lane && r.epoch === record.epoch - 1);
        const held = before === undefined ? undefined : unhex(before.E);
        for (const { rtype, box } of record.boxes) {
          const keys = boxKeys[rtype];
          if (last === undefined || keys === undefined) throw new Error("unreachable");
          const e = await openEpoch(last, unhex(box), rtype as 1 | 2 | 3 | 4, keys, held);
          expect(hex(e)).toBe(record.E);
        }
      }
    });

    test("the newest key reaches the past", async () => {
      const chat = v.records.filter((record) => record.lane === 1);
      const records = await Promise.all(
        chat.map(({ body, sig }) => decodeRecord({ body: unhex(body), sig: unhex(sig) })),
      );
      const keys = await openPast(unhex(chat[chat.length - 1]?.E ?? ""), records);
      expect(chat.map(({ epoch }) => hex(keys.get(epoch) ?? new Uint8Array(0)))).toEqual(
        chat.map(({ E: e }) => e),
      );
    });

    test("staff read what was sealed to them", async () => {
      const { keys, staff, boxKeys } = await world(v);
      const [skem, team, esc] = [boxKeys[2], boxKeys[3], boxKeys[4]];
      if (!skem || !team || !esc) throw new Error("unreachable");
      const { orgId } = keys;
      const { group_box: box, group_record: group, enrol, raise, vault } = v;
      const sealed = { enc: unhex(box.enc), ct: unhex(box.ct) };
      const half = await openHalf({ orgId, kind: "team", gen: box.gen }, skem, team.pk, sealed);
      expect(half).toEqual(team);
      const { pk } = staff.keys;
      const opened = await openGroupRecord(verifyHere, unhex(group.rec), unhex(group.sig), pk);
      expect(opened).toMatchObject({ kind: "team", gen: group.gen, kemPk: team.pk });

      const q = { q: unhex(enrol.q), sig: unhex(enrol.sig), mac: unhex(enrol.mac) };
      const enrolled = await checkEnrolment(verifyHere, unhex(enrol.inv), orgId, q);
      expect(enrolled).toEqual({ staffId: unhex(enrol.staff_id), sigPk: pk, kemPk: skem.pk });

      const raised = await openRaise(verifyHere, unhex(raise.rec), unhex(raise.sig), pk);
      expect(raised.level).toBe(raise.level);
      expect(await readReason(raised, esc)).toEqual(utf8(raise.reason));

      const place = { orgId, staffId: unhex(vault.staff_id), version: vault.ver };
      expect(await openVault(unhex(vault.vk), place, unhex(vault.blob))).toEqual(utf8(vault.plain));
    });
  });

  test("its messages are read in order", async () => {
    const { keys, chains, directory } = await world(v);
    const judge = { verify: verifyHere, directory };
    for (const lane of [1, 2] as const) {
      const epochs = new Map();
      for (const record of v.records.filter((one) => one.lane === lane)) {
        const signed = { body: unhex(record.body), sig: unhex(record.sig) };
        chains[lane] = await accept(chains[lane], signed, judge);
        epochs.set(record.epoch, { link: chains[lane].last, key: unhex(record.E) });
      }
      const messages = v.msgs.filter((message) => message.lane === lane);
      const stored = messages.map(({ seq, hdr, ct }) => ({ seq, envelope: envelope(hdr, ct) }));
      const reading = { keys, lane, verify: verifyHere, epoch: (e: number) => epochs.get(e) };
      const transcript = await Transcript.whole(keys.caseId, lane);
      for (const [i, judged] of (await judgeStored(stored, reading)).entries()) {
        expect(await transcript.take(judged)).toBeUndefined();
        expect(judged.message?.content.body).toEqual(utf8(messages[i]?.body ?? ""));
        expect(hex(transcript.seen.th)).toBe(messages[i]?.th);
      }
    }
  });

  test("the code unwraps the client's keys", async () => {
    const { keys } = await world(v);
    const secrets = await unwrapClient(
      unhex(v.wrap_key),
      keys.orgId,
      keys.caseId,
      unhex(v.client_wrap),
    );
    expect(hex(secrets.csigSeed) + hex(secrets.ckemSk)).toBe(v.csig_seed + v.ckem_sk);
  });
});

test("vectors made by Rust are there", () => {
  expect(existsSync(`${VECTORS}from-rust.json`)).toBe(true);
});

describe("the case code", () => {
  test("is drawn again from 10^19 on, and carries a Damm digit", () => {
    const draws = [
      [0xff, 0xff, 0xff, 0xff],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 7],
    ];
    const random = (): Uint8Array<ArrayBuffer> => Uint8Array.from(draws.shift() ?? []);
    const code = drawCode(random);
    expect(code).toMatch(/^0{18}7\d$/);
    expect(readCode(groupCode(code))).toBe(code);
  });

  test("a mistyped digit and swapped neighbours are caught", () => {
    const code = "48210937556211803378";
    for (let i = 0; i < 20; i++) {
      const other = String((Number(code[i]) + 3) % 10);
      expect(readCode(code.slice(0, i) + other + code.slice(i + 1))).toBeUndefined();
      const swapped = [code.slice(0, i), code[i + 1] ?? "", code[i] ?? "", code.slice(i + 2)];
      if (i < 19 && code[i] !== code[i + 1]) expect(readCode(swapped.join(""))).toBeUndefined();
    }
  });

  test("both ways to stretch it agree", async () => {
    const params = { m: 256, t: 3, p: 1 };
    const salt = unhex("101112131415161718191a1b1c1d1e1f");
    const { stretchHere } = await import("../../../src/lib/crypto/argon2.ts");
    expect(await stretchSlowly(utf8("1".repeat(20)), salt, params)).toEqual(
      await stretchHere(utf8("1".repeat(20)), salt, params),
    );
  });
});
