import { mount } from "svelte";
import type { Language, Texts } from "../lib/i18n/index.ts";
import "../styles/tokens.client.css";
import "../styles/tokens.desk.css";
import "../styles/desk.css";
import "../styles/desk-talk.css";
import "../styles/desk-forms.css";
import "../styles/desk-escalation.css";
import "../styles/desk-audit.css";
import "../styles/desk-board.css";
import App from "./App.svelte";
import { readSettings } from "./page.ts";

async function load(language: Language): Promise<Texts> {
  const deck =
    language === "en"
      ? await import("virtual:copy/staff/en")
      : await import("virtual:copy/staff/id");
  return deck.default;
}

async function start(): Promise<void> {
  const target = document.getElementById("app");
  if (target === null) return;
  const language: Language = document.documentElement.lang === "en" ? "en" : "id";
  const texts = await load(language);
  target.replaceChildren();
  mount(App, { target, props: { language, texts, settings: readSettings(document.body), load } });
  document.documentElement.dataset["ready"] = "";
}

void start();
