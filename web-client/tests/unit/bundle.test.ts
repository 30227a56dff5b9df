// What the client page loads, as it was built: how much it is, and whether an old phone reads it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import { expect, test } from "vitest";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8")) as Record<
  string,
  Chunk
>;

/** The files of the client's entry: scripts and styles, with what it loads later. */
function clientFiles(later: boolean): string[] {
  const files = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const next of chunk.imports ?? []) visit(next);
    if (later) for (const next of chunk.dynamicImports ?? []) visit(next);
  };
  visit("src/client/main.ts");
  return [...files];
}

const read = (file: string): Buffer => readFileSync(join(dist, file));

test("the first load is under 60 KiB, compressed", () => {
  // The page itself, the entry, its styles, and the texts of one language.
  const texts = Object.entries(manifest).find(([name]) => name.includes("copy/client/id"))?.[1]
    .file;
  const files = ["client.id.html", ...clientFiles(false), ...(texts === undefined ? [] : [texts])];
  expect(files.length).toBeGreaterThanOrEqual(4);
  const bytes = files.reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length, 0);
  expect(bytes).toBeLessThan(60 * 1024);
});

test("an old phone can read every script", () => {
  const scripts = clientFiles(true).filter((file) => file.endsWith(".js"));
  expect(scripts.length).toBeGreaterThanOrEqual(3);
  for (const file of scripts) {
    const text = read(file).toString("utf8");
    const isStaticBlock = JSON.stringify(
      parse(text, { ecmaVersion: 2022, sourceType: "module" }),
    ).includes('"StaticBlock"');
    expect(isStaticBlock, file).toBe(false);
    for (const name of [
      "structuredClone",
      "Object.hasOwn",
      ".at(",
      "crypto.randomUUID",
      "AbortSignal.timeout",
    ]) {
      expect(text.includes(name), `${file} uses ${name}`).toBe(false);
    }
  }
});

test("no colour of danger reaches a client", () => {
  for (const file of clientFiles(true)) {
    expect(read(file).toString("utf8")).not.toMatch(/--(alert|danger|staff-lane|break)/);
  }
});
