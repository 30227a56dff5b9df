import { render } from "svelte/server";
import type { Language, Texts } from "../lib/i18n/index.ts";
import en from "virtual:copy/client/en";
import id from "virtual:copy/client/id";
import App from "./App.svelte";
import { PLACEHOLDERS } from "./page.ts";

/** The body of the client page in one language, with the server's placeholders in it. */
export function body(language: Language): { html: string; title: string } {
  const decks: Record<Language, Texts> = { id, en };
  const texts = decks[language];
  const props = { language, texts, settings: PLACEHOLDERS, load: () => Promise.resolve(texts) };
  return { html: render(App, { props }).body, title: texts["neutral.title.notes"] ?? "" };
}
