// The four questions before the chat, and the one number that leaves the page in clear.

/** The answers; what is absent was skipped. */
export interface Intake {
  readonly about: readonly About[];
  readonly safe?: "yes" | "unsure" | "no" | "danger";
  readonly child?: "yes" | "no";
  readonly prefer?: "woman" | "man" | "any";
}

export const ABOUT = [
  "physical",
  "words",
  "control",
  "sexual",
  "money",
  "child_hurt",
  "self_harm",
  "someone_else",
  "own_acts",
  "other",
] as const;

export type About = (typeof ABOUT)[number];

export const SKIPPED: Intake = { about: [] };

/** Kinds of violence; under 18 together with one of them is level 2. */
const VIOLENCE: readonly About[] = ["physical", "words", "control", "sexual", "money"];

/** The level of danger that the answers give, 0 to 3. A skipped question gives none. */
export function intakeLevel({ about, safe, child }: Intake): 0 | 1 | 2 | 3 {
  if (safe === "no" || safe === "danger") return 3;
  const hurt = about.includes("child_hurt") || about.includes("self_harm");
  const violence = about.some((what) => VIOLENCE.includes(what));
  if (hurt || (child === "yes" && violence)) return 2;
  return safe === "unsure" ? 1 : 0;
}
