import type { Language, Translate } from "../lib/i18n/index.ts";
import { nameOf, type Talk } from "../lib/state/talk.ts";

/** How long the server keeps a chat after its last session, and a case with its code; in days. */
export const MESSAGES_KEPT_DAYS = 30;
export const CODE_KEPT_DAYS = 180;

/** A number of days in words. */
export function days(t: Translate, n: number): string {
  return t(n === 1 ? "common.duration.day_one" : "common.duration.days", { n: String(n) });
}

/** The time of an instant as people write it: 21.43 in Indonesian, 21:43 in English. */
export function clock(language: Language, at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return two(date.getHours()) + (language === "id" ? "." : ":") + two(date.getMinutes());
}

/** The day of an instant in words. */
export function day(language: Language, at: number): string {
  return new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(at);
}

/** A person of the staff with role and name. */
export const named = (t: Translate, talk: Talk, staffId: string): string =>
  t(
    talk.people[staffId]?.isSupervisor
      ? "client.chat.from.supervisor"
      : "client.chat.from.counselor",
    { name: nameOf(talk, staffId) },
  );
