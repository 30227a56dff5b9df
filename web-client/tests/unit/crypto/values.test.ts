// Every worked value, made and read by this side, with native X25519 and without.
import { beforeAll, describe, expect, test } from "vitest";
import { accept, openEpoch } from "../../../src/lib/crypto/chain.ts";
import { makeEpoch } from "../../../src/lib/crypto/epoch.ts";
import { chooseSuite } from "../../../src/lib/crypto/kem.ts";
import { verifyHere } from "../../../src/lib/crypto/verify.ts";
import type { Dvc1 } from "./dvc1.ts";
import { hex, readVectors, unhex } from "./vectors.ts";
import { world } from "./world.ts";

const files = ["dvc1.json"];

describe.each(files)("%s", (file) => {
  const v = readVectors(file) as Dvc1;

  describe.each([true, false])("with native X25519: %s", (isNative) => {
    beforeAll(async () => {
      await chooseSuite(isNative);
    });

    test("records: made byte for byte, accepted, opened by each reader", async () => {
      const { chains, client, directory, audiences, creators, boxKeys } = await world(v);
      for (const [i, expected] of v.records.entries()) {
        const lane = expected.lane as 1 | 2;
        const chain = chains[lane];
        const before = v.records.find((r) => r.lane === lane && r.epoch === expected.epoch - 1)?.E;
        const made = await makeEpoch(chain, {
          reason: expected.epoch,
          creator: creators[i] ?? client,
          audience: audiences[i] ?? { hasTeam: true, people: [] },
          directory,
          e: unhex(expected.E),
          before: before === undefined ? undefined : unhex(before),
        });
        expect(hex(made.record.body)).toBe(expected.body);
        expect(hex(made.record.hash)).toBe(expected.hash);
        expect(hex(made.record.sig)).toBe(expected.sig);
        expect(made.boxes.map((box) => hex(box.bytes))).toEqual(expected.boxes.map((b) => b.box));

        const next = await accept(chain, made.record, {
          verify: verifyHere,
          directory: () => directory,
        });
        chains[lane] = next;
        for (const box of made.boxes) {
          const keys = boxKeys[box.rtype];
          if (next.last === undefined || keys === undefined) throw new Error("unreachable");
          const rtype = box.rtype as 1 | 2 | 3 | 4;
          const held = before === undefined ? undefined : unhex(before);
          expect(hex(await openEpoch(next.last, box.bytes, rtype, keys, held))).toBe(expected.E);
        }
      }
    });
  });
});
