import fc from "fast-check";
import { expect, test } from "vitest";
import { ABOUT, intakeLevel, SKIPPED, type Intake } from "./intake.ts";

test.each<[string, Intake, number]>([
  ["everything skipped", SKIPPED, 0],
  ["safe", { about: ["physical"], safe: "yes" }, 0],
  ["not sure", { about: [], safe: "unsure" }, 1],
  ["not safe", { about: [], safe: "no" }, 3],
  ["in danger", { about: [], safe: "danger" }, 3],
  ["a child is hurt", { about: ["child_hurt"], safe: "yes" }, 2],
  ["wanting to give up", { about: ["self_harm"] }, 2],
  ["under 18 and hit", { about: ["physical"], child: "yes" }, 2],
  ["under 18 alone", { about: ["other"], child: "yes" }, 0],
  ["not sure, and a child is hurt", { about: ["child_hurt"], safe: "unsure" }, 2],
])("%s", (_, answers, level) => {
  expect(intakeLevel(answers)).toBe(level);
});

test("one more answer never makes the level fall", () => {
  const answers = fc.record({
    about: fc.uniqueArray(fc.constantFrom(...ABOUT)),
    child: fc.constantFrom("yes" as const, "no" as const),
  });
  fc.assert(
    fc.property(answers, fc.constantFrom(...ABOUT), (given, more) => {
      const before = intakeLevel(given);
      expect(intakeLevel({ ...given, about: [...given.about, more] })).toBeGreaterThanOrEqual(
        before,
      );
    }),
  );
});
