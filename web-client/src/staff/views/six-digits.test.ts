import { expect, test } from "vitest";
import { sixDigits } from "./six-digits.ts";

test.each([
  ["350 521", "350521"],
  [" 350521\n", "350521"],
  ["3505219", "350521"],
  ["", ""],
])("%j is the code %j", (typed, code) => {
  expect(sixDigits(typed)).toBe(code);
});
