// Argon2id, version 0x13: by WebAssembly, or in plain JavaScript where that is missing.
import { argon2id as wasm } from "hash-wasm";
import { concat } from "./bytes.ts";
import type { Stretch } from "./code.ts";

const LENGTH = 32;

/** Stretches where it is called: in the worker, and in tests. */
export const stretchHere: Stretch = async (password, salt, { m, t, p }) => {
  if (typeof WebAssembly === "undefined") return stretchSlowly(password, salt, { m, t, p });
  const costs = { memorySize: m, iterations: t, parallelism: p };
  return concat(await wasm({ password, salt, ...costs, hashLength: LENGTH, outputType: "binary" }));
};

/** The same without WebAssembly; some ten times slower. */
export const stretchSlowly: Stretch = async (password, salt, { m, t, p }) => {
  const { argon2id } = await import("@noble/hashes/argon2.js");
  return concat(argon2id(password, salt, { m, t, p, dkLen: LENGTH, version: 0x13 }));
};
