// Looking for a marker wherever it must not be, in every form that it could have.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** The forms of a marker: plain, JSON-escaped, UTF-16, hex, and base64 at its three alignments. */
export function forms(marker: string): Readonly<Record<string, Buffer>> {
  const bytes = Buffer.from(marker);
  const wide = Buffer.from(marker, "utf16le");
  const escaped = [...marker].map(
    (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
  const all: Record<string, Buffer> = {
    plain: bytes,
    "JSON-escaped": Buffer.from(escaped.join("")),
    "UTF-16 LE": wide,
    "UTF-16 BE": Buffer.from(wide).swap16(),
    hex: Buffer.from(bytes.toString("hex")),
    "hex in capitals": Buffer.from(bytes.toString("hex").toUpperCase()),
  };
  for (const alphabet of ["base64", "base64url"] as const) {
    for (const shift of [0, 1, 2]) all[`${alphabet} ${shift}`] = inside(bytes, shift, alphabet);
  }
  return all;
}

/** The characters that depend on the marker alone, when `shift` bytes come before it. */
function inside(bytes: Buffer, shift: number, alphabet: "base64" | "base64url"): Buffer {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString(alphabet);
  const [first, end] = [Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)];
  return Buffer.from(text.slice(first, end));
}

/** Everything to look through, by name. */
export type Haystack = ReadonlyMap<string, Buffer>;

/** Every file under the folders. */
export function files(...folders: readonly string[]): Haystack {
  const found = new Map<string, Buffer>();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = join(folder, name);
      // Links and sockets of a browser's folder lead to no bytes of their own.
      const entry = statSync(path, { throwIfNoEntry: false });
      if (entry?.isFile() === true) found.set(path, readFileSync(path));
    }
  }
  return found;
}

/** Where the marker stands, and in which form. */
export function search(haystack: Haystack, marker: string): string[] {
  return [...haystack].flatMap(([name, bytes]) =>
    Object.entries(forms(marker))
      .filter(([, needle]) => bytes.includes(needle))
      .map(([form]) => `${name}: ${form}`),
  );
}
