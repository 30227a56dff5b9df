// The one encoder: every info string, AAD, signed text, hash input and record is made by `C`.
import { concat, fromUtf8, u16, utf8, type Bytes } from "./bytes.ts";
import { demand } from "./refused.ts";

const PREFIX = "dvc1/";

function lp(field: Uint8Array): Bytes {
  return concat(u16(field.length), field);
}

/** `lp("dvc1/" + label) || lp(f1) || .. || lp(fn)`; a text field goes in as its UTF-8 bytes. */
export function C(label: string, ...fields: readonly (Uint8Array | string)[]): Bytes {
  return concat(
    lp(utf8(PREFIX + label)),
    ...fields.map((field) => lp(typeof field === "string" ? utf8(field) : field)),
  );
}

/** The lengths that a field may have, in bytes; `any` where it may vary. */
export type Length = number | readonly number[] | "any";

function fits(length: Length, actual: number): boolean {
  if (length === "any") return true;
  return typeof length === "number" ? actual === length : length.includes(actual);
}

function take(bytes: Bytes): [field: Bytes, rest: Bytes] {
  demand(bytes.length > 0, "C2");
  const [high, low] = bytes;
  demand(high !== undefined && low !== undefined, "C3");
  const end = 2 + high * 256 + low;
  demand(end <= bytes.length, "C3");
  return [bytes.slice(2, end), bytes.slice(end)];
}

function isLabel(name: Bytes, label: string): boolean {
  try {
    return fromUtf8(name) === PREFIX + label;
  } catch {
    return false;
  }
}

/** Parses one `C(label, ..)` at the start; the last element is what follows it. */
export function parseFirst(
  label: string,
  lengths: readonly Length[],
  bytes: Bytes,
): [fields: Bytes[], rest: Bytes] {
  const fields: Bytes[] = [];
  const [name, afterName] = take(bytes);
  demand(isLabel(name, label), "C1");
  let rest = afterName;
  for (const length of lengths) {
    let field: Bytes;
    [field, rest] = take(rest);
    demand(fits(length, field.length), "C4");
    fields.push(field);
  }
  return [fields, rest];
}

/** The fields of exactly one `C(label, ..)`; throws `Refused` on anything else. */
export function parse(label: string, lengths: readonly Length[], bytes: Bytes): Bytes[] {
  const [fields, rest] = parseFirst(label, lengths, bytes);
  demand(rest.length === 0, "C5");
  return fields;
}
