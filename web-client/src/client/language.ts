import { getContext, setContext } from "svelte";
import type { Language } from "../lib/i18n/index.ts";

/** The language of the page, and the way to the other one. */
export interface LanguageChoice {
  readonly now: Language;
  readonly other: Language;
  readonly change: () => void;
}

const KEY = Symbol("language");

/** Makes the choice known to every part of the page. */
export const provideLanguage = (choice: LanguageChoice): void => {
  setContext(KEY, choice);
};

/** The choice as the page provides it. */
export const language = (): LanguageChoice => getContext(KEY);
