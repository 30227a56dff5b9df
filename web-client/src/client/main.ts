import { hydrate } from "svelte";
import type { Language, Texts } from "../lib/i18n/index.ts";
import "../styles/tokens.client.css";
import "../styles/client.css";
import "../styles/talk.css";
import "../styles/dialog.css";
import "../styles/later.css";
import App from "./App.svelte";
import { watchTaps } from "./double-tap.ts";
import { readSettings } from "./page.ts";
import type { MakeVisit } from "./visit.ts";

async function load(language: Language): Promise<Texts> {
  const deck =
    language === "en"
      ? await import("virtual:copy/client/en")
      : await import("virtual:copy/client/id");
  return deck.default;
}

const makeVisit = async (): Promise<MakeVisit> => (await import("./talk/index.ts")).makeVisit;

/** What she pressed before the page had heard of it. */
function pressEarly(): void {
  const pressed = document.documentElement.dataset["early"];
  if (pressed === undefined) return;
  document.querySelector<HTMLElement>(`[data-testid="${pressed}"]`)?.click();
}

async function start(): Promise<void> {
  const target = document.getElementById("app");
  if (target === null) return;
  const language: Language = document.documentElement.lang === "en" ? "en" : "id";
  const settings = readSettings(document.body);
  const texts = await load(language);
  hydrate(App, { target, props: { language, texts, settings, load, makeVisit } });
  watchTaps(document);
  document.documentElement.dataset["ready"] = "";
  pressEarly();
  // The rest comes while she reads; without it, pressing the button fetches it.
  if (settings.page === "landing") await makeVisit();
}

// A page that cannot load its texts stays as the server sent it: numbers and exit are plain links.
start().catch(() => undefined);
