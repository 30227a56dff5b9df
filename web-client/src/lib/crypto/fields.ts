// Reads JSON that somebody else wrote: each field has its type and size, or `Refused("S2")`.
import { fromB64u, type Bytes } from "./bytes.ts";
import { demand, Refused } from "./refused.ts";

/** A JSON object whose fields are still to be checked. */
export type Fields = Readonly<Record<string, unknown>>;

export function object(value: unknown): Fields {
  demand(typeof value === "object" && value !== null && !Array.isArray(value), "S2");
  return value as Fields;
}

export function whole(value: unknown): number {
  demand(typeof value === "number" && Number.isSafeInteger(value) && value >= 0, "S2");
  return value;
}

export function bytes(value: unknown, length: number): Bytes {
  demand(typeof value === "string", "S2");
  let decoded: Bytes;
  try {
    decoded = fromB64u(value);
  } catch {
    throw new Refused("S2");
  }
  demand(decoded.length === length, "S2");
  return decoded;
}

export function list<T>(value: unknown, read: (item: unknown) => T): T[] {
  demand(Array.isArray(value), "S2");
  return value.map(read);
}

export function oneOf<T extends string>(value: unknown, names: readonly T[]): T {
  const found = names.find((name) => name === value);
  demand(found !== undefined, "S2");
  return found;
}
