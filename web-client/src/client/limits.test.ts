import { expect, test } from "vitest";
import { MAX_BODY as SEALED } from "../lib/crypto/message.ts";
import { isTooLong, MAX_BODY } from "./limits.ts";

test("the page knows how much one message holds", () => {
  expect(MAX_BODY).toBe(SEALED);
  expect(isTooLong("a".repeat(MAX_BODY - '{"t":""}'.length))).toBe(false);
  expect(isTooLong("é".repeat(MAX_BODY / 2))).toBe(true);
});
