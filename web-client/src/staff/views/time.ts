import type { CopyKey, Language, Translate } from "../../lib/i18n/index.ts";

const DAYS: readonly CopyKey[] = [
  "common.day.sun",
  "common.day.mon",
  "common.day.tue",
  "common.day.wed",
  "common.day.thu",
  "common.day.fri",
  "common.day.sat",
];

/** Hours and minutes as the language writes them: 21.43 or 21:43. `at` in ms since 1970. */
export function clock(language: Language, at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(date.getHours())}${language === "id" ? "." : ":"}${two(date.getMinutes())}`;
}

/** The key of the weekday's name. */
export function weekday(at: number): CopyKey {
  return DAYS[new Date(at).getDay()] ?? "common.day.mon";
}

/** Day, month, year and hour, as a sentence needs them. */
export function dateAndTime(language: Language, at: number): string {
  const date = new Intl.DateTimeFormat(language === "id" ? "id-ID" : "en-US", {
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(at);
  return `${date}, ${clock(language, at)}`;
}

/** A day (YYYY-MM-DD) in words. */
export function dayText(language: Language, day: string): string {
  const options = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(language === "id" ? "id-ID" : "en-US", options).format(
    Date.parse(day),
  );
}

/** Whole minutes since a moment, never below zero: two clocks may differ a little. */
export function minutesSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / 60_000));
}

/** A number of minutes in words. */
export function minutesText(t: Translate, minutes: number): string {
  const n = String(minutes);
  return minutes === 1
    ? t("common.duration.minute_one", { n })
    : t("common.duration.minutes", { n });
}
