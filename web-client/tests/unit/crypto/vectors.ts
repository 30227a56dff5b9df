// The shared worked values, and hex in and out.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { concat, type Bytes } from "../../../src/lib/crypto/bytes.ts";

export const VECTORS = fileURLToPath(new URL("../../../../tests/vectors/", import.meta.url));

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const unhex = (text: string): Bytes => concat(Buffer.from(text, "hex"));

export function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(VECTORS + name, "utf8"));
}

/** Bytes that count up from `first`, as the worked values' keys do. */
export const counting = (first: number, length: number): Bytes =>
  Uint8Array.from({ length }, (_, i) => (first + i) % 256);
