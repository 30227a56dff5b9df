/**
 * The number of a rule, such as `A7`, the same in Rust; tests/vectors/README.md says each.
 * C: the encoder. A: accept a record only if. B: boxes. R: the table of reasons. M: a receiver
 * refuses. S: statements. G: groups. E: enrolment. O: sign-in. V: a vault, a wrap or a raise.
 */
export type Rule = `${"C" | "A" | "B" | "R" | "M" | "S" | "G" | "E" | "O" | "V"}${number}`;

/** Something did not keep a rule; it carries the number and nothing of what was sealed. */
export class Refused extends Error {
  readonly rule: Rule;

  constructor(rule: Rule) {
    super(`refused by rule ${rule}`);
    this.name = "Refused";
    this.rule = rule;
  }
}

/** Whether one's own box of an epoch, or the key before it, is what does not open. */
export const isOwnBox = (error: unknown): boolean =>
  error instanceof Refused && /^(B|A7$|A14)/.test(error.rule);

/** Throws `Refused(rule)` unless the condition holds. */
export function demand(condition: boolean, rule: Rule): asserts condition {
  if (!condition) throw new Refused(rule);
}
