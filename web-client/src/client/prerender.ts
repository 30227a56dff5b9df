import { render } from "svelte/server";
import type { Language, Texts } from "../lib/i18n/index.ts";
import en from "virtual:copy/client/en";
import id from "virtual:copy/client/id";
import App from "./App.svelte";
import { PLACEHOLDERS, type PageSettings } from "./page.ts";

/** The body of a page in one language, with the server's placeholders in it. */
export function body(
  page: PageSettings["page"],
  language: Language,
): { html: string; title: string } {
  const decks: Record<Language, Texts> = { id, en };
  const texts = decks[language];
  const props = {
    language,
    texts,
    settings: { ...PLACEHOLDERS, page },
    load: () => Promise.resolve(texts),
    makeVisit: () => Promise.reject(new Error("nobody visits while the page is built")),
  };
  return { html: render(App, { props }).body, title: texts["neutral.title.notes"] ?? "" };
}
