// The worked values that Rust reads from this side; `npm run vectors` writes them anew.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { concat } from "../../../src/lib/crypto/bytes.ts";
import { drawCode } from "../../../src/lib/crypto/code.ts";
import type { Dvc1 } from "./dvc1.ts";
import { make, plansOf } from "./make.ts";
import { readVectors, unhex, VECTORS } from "./vectors.ts";

const FILE = `${VECTORS}from-typescript.json`;

/** Reproducible bytes in place of random ones, as hex. */
function drawn(name: string, length: number): string {
  return createHash("sha512")
    .update(`teduh from typescript: ${name}`)
    .digest("hex")
    .slice(0, length * 2);
}

/** The inputs of the worked values with other bytes in every place that is drawn. */
function inputs(v: Dvc1): Dvc1 {
  const fresh = (name: string, old: string): string => drawn(name, old.length / 2);
  let draw = 0;
  return {
    ...v,
    note: "dvc1 worked values made by TypeScript; all hex unless dvc1.json has text",
    code: drawCode((length) => concat(unhex(drawn(`code ${draw++}`, length)))),
    org_id: fresh("org_id", v.org_id),
    org_salt: fresh("org_salt", v.org_salt),
    pepper: fresh("pepper", v.pepper),
    csig_seed: fresh("csig_seed", v.csig_seed),
    ckem_sk: fresh("ckem_sk", v.ckem_sk),
    wrap_nonce: fresh("wrap_nonce", v.wrap_nonce),
    staff_sig_seed: fresh("staff_sig_seed", v.staff_sig_seed),
    staff_kem_sk: fresh("staff_kem_sk", v.staff_kem_sk),
    esc_sk: fresh("esc_sk", v.esc_sk),
    team_sk: fresh("team_sk", v.team_sk),
    records: v.records.map((r) => ({ ...r, E: fresh(`E ${r.lane} ${r.epoch}`, r.E) })),
    msgs: v.msgs.map((m) => ({
      ...m,
      msg_id: fresh(`msg_id ${m.lane} ${m.seq}`, m.msg_id),
      ts_ms: m.ts_ms + 86_400_000,
      body: `{"t":"Pesan ${m.lane}.${m.seq}: ${"é, 是, да. ".repeat(m.seq * 40)}"}`,
    })),
    root: { ...v.root, seed: fresh("root", v.root.seed) },
    statement: { ...v.statement, payload: '{"version":2,"org_id":"…"}' },
    group_box: { ...v.group_box, gen: 3, ikmE: fresh("group", v.group_box.ikmE) },
    vault: {
      ...v.vault,
      export_key: fresh("export", v.vault.export_key),
      staff_id: fresh("staff_id", v.vault.staff_id),
      ver: 7,
      nonce: fresh("vault", v.vault.nonce),
    },
    enrol: {
      ...v.enrol,
      inv: fresh("inv", v.enrol.inv),
      staff_id: fresh("staff_id", v.enrol.staff_id),
    },
    group_record: { ...v.group_record, gen: 3, roster_version: 43 },
    raise: {
      ...v.raise,
      esc_id: fresh("esc_id", v.raise.esc_id),
      level: 2,
      reason: '{"t":"Ia di depan pintu."}',
      ikmE: fresh("raise", v.raise.ikmE),
    },
    row: { ...v.row, key: fresh("row", v.row.key), nonce: fresh("row nonce", v.row.nonce) },
  };
}

test("from-typescript.json is current", async () => {
  const v = readVectors("dvc1.json") as Dvc1;
  const made = `${JSON.stringify(await make(inputs(v), await plansOf(v)), null, 1)}\n`;
  if (process.env["UPDATE_VECTORS"] === "1") writeFileSync(FILE, made);
  expect(readFileSync(FILE, "utf8")).toBe(made);
});
