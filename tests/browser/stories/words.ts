// The deck's words, so that a story says which text it means and not how it is worded today.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const FILE = resolve(__dirname, "../../../web-client/copy/copy.json");
const DECK = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, { id: string; en: string }>;

/** A text of the deck in Indonesian, with its gaps filled. */
export function words(key: string, gaps: Readonly<Record<string, string>> = {}): string {
  const entry = DECK[key];
  if (entry === undefined) throw new Error(`the deck has no ${key}`);
  return entry.id.replace(/\{([a-z_0-9]+)\}/g, (_, gap: string) => gaps[gap] ?? "");
}

/** How a page names a counselor. */
export function counselor(name: string): string {
  return words("client.chat.from.counselor", { name });
}
