import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {Record<string, { id: string, en: string, reviewed: boolean, note?: string }>} Deck */

const SOURCE = /\.(ts|svelte)$/;
const TEST = /\.test\.ts$/;

/**
 * Reads the copy deck.
 * @param {string} root
 * @returns {Deck}
 */
export function readDeck(root) {
  return JSON.parse(readFileSync(join(root, "copy/copy.json"), "utf8"));
}

/**
 * Lists the deck's keys that the sources under `folders` name as string literals, each with its
 * form for children where there is one. A folder that begins with `!` is left out.
 * @param {string} root
 * @param {readonly string[]} folders
 * @returns {Set<string>}
 */
export function usedKeys(root, folders) {
  const deck = readDeck(root);
  const left = folders.filter((folder) => folder.startsWith("!")).map((folder) => folder.slice(1));
  const used = new Set();
  for (const folder of folders.filter((name) => !name.startsWith("!"))) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      const path = join(folder, file);
      if (!SOURCE.test(file) || TEST.test(file)) continue;
      if (left.some((name) => path.startsWith(`${name}/`))) continue;
      const text = readFileSync(join(root, path), "utf8");
      for (const [, key] of text.matchAll(/["'`]([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)["'`]/g)) {
        if (key === undefined || !(key in deck)) continue;
        used.add(key);
        if (`${key}_child` in deck) used.add(`${key}_child`);
      }
    }
  }
  return used;
}

/**
 * Which words she accepts before the first message, as 16 hex digits; it goes with her consent.
 * @param {string} root
 */
export function consentVersion(root) {
  const words = Object.entries(readDeck(root))
    .filter(([key]) => key.startsWith("client.before."))
    .map(([key, { id, en }]) => [key, id, en]);
  return createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 16);
}

/**
 * The sources of each entry; a text goes to an entry only if these name its key.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const ENTRY_SOURCES = {
  client: ["src/client", "src/lib/components", "!src/client/later"],
  "client-later": ["src/client/later"],
  staff: ["src/staff"],
};

/**
 * Serves `virtual:copy/<entry>/<language>`: the texts that the entry's sources name, in one
 * language, so that a phone on a slow network never loads a text that it cannot show.
 * @param {string} root
 * @returns {import("vite").Plugin}
 */
export function copyDeck(root) {
  const prefix = "virtual:copy/";
  return {
    name: "copy-deck",
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${prefix}version`) {
        return `export default ${JSON.stringify(consentVersion(root))};`;
      }
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      const [entry, language] = id.slice(prefix.length + 1).split("/");
      const folders = entry === undefined ? undefined : ENTRY_SOURCES[entry];
      if (folders === undefined || (language !== "id" && language !== "en")) {
        throw new Error(`copy deck: no such bundle: ${id}`);
      }
      const deck = readDeck(root);
      /** @type {Record<string, string>} */
      const texts = {};
      for (const key of [...usedKeys(root, folders)].sort()) {
        const text = deck[key];
        if (text !== undefined) texts[key] = text[language];
      }
      return `export default ${JSON.stringify(texts)};`;
    },
  };
}
