import { hydrate } from "svelte";
import type { Language, Texts } from "../lib/i18n/index.ts";
import "../styles/tokens.client.css";
import "../styles/client.css";
import App from "./App.svelte";
import { readSettings } from "./page.ts";

async function load(language: Language): Promise<Texts> {
  const deck =
    language === "en"
      ? await import("virtual:copy/client/en")
      : await import("virtual:copy/client/id");
  return deck.default;
}

async function start(): Promise<void> {
  const target = document.getElementById("app");
  if (target === null) return;
  const language: Language = document.documentElement.lang === "en" ? "en" : "id";
  const texts = await load(language);
  hydrate(App, { target, props: { language, texts, settings: readSettings(document.body), load } });
  document.documentElement.dataset["ready"] = "";
}

// A page that cannot load its texts stays as the server sent it: numbers and exit are plain links.
start().catch(() => undefined);
