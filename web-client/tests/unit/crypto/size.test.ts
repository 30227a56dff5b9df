// The client's crypto as it is built: small, and readable by an old phone, workers included.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const files = new Map<string, string>();
let firstLoad: string[] = [];

beforeAll(async () => {
  const result = await build({
    root,
    logLevel: "error",
    build: {
      write: false,
      manifest: false,
      rolldownOptions: {
        input: `${root}tests/unit/crypto/client-entry.ts`,
        preserveEntrySignatures: "strict",
      },
    },
  });
  const { output } = result as Rolldown.RolldownOutput;
  for (const file of output) {
    files.set(file.fileName, file.type === "chunk" ? file.code : file.source.toString());
  }
  const entry = output[0];
  firstLoad = [entry.fileName, ...entry.imports];
});

test("the first load is under 20 KiB, compressed, and its workers are apart", () => {
  const bytes = firstLoad.map((name) => gzipSync(files.get(name) ?? "", { level: 9 }).length);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(20 * 1024);
  expect([...files.keys()].filter((name) => name.includes(".worker-"))).toHaveLength(2);
});

test("an old phone can read every file", () => {
  expect(files.size).toBeGreaterThanOrEqual(5);
  for (const [name, text] of files) {
    const tree = parse(text, { ecmaVersion: 2022, sourceType: "module" });
    expect(
      JSON.stringify(tree, (_, value: unknown) => (typeof value === "bigint" ? "" : value)),
    ).not.toContain('"StaticBlock"');
    expect(text, name).not.toMatch(
      /structuredClone|Object\.hasOwn\b|\.at\(|crypto\.randomUUID|AbortSignal\.timeout/,
    );
  }
});

test("nothing of the staff's sign-in is in it", () => {
  for (const [name, text] of files) expect(text, name).not.toMatch(/argon2id-custom|vault\/key/);
});
