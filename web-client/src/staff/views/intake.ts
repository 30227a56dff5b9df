import type { CopyKey } from "../../lib/i18n/index.ts";
import type { About, Body, Child, Prefer, Safe } from "../../lib/protocol/generated/wire.ts";

/** One question with its answers, as keys of the deck. */
export interface Fact {
  readonly key: CopyKey;
  readonly answers: readonly CopyKey[];
}

const ABOUT: Readonly<Record<About, CopyKey>> = {
  physical: "client.intake.about.physical",
  words: "client.intake.about.words",
  control: "client.intake.about.control",
  sexual: "client.intake.about.sexual",
  money: "client.intake.about.money",
  child_hurt: "client.intake.about.child_hurt",
  self_harm: "client.intake.about.self_harm",
  someone_else: "client.intake.about.someone_else",
  own_acts: "client.intake.about.own_acts",
  other: "client.intake.about.other",
};
const SAFE: Readonly<Record<Safe, CopyKey>> = {
  yes: "client.intake.safe.yes",
  unsure: "client.intake.safe.unsure",
  no: "client.intake.safe.no",
  danger: "client.intake.safe.danger",
};
const CHILD: Readonly<Record<Child, CopyKey>> = {
  yes: "client.intake.age.under",
  no: "client.intake.age.over",
};
const PREFER: Readonly<Record<Prefer, CopyKey>> = {
  woman: "client.intake.prefer.woman",
  man: "client.intake.prefer.man",
  any: "client.intake.prefer.any",
};

/** What the client answered; a skipped question is left out. */
export function intakeFacts(body: Body | null): Fact[] {
  if (body === null || "t" in body || "name" in body || "version" in body) return [];
  const facts: Fact[] = [];
  const { about = [], safe, child, prefer } = body;
  if (about.length > 0) {
    facts.push({ key: "desk.chat.intake.about", answers: about.map((one) => ABOUT[one]) });
  }
  if (safe) facts.push({ key: "desk.chat.intake.safe", answers: [SAFE[safe]] });
  if (child) facts.push({ key: "desk.chat.intake.age", answers: [CHILD[child]] });
  if (prefer) facts.push({ key: "desk.chat.intake.prefer", answers: [PREFER[prefer]] });
  return facts;
}
