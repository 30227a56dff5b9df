import { render } from "svelte/server";
import type { Language, Texts } from "../lib/i18n/index.ts";
import en from "virtual:copy/staff/en";
import id from "virtual:copy/staff/id";
import NoScript from "./views/NoScript.svelte";

/** The body of the staff's page before its script runs: the desk is nothing without it. */
export function body(language: Language): { html: string; title: string } {
  const decks: Record<Language, Texts> = { id, en };
  const texts = decks[language];
  const { body: html } = render(NoScript, { props: { texts } });
  return { html, title: texts["desk.title"] ?? "" };
}
