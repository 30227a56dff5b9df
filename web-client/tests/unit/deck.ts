import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One text in both languages. */
export interface Entry {
  id: string;
  en: string;
  reviewed: boolean;
  note?: string;
}

const file = fileURLToPath(new URL("../../copy/copy.json", import.meta.url));

/** The file's own text, for what parsing hides. */
export const raw: string = readFileSync(file, "utf8");
export const deck = JSON.parse(raw) as Record<string, Entry>;

/** Every text with its key and language. */
export const texts: { key: string; language: "id" | "en"; text: string }[] = Object.entries(
  deck,
).flatMap(([key, entry]) => [
  { key, language: "id" as const, text: entry.id },
  { key, language: "en" as const, text: entry.en },
]);

/** Whether a key belongs to one of the groups. */
export function inGroup(key: string, ...groups: string[]): boolean {
  return groups.some((group) => key === group || key.startsWith(`${group}.`));
}

/** The names of a text's placeholders, sorted. */
export function placeholders(text: string): string[] {
  return [...text.matchAll(/\{([a-z_0-9]+)\}/g)].map((match) => match[1] ?? "").sort();
}

/** A text's sentences. */
export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.?!…:;])\s+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
